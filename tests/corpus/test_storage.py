import errno
import os
import subprocess
import sys
import tempfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.corpus.data_sets import DataSets
from toolkit.corpus.storage import Storage, StoredFile
from toolkit.errors import InputError, OutputError, StorageError, UsageError

FULL = Path("/dev/full")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(params=["local", "s3"])
def place(request, tmp_path):
    """An empty folder, here or in a bucket."""
    if request.param == "local":
        return Storage.of(str(tmp_path / "news"))
    request.getfixturevalue("s3")
    return Storage.of("s3://news/fr")


def put(place: Storage, **files: bytes) -> None:
    for name, data in files.items():
        with place.write(name) as file:
            file.write(data)


def names(place: Storage, pattern: str) -> list[str]:
    return [file.name for file in Storage.of(place.at(pattern)).expand()]


def test_what_is_written_is_read(place):
    with place.write("a/b.txt") as file:
        file.write(b"un ")
        file.write(b"deux")
    with place.open("a/b.txt") as file:
        assert file.read(2) == b"un"
        assert file.seek(3) == 3
        assert file.read() == b"deux"
    assert (place.read("a/b.txt"), place.bytes_of("a/b.txt")) == (b"un deux", 7)


def test_an_output_tells_its_size_and_digest(place):
    with place.write("a") as file:
        file.write(b"abc")
    assert file.bytes == 3
    assert file.digest.startswith("sha256:ba7816bf8f01cfea")


def test_an_empty_output_is_a_file(place):
    put(place, a=b"")
    assert place.read("a") == b""


def test_of_a_body_that_fails_nothing_is_left(place):
    def act():
        with place.write("a") as file:
            file.write(b"half")
            raise ZeroDivisionError

    put(place, a=b"before")
    with pytest.raises(ZeroDivisionError):
        act()
    assert place.names() == ["a"]
    assert place.read("a") == b"before"


def test_a_folder_stands_for_the_files_below_it_but_no_hidden_ones(place):
    put(place, **dict.fromkeys(("b.x", "a/c.x", "_toolkit/job.json", ".b", "a/_d/e.x"), b"12"))
    found = place.expand()
    assert [file.name for file in found] == ["a/c.x", "b.x"]
    assert found[0] == StoredFile(place.at("a/c.x"), "a/c.x", 2)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.x", ["a1.x", "a2.x"]),
        ("a?.x", ["a1.x", "a2.x"]),
        ("**/*.x", ["a1.x", "a2.x", "d=1/b.x", "d=1/e/c.x"]),
        ("d=*", ["d=1/b.x", "d=1/e/c.x"]),
        ("d=*/*.x", ["d=1/b.x"]),
        ("a1.x", ["a1.x"]),
        ("_d/f.x", ["f.x"]),
    ],
)
def test_patterns(place, pattern, found):
    everything = ("a1.x", "a2.x", "a.y", "d=1/b.x", "d=1/e/c.x", "_d/f.x")
    put(place, **dict.fromkeys(everything, b"1"))
    assert names(place, pattern) == found


@pytest.mark.parametrize("url", ["no.x", "no/*.x", "no/**"])
def test_a_source_without_files_is_an_error_that_names_it(place, url):
    with pytest.raises(InputError, match="no such file"):
        Storage.of(place.at(url)).expand()


def test_brackets_in_a_name_are_no_pattern(tmp_path):
    place = Storage.of(str(tmp_path / "a[1]"))
    put(place, **{"b.x": b"1"})
    assert names(place, "*.x") == names(place, "") == ["b.x"]


def test_of_two_that_create_one_succeeds(place):
    assert place.create("a/b", b"first")
    assert not place.create("a/b", b"second")
    assert place.read("a/b") == b"first"
    assert place.names() == ["a/b"]


def test_small_files_are_fetched_together(place):
    put(place, **{"m/1": b"a", "m/2": b"b", "n": b"c"})
    assert sorted(place.read_all(["m/2", "m/3", "m/1"])) == [b"a", b"b"]
    assert list(place.read_all([])) == []
    brackets = Storage.of(place.at("m[1]"))
    put(brackets, a=b"a", b=b"b")
    assert sorted(brackets.read_all(["a", "b", "c"])) == [b"a", b"b"]


def test_a_small_file_is_one_request(s3):
    place = Storage.of("s3://news")
    put(place, **{"m/1": b"a", "m/2": b"b"})
    s3.asked.clear()
    assert place.read("m/1") == b"a"
    assert place.read("m/3") is None
    assert len(list(place.read_all(["m/1", "m/2"]))) == 2
    assert [method for method, _ in s3.asked] == ["GET"] * 4


