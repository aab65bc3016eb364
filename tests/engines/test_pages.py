"""Pages of a file that are mapped into memory."""

import mmap
import sys
import threading
import time
from pathlib import Path

import pytest

from toolkit.engines.pages import given_back

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nothing happens elsewhere")
SIZE = 4_000_000


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "weights with a space.bin"
    path.write_bytes(bytes(range(250)) * (SIZE // 250))
    return path


@pytest.fixture
def mapped(file):
    """Maps the file with these rights and reads all of it."""
    maps = []

    def open_map(rights, flags=mmap.MAP_PRIVATE):
        with file.open("r+b") as opened:
            maps.append(mmap.mmap(opened.fileno(), 0, flags=flags, prot=rights))
        assert len(maps[-1][:]) == SIZE
        return maps[-1]

    yield open_map
    for each in maps:
        each.close()


def resident(file):
    """The bytes of the mapped file that are in memory."""
    lines = Path("/proc/self/smaps").read_text("utf-8").splitlines()
    found, inside = 0, False
    for line in lines:
        if line.split()[0].count("-") == 1 and ":" not in line.split()[0]:
            inside = line.endswith(str(file))
        elif inside and line.startswith("Rss:"):
            found += int(line.split()[1]) * 1024
    return found


def test_pages_go_and_come_back_from_the_file(mapped, file):
    weights = mapped(mmap.PROT_READ)
    assert resident(file) == SIZE // 4096 * 4096 + 4096 * bool(SIZE % 4096)
    with given_back(file):
        deadline = time.monotonic() + 5
        while resident(file) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert resident(file) == 0
        assert weights[:] == file.read_bytes()
    assert resident(file) == 0
    assert weights[:] == file.read_bytes()


def test_what_was_written_to_a_map_stays(mapped, file):
    own = mapped(mmap.PROT_READ | mmap.PROT_WRITE)
    own[:5] = b"mine!"
    with given_back(file):
        pass
    assert own[:5] == b"mine!"
    assert file.read_bytes()[:5] != b"mine!"


def test_maps_of_other_files_are_left_alone(mapped, file):
    mapped(mmap.PROT_READ)
    before = resident(file)
    with given_back(file.with_name("weights")):
        pass
    assert resident(file) == before > 0


def test_a_link_stands_for_its_file(mapped, file, tmp_path):
    mapped(mmap.PROT_READ)
    (tmp_path / "link").symlink_to(file)
    with given_back(tmp_path / "link"):
        pass
    assert resident(file) == 0


def test_an_error_is_passed_on_and_nothing_goes_on_running(file):
    before = threading.active_count()
    with pytest.raises(KeyError), given_back(file):
        raise KeyError
    assert threading.active_count() == before
