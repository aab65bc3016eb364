import sqlite3
import subprocess
import sys
import threading

import pytest

from toolkit import store as store_module
from toolkit.errors import StoreError
from toolkit.store import Store, key_of


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep/store.sqlite"


def test_what_was_added_is_found_by_another_process(path):
    Store(path, max_bytes=10**9).add({"a": "1", "b": "2"})
    assert Store(path, max_bytes=10**9).find(["a", "b", "c"]) == {"a": "1", "b": "2"}


def test_more_keys_than_a_query_takes_are_found(path):
    store = Store(path, max_bytes=10**9)
    store.add({str(number): "x" for number in range(2000)})
    assert len(store.find([str(number) for number in range(2000)])) == 2000


def test_keys_depend_on_every_part_and_not_on_their_order():
    assert key_of("t", {"a": 1, "b": "é"}) == key_of("t", {"b": "é", "a": 1})
    assert len({key_of("t", {"a": 1}), key_of("t", {"a": 2}), key_of("u", {"a": 1})}) == 3


def test_over_its_limit_the_oldest_work_goes(path):
    store = Store(path, max_bytes=300_000)
    for number in range(100):
        store.add({str(number): "x" * 10_000})
    found = store.find([str(number) for number in range(100)])
    assert "99" in found
    assert "0" not in found
    assert len(found) >= 10


def test_clearing_forgets_work_but_not_whose_files_are_ours(path, tmp_path):
    store = Store(path, max_bytes=10**9)
    store.add({"a": "1"})
    store.wrote(tmp_path / "out.txt", "sha256:1")
    assert store.info().entries == 1
    assert store.clear() == 1
    assert store.find(["a"]) == {}
    assert store.digest_written(tmp_path / "out.txt") == "sha256:1"


def test_asking_after_a_store_makes_none(path):
    store = Store(path, max_bytes=1)
    assert (store.info().entries, store.clear()) == (0, 0)
    assert not path.exists()


def test_two_writers_do_not_lose_each_others_work(path):
    def write(name):
        store = Store(path, max_bytes=10**9)
        for number in range(50):
            store.add({f"{name}{number}": "x"})
        store.close()

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Store(path, max_bytes=10**9).info().entries == 100


def test_work_outlives_a_killed_process(path):
    code = (
        "import os, signal, sys; from pathlib import Path; from toolkit.store import Store\n"
        "Store(Path(sys.argv[1]), max_bytes=10**9).add({'a': '1'})\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == -9
    assert Store(path, max_bytes=10**9).find(["a"]) == {"a": "1"}


def test_a_store_of_a_newer_version_is_refused(path):
    Store(path, max_bytes=1).add({})
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="newer toolkit"):
        Store(path, max_bytes=1).find(["a"])


def test_a_locked_store_says_so(path, monkeypatch):
    store = Store(path, max_bytes=10**9)
    store.add({"a": "1"})
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.1)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match=r"locked by another process.*--no-cache"):
        Store(path, max_bytes=10**9).find(["a"])
    holder.close()


def test_a_file_that_is_no_store_says_so(path):
    path.parent.mkdir()
    path.write_text("not a database at all, but long enough to be looked at as one " * 20)
    with pytest.raises(StoreError, match="damaged or no store"):
        Store(path, max_bytes=1).find(["a"])