def test_together_none_is_left_out_because_its_store_failed(s3):
    place = Storage.of("s3://news")
    put(place, **{"m/1": b"a", "m/2": b"b"})
    tried = []
    s3.fails = lambda path: path.startswith("/news/m/2") and tried.append(path) is None
    with pytest.raises(StorageError, match="s3://news/m: Please reduce your request rate"):
        list(place.read_all(["m/1", "m/2"]))
    assert len(tried) > 1


@pytest.mark.parametrize("pattern", ["", "**/*.x"])
def test_a_folder_that_may_not_be_read_is_not_passed_over(tmp_path, monkeypatch, pattern):
    def scandir(folder):
        if str(folder).endswith("closed"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return listing(folder)

    place = Storage.of(str(tmp_path))
    put(place, **{"a.x": b"1", "closed/b.x": b"2"})
    listing = os.scandir
    monkeypatch.setattr("os.scandir", scandir)
    with pytest.raises(StorageError, match="access is refused"):
        Storage.of(place.at(pattern)).expand()
    with pytest.raises(StorageError, match="access is refused"):
        place.names()


def test_a_folder_that_may_not_be_written_is_no_fault_of_an_input(tmp_path):
    (tmp_path / "a").write_text("no folder")
    with pytest.raises(StorageError, match="can't be written"):
        put(Storage.of(str(tmp_path)), **{"a/b": b"1"})


def test_a_missing_file(place):
    assert place.read("a") is None
    assert not place.exists("a")
    place.remove("a")
    with pytest.raises(InputError, match="no such file"), place.open("a"):
        pass


def test_a_removed_file_is_gone_at_once(place):
    put(place, a=b"1")
    assert place.names() == ["a"]
    place.remove("a")
    assert place.names() == []


def test_a_large_file_is_sent_in_parts(s3):
    place = Storage.of("s3://news")
    with place.write("a") as file:
        for _ in range(40):
            file.write(bytes(1 << 20))
    assert place.bytes_of("a") == 40 << 20
    assert sum("partNumber" in path for _, path in s3.asked) > 1


@pytest.mark.parametrize("status", [500, 503])
def test_a_store_that_fails_for_a_while_is_asked_again(s3, status):
    place = Storage.of("s3://news")
    s3.failures = [status, status]
    put(place, a=b"12")
    s3.failures = [status, status]
    assert place.read("a") == b"12"
    s3.failures = [status, status]
    assert names(place, "*") == ["a"]
    with place.open("a") as file:
        s3.failures = [status, status]
        assert file.read() == b"12"


def test_a_store_that_goes_on_failing_is_an_error(s3):
    place = Storage.of("s3://news")
    s3.failures = [503] * 1000
    with pytest.raises(StorageError, match="s3://news/a: Please reduce your request rate"):
        put(place, a=b"12")


def test_a_slow_store_is_waited_for(s3):
    s3.delay_s = 0.2
    place = Storage.of("s3://news")
    put(place, a=b"12")
    assert place.read("a") == b"12"


def test_a_file_whose_making_was_not_confirmed_was_made_by_us(s3):
    place = Storage.of("s3://news")
    s3.lost = ["PUT"]
    assert place.create("a", b"ours")
    assert not s3.lost


def test_of_an_upload_that_breaks_off_nothing_is_left(s3):
    place = Storage.of("s3://news")
    s3.fails = lambda path: "partNumber=2" in path
    with pytest.raises(StorageError, match="s3://news/a: Please reduce"):
        put(place, a=bytes(40 << 20))
    assert sum("partNumber=1" in path for _, path in s3.asked) > 1  # tried anew
    assert place.names() == []


@pytest.mark.parametrize(
    "act",
    [
        lambda place: place.expand(),
        lambda place: Storage.of(place.at("*.x")).expand(),
        lambda place: put(place, a=b"1"),
        lambda place: place.create("a", b"1"),
        lambda place: place.names(),
        lambda place: place.read("a"),
    ],
    ids=["expand", "pattern", "write", "create", "names", "read"],
)
def test_a_bucket_without_permission_is_told_at_once(s3, act):
    with pytest.raises(StorageError, match=r"s3://forbidden.* access is refused"):
        act(Storage.of("s3://forbidden"))
    assert len(s3.asked) < 8


def test_a_missing_bucket(s3):
    place = Storage.of("s3://nowhere")
    for url in ("s3://nowhere", "s3://nowhere/*.x", "s3://nowhere/a"):
        with pytest.raises(InputError, match="s3://nowhere"):
            Storage.of(url).expand()
    with pytest.raises(StorageError, match=r"s3://nowhere/a: there is no such .*bucket"):
        put(place, a=b"1")
    with pytest.raises(StorageError, match="bucket"):
        place.create("a", b"1")


def test_without_credentials_it_is_told_what_to_check(s3, monkeypatch):
    import s3fs

    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(s3fs.S3FileSystem, "_cache", {})
    with pytest.raises(StorageError, match="check credentials"):
        Storage.of("s3://news").expand()


@pytest.mark.parametrize("url", ["https://example.org/a", "hf://datasets/a/b"])
def test_what_can_only_be_read_is_not_written(url):
    place = Storage.of(url)
    with pytest.raises(UsageError, match="can only be read"), place.write("b"):
        pass
    with pytest.raises(UsageError, match="can only be read"):
        place.create("b", b"")


def test_a_url_without_a_bucket_is_refused():
    with pytest.raises(UsageError, match="names no bucket"):
        Storage.of("s3://")


def test_an_unknown_scheme_names_those_that_are_known():
    with pytest.raises(UsageError, match=r"ftp:// is not known.* s3://"):
        Storage.of("ftp://a/b")


def test_a_missing_library_is_told_with_what_to_type(monkeypatch):
    from importlib import import_module

    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(import_module("fsspec.registry")._registry, "s3", raising=False)
    with pytest.raises(UsageError, match=r"pip install 'toolkit-fr-en\[corpus\]'"):
        Storage.of("s3://news").expand()


def test_a_process_that_is_killed_leaves_no_half_file(tmp_path):
    code = f"""
import os
from toolkit.corpus.storage import Storage
with Storage.of({str(tmp_path)!r}).write("a/b.jsonl") as file:
    file.write(bytes(1 << 20))
    os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 9
    assert list((tmp_path / "a").iterdir())  # what it had begun, under another name
    place = Storage.of(str(tmp_path))
    assert place.names() == []
    with pytest.raises(InputError):
        place.expand()


def test_files_of_the_web(tmp_path):
    pytest.importorskip("aiohttp")
    (tmp_path / "a.jsonl").write_bytes(b"12")
    handler = partial(Quiet, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        place = Storage.of(f"http://127.0.0.1:{server.server_port}/a.jsonl?download=true")
        assert place.expand() == [StoredFile(place.url, "a.jsonl", 2)]
        with place.open() as file:
            assert file.read() == b"12"
        with pytest.raises(InputError, match="no such file"):
            Storage.of(f"http://127.0.0.1:{server.server_port}/none.jsonl").expand()
        server.shutdown()


def test_data_sets_of_the_hub():
    """In a process of its own, since the library reads once where the hub is."""
    with DataSets({"data/train-00000-of-00001.jsonl": b'{"id": 1}', "README.md": b"x"}) as hub:
        found = hub.run("hf://datasets/a/b", "hf://datasets/a/b@main/data/*", "hf://datasets/a/no")
    url = "hf://datasets/a/b{}/data/train-00000-of-00001.jsonl"
    assert found[:2] == [
        [[url.format(""), "data/train-00000-of-00001.jsonl", '{"id": 1}']],
        [[url.format("@main"), "train-00000-of-00001.jsonl", '{"id": 1}']],
    ]
    assert "hf://datasets/a/no: there is no such" in found[2]


def test_a_full_disk_is_an_error_of_outputs(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    place = Storage.of(str(tmp_path))
    monkeypatch.setattr("toolkit.corpus.storage.os.fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        put(place, a=b"1")
    with pytest.raises(OutputError, match="No space left"):
        place.create("a", b"1")
    assert place.names() == []


@pytest.mark.skipif(not FULL.exists(), reason="there is no disk that is full")
@pytest.mark.parametrize("size", [1, 1 << 20], ids=["at the end", "before"])
def test_a_full_disk_of_temporary_files_is_an_error_of_outputs(s3, monkeypatch, size):
    def full(**options):
        folder = made(**options)
        Path(folder.name, "output").symlink_to(FULL)
        return folder

    made = tempfile.TemporaryDirectory
    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
    with pytest.raises(OutputError, match=f"^{tempfile.gettempdir()}: nothing more .* TMPDIR"):
        put(Storage.of("s3://news"), a=bytes(size))


def test_without_a_folder_for_temporary_files_it_is_told_what_to_set(s3, monkeypatch):
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/no/folder"])
    monkeypatch.setattr(tempfile, "tempdir", None)
    with pytest.raises(OutputError, match=r"No usable temporary .*/no/folder.* TMPDIR names"):
        put(Storage.of("s3://news"), a=b"1")


def test_a_storage_goes_to_another_process(place):
    import pickle

    put(place, a=b"1")
    assert pickle.loads(pickle.dumps(place)).read("a") == b"1"


def test_a_name_that_cannot_be_written_down_is_told():
    with pytest.raises(UsageError, match=r"out\\udce9': its name is not UTF-8; rename it"):
        Storage.of("/data/out\udce9")
