import gzip
import io
import json
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.formats.helpers import bad, read, read_data
from toolkit.corpus.formats.base import Piece
from toolkit.corpus.formats.lines import Lines, packed
from toolkit.corpus.storage import Storage
from toolkit.errors import InputError

zstandard = pytest.importorskip("zstandard")
PACK = {
    ".gz": gzip.compress,
    ".zst": lambda data: zstandard.ZstdCompressor(write_checksum=True).compress(data),
}
LINES = b"".join(b'{"id": %d, "text": "%d"}\n' % (number, number**9) for number in range(9000))


def lines_of(data: bytes, piece: Piece, max_bytes: int = 100) -> list[bytes | str]:
    lines = Lines(io.BytesIO(data), piece, max_bytes)
    found: list[bytes | str] = []
    while True:
        try:
            found.append(next(lines))
        except StopIteration:
            return found
        except InputError as error:
            found.append(str(error))


@given(
    st.lists(st.binary(max_size=5), max_size=8).map(b"\n".join),
    st.lists(st.integers(0, 40), max_size=5),
)
def test_each_line_is_in_exactly_one_piece_wherever_files_are_cut(data, cuts):
    ends = [0, *sorted(min(cut, len(data)) for cut in cuts), None]
    pieces = [Piece("a", start, stop) for start, stop in pairwise(ends)]
    parts = [line for piece in pieces for line in lines_of(data, piece)]
    assert parts == lines_of(data, Piece("a"))
    assert b"".join(parts) == data.removeprefix(b"\xef\xbb\xbf")


def test_a_piece_costs_no_more_than_a_little_of_what_follows_it(s3):
    data = LINES * 60
    with Storage.of("s3://news").write("rows.jsonl") as file:
        file.write(data)
    s3.sent_bytes = 0
    assert read("s3://news/rows.jsonl", 2_000_000, 3_000_000)
    assert len(data) > 10_000_000
    assert s3.sent_bytes < 1_300_000


def test_a_long_line_is_left_out_and_the_next_one_read():
    data = b"a\n" + b"b" * 5000 + b"\nc\n" + b"d" * 101 + b"\n" + b"e" * 99 + b"\n" + b"f" * 300
    long = "is longer than 0.0001 MB, the most for one row"
    assert lines_of(data, Piece("a")) == [b"a\n", long, b"c\n", long, b"e" * 99 + b"\n", long]


ENDLESS = """
import io, tracemalloc
from toolkit.corpus.formats.base import Piece
from toolkit.corpus.formats.lines import Lines
from toolkit.errors import InputError

class Endless(io.RawIOBase):
    left = 200 << 20

    def readable(self):
        return True

    def readinto(self, buffer):
        size = min(len(buffer), self.left)
        self.left -= size
        buffer[:size] = b"x" * size
        return size

lines = Lines(io.BufferedReader(Endless()), Piece("a"), 1 << 20)
tracemalloc.start()
try:
    next(lines)
except InputError:
    print(tracemalloc.get_traced_memory()[1])
"""


def test_a_long_line_is_not_held():
    # Threads that other tests have left running would count as well.
    command = [sys.executable, "-c", ENDLESS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 8 << 20


@pytest.mark.parametrize("suffix", PACK)
def test_packed_lines(tmp_path, suffix):
    rows = read_data(tmp_path, f"a.jsonl{suffix}", PACK[suffix](LINES))
    assert [row["id"] for row in rows] == list(range(9000))


@pytest.mark.parametrize("suffix", PACK)
def test_several_packs_in_a_file_are_read_as_one(tmp_path, suffix):
    rows = read_data(tmp_path, f"a.jsonl{suffix}", PACK[suffix](LINES) + PACK[suffix](LINES))
    assert len(rows) == 18000


@pytest.mark.parametrize("suffix", PACK)
def test_of_a_file_that_was_cut_off_the_rows_before_are_kept(tmp_path, suffix):
    data = PACK[suffix](LINES)
    rows = read_data(tmp_path, f"a.jsonl{suffix}", data[: len(data) * 3 // 4])
    [(place, reason)] = bad(rows)
    assert "cut off" in reason
    assert place == len(rows) - 1
    assert [row["id"] for row in rows[:-1]] == list(range(place))
    assert place > 5000 or suffix == ".zst"


@pytest.mark.parametrize("suffix", PACK)
def test_a_damaged_file(tmp_path, suffix):
    data = bytearray(PACK[suffix](LINES))
    data[len(data) // 2 : len(data) // 2 + 64] = b"\xff" * 64
    rows = read_data(tmp_path, f"a.jsonl{suffix}", bytes(data))
    assert "can't be read, nor what follows: the file is a damaged" in bad(rows)[-1][1]


@pytest.mark.parametrize("suffix", [*PACK, ""])
def test_packing_gives_the_same_bytes_at_any_time(suffix, monkeypatch):
    def pack():
        file = io.BytesIO()
        with packed(suffix, file) as packing:
            packing.write(LINES)
        return file.getvalue()

    first = pack()
    monkeypatch.setattr("time.time", lambda: 1.0)
    assert pack() == first


def test_without_zstandard_it_is_told_what_to_type(tmp_path, monkeypatch):
    import sys

    from toolkit.errors import UsageError

    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(PACK[".zst"](json.dumps({}).encode()))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(UsageError, match="pip install"):
        read(path)
