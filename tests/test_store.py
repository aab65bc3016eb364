import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from toolkit import store as store_module
from toolkit.engines.fake import FakeEngine
from toolkit.engines.stored import output_from_json
from toolkit.errors import StoreError
from toolkit.pipeline import Pipeline
from toolkit.segmentation import split_sentences
from toolkit.settings import Settings
from toolkit.store import Store, WrongStoreError, key_of
from toolkit.translation.translator import SentenceTranslator

FIRST_SCHEMA = """
CREATE TABLE IF NOT EXISTS work (key TEXT PRIMARY KEY, value TEXT NOT NULL, used REAL NOT NULL)
  WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS work_used ON work (used);
CREATE TABLE IF NOT EXISTS outputs (path TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
PRAGMA user_version = 1;
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep/store.sqlite"


def database(path, script):
    """A file in WAL mode as another program would make it."""
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL;" + script)


def contents(folder):
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def killed(path, script):
    """Run `script` on the database in a process that leaves everything as if it were killed."""
    code = (
        "import os, sqlite3, sys; connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "for each in sys.argv[2].split(';'): connection.execute(each)\n"
        "os._exit(0)"
    )
    path.parent.mkdir(exist_ok=True)
    subprocess.run([sys.executable, "-c", code, str(path), script], check=True)


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
    assert store.digests_written(tmp_path / "out.txt") == {"sha256:1"}


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


def test_a_locked_store_says_so(path, monkeypatch):
    store = Store(path, max_bytes=10**9)
    store.add({"a": "1"})
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.1)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match=r"locked by another process.*--no-cache"):
        Store(path, max_bytes=10**9).find(["a"])
    holder.close()


def test_a_file_that_is_no_store_says_so_and_is_left_alone(path):
    path.parent.mkdir()
    path.write_text("not a database at all, but long enough to be looked at as one " * 20)
    before = contents(path.parent)
    with pytest.raises(StoreError, match="damaged or no store"):
        Store(path, max_bytes=1).find(["a"])
    assert contents(path.parent) == before


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE notes (x); INSERT INTO notes VALUES (1)",
        "CREATE TABLE work (id); PRAGMA user_version = 1",
        FIRST_SCHEMA + "CREATE TABLE more (x)",
        FIRST_SCHEMA + "CREATE VIEW more AS SELECT 1",
        FIRST_SCHEMA + "PRAGMA application_id = 7",
        FIRST_SCHEMA + "PRAGMA user_version = 2",
        "PRAGMA user_version = 3",
        "PRAGMA application_id = 7",
    ],
)
@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_database_of_another_program_is_refused_and_left_alone(path, script, journal):
    database(path, script + f"; PRAGMA journal_mode = {journal}")
    before = contents(path.parent)
    told = []
    for action in (
        lambda: Store(path, max_bytes=1, on_trouble=told.append).find(["a"]),
        lambda: Store(path, max_bytes=1).add({"a": "1"}),
        lambda: Store(path, max_bytes=1).clear(),
        lambda: Store(path, max_bytes=1).info(),
    ):
        with pytest.raises(
            WrongStoreError, match=r"store\.sqlite belongs to another program"
        ) as it:
            action()
        assert "cache_file in toolkit.toml or TOOLKIT_CACHE_FILE, or use --no-cache" in str(
            it.value
        )
    assert not told
    assert contents(path.parent) == before


MANY_ROWS = "WITH n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n LIMIT 3000) SELECT x FROM n"


@pytest.mark.parametrize(
    "unfinished",
    [
        "PRAGMA journal_mode = WAL; CREATE TABLE notes (x); INSERT INTO notes VALUES (1)",
        "CREATE TABLE notes (x); PRAGMA cache_size = 1; BEGIN; INSERT INTO notes " + MANY_ROWS,
    ],
)
def test_what_another_program_was_killed_at_is_left_to_it(path, unfinished):
    killed(path, unfinished)
    before = contents(path.parent)
    assert len(before) > 1
    with pytest.raises(StoreError):
        Store(path, max_bytes=1).find(["a"])
    after = contents(path.parent)
    for each in (before, after):
        each.pop("store.sqlite-shm", None)  # locks
    assert after == before


def test_a_store_that_was_killed_while_it_was_made_is_made_again(path):
    path.parent.mkdir()
    journal = path.with_name("store.sqlite-journal")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for statement in store_module.MAKE:
            connection.execute(statement)
        unfinished = journal.read_bytes()
        connection.execute("COMMIT")
    journal.write_bytes(unfinished)  # as if the end of the commit were missing
    store = Store(path, max_bytes=10**9)
    store.add({"a": "1"})
    assert store.find(["a"]) == {"a": "1"}


@pytest.mark.parametrize("script", ["", "CREATE TABLE x (y); DROP TABLE x"])
def test_an_empty_file_is_taken_over(path, script):
    if script:
        database(path, script)
    else:
        path.parent.mkdir()
        path.touch()
    Store(path, max_bytes=10**9).add({"a": "1"})
    assert Store(path, max_bytes=10**9).find(["a"]) == {"a": "1"}


def test_a_new_store_is_marked_as_ours(path):
    Store(path, max_bytes=10**9).add({"a": "1"})
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (store_module.APPLICATION,)
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def first_store(path):
    database(path, FIRST_SCHEMA)
    with closing(sqlite3.connect(path)) as connection, connection:
        rows = [(f"k{number}", f"é{number}", 1e9 + number) for number in range(2000)]
        connection.executemany("INSERT INTO work VALUES (?, ?, ?)", rows)
        connection.execute("INSERT INTO outputs VALUES ('/out/a.txt', 'sha256:1')")
    return {key: value for key, value, _ in rows}


def test_a_store_of_the_first_schema_is_migrated(path):
    work = first_store(path)
    store = Store(path, max_bytes=10**9)
    info = store.info()
    assert (info.entries, info.oldest, info.newest) == (2000, 1e9, 1e9 + 1999)
    assert store.find([*work, "other"]) == work
    assert store.digests_written(Path("/out/a.txt")) == {"sha256:1"}


def test_damaged_rows_of_the_first_schema_are_left_behind(path):
    first_store(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE work SET value = CAST(x'ff' AS TEXT) WHERE key = 'k1'")
        connection.execute("UPDATE work SET value = x'41' WHERE key = 'k2'")
        connection.execute("UPDATE work SET used = 'never' WHERE key = 'k3'")
    assert Store(path, max_bytes=10**9).find(["k0", "k1", "k2", "k3"]) == {"k0": "é0"}


def test_several_processes_migrate_at_once(path):
    work = first_store(path)
    code = (
        "import sys; from pathlib import Path; from toolkit.store import Store\n"
        "store = Store(Path(sys.argv[1]), max_bytes=10**9); sys.stdin.readline()\n"
        "assert len(store.find([f'k{each}' for each in range(2000)])) == 2000"
    )
    command = [sys.executable, "-c", code, str(path)]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(4)]
    for each in running:
        each.communicate(b"go\n")
    assert [each.returncode for each in running] == [0] * 4
    assert Store(path, max_bytes=10**9).find([*work]) == work


def unusable(kind, path):
    path.parent.mkdir()
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(path.with_name("nothing"))
    elif kind == "loop":
        path.symlink_to(path)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "below a file":
        path.touch()
        return path / "deeper/store.sqlite"
    elif kind == "null":
        return Path("/dev/null")
    elif kind == "full":
        return Path("/dev/full")
    elif kind == "zero byte":
        return path.with_name("a\0b")
    elif kind == "long":
        return path.with_name("x" * 300)
    return path


@pytest.mark.parametrize(
    "kind",
    ["folder", "link", "loop", "pipe", "below a file", "null", "full", "zero byte", "long"],
)
def test_what_can_be_no_file_is_told(path, kind):
    path = unusable(kind, path)
    for action in (
        lambda: Store(path, max_bytes=1).find(["a"]),
        lambda: Store(path, max_bytes=1).info(),
        lambda: Store(path, max_bytes=1).clear(),
    ):
        with pytest.raises(StoreError, match="or use --no-cache"):
            action()
    told = []
    store = Store(path, max_bytes=1, on_trouble=told.append)
    store.add({"a": "1"})
    assert store.find(["a"]) == {}
    assert len(told) == 1
    assert told[0].startswith(f"store {path} ")
    assert "\n" not in told[0]


def test_a_name_that_is_a_word_of_sqlite_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (":memory:", "a?mode=ro#%41", os.fsdecode(b"caf\xe9")):
        Store(Path(name), max_bytes=10**9).add({"a": "1"})
        assert (tmp_path / name).exists()


def change(path, script, *values):
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(script, values).rowcount > 0


@pytest.mark.parametrize(
    "damage",
    [
        "value = x'31'",
        "value = 'right'",
        "value = CAST(x'ff' AS TEXT)",
        "value = x'ff'",
        "value = 7",
        "value = 1.5",
        "checksum = x''",
        "checksum = 3",
        "key = x'62'",
    ],
)
def test_a_row_that_was_changed_is_not_found(path, damage):
    store = Store(path, max_bytes=10**9)
    store.add({"a": "right", "c": "other"})
    right = {"a": "right"} if damage == "value = 'right'" else {}
    change(path, f"UPDATE work SET {damage} WHERE key = x'61'")
    assert store.find(["a", "b", "c"]) == right | {"c": "other"}
    store.add({"a": "again"})
    assert store.find(["a"]) == {"a": "again"}


def test_a_damaged_time_does_not_hinder_the_rest(path):
    store = Store(path, max_bytes=10**9)
    for number, used in enumerate(("'x'", "x'00'", "1e308", "-5", "9e999")):
        store.add({str(number): "x"})
        change(path, f"UPDATE work SET used = {used} WHERE key = ?", str(number).encode())
    info = store.info()
    assert (info.entries, info.oldest, info.newest) == (5, None, None)
    assert len(store.find([str(number) for number in range(5)])) == 5


def test_a_changed_digest_makes_no_file_ours(path, tmp_path):
    store = Store(path, max_bytes=10**9)
    store.wrote(tmp_path / "out.txt", "sha256:1")
    change(path, "UPDATE outputs SET digest = ?", b"sha256:2")
    assert store.digests_written(tmp_path / "out.txt") == frozenset()


def test_an_expected_content_is_ours_beside_the_last_one_until_it_is_written(path, tmp_path):
    store, out = Store(path, max_bytes=10**9), tmp_path / "out.txt"
    store.expect(out, "sha256:1")
    assert store.digests_written(out) == {"sha256:1"}
    store.wrote(out, "sha256:1")
    store.expect(out, "sha256:2")
    store.expect(out, "sha256:2")
    assert store.digests_written(out) == {"sha256:1", "sha256:2"}
    store.wrote(out, "sha256:2")
    assert store.digests_written(out) == {"sha256:2"}
    assert store.digests_written(tmp_path / "other.txt") == frozenset()


def test_texts_and_paths_that_are_no_utf8_are_kept(path):
    store = Store(path, max_bytes=10**9)
    odd = {"\ud800": "a\udfff", "nul\0": "a\0b", "": "", "é": "😀"}
    store.add(odd)
    assert store.find([*odd]) == odd
    for name in (os.fsdecode(b"/out/caf\xe9.txt"), "/out/\ud800.txt"):
        store.wrote(Path(name), "sha256:1")
        assert store.digests_written(Path(name)) == {"sha256:1"}
    assert key_of("t", {"a": "\ud800"}) != key_of("t", {"a": "\ud801"})


def failing(message, monkeypatch, *, on="INSERT"):
    """From now on each statement that begins so ends with `message`."""

    class Failing(sqlite3.Connection):
        def execute(self, sql, *values):
            self._fail(sql)
            return super().execute(sql, *values)

        def executemany(self, sql, *values):
            self._fail(sql)
            return super().executemany(sql, *values)

        def _fail(self, sql):
            if sql.startswith(on):
                raise sqlite3.OperationalError(message)

    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **kw: real(*a, **kw, factory=Failing))


@pytest.mark.parametrize("message", ["database or disk is full", "disk I/O error"])
def test_a_store_in_trouble_is_told_once_and_still_read(path, monkeypatch, message):
    Store(path, max_bytes=10**9).add({"a": "1"})
    failing(message, monkeypatch)
    told = []
    store = Store(path, max_bytes=10**9, on_trouble=told.append)
    for _ in range(3):
        store.add({"b": "2"})
        assert store.find(["a", "b"]) == {"a": "1"}
    (line,) = told
    assert line.startswith(f"store {path} can't be used ({message}); name another file")
    with pytest.raises(StoreError, match=message.replace("/", ".")):
        Store(path, max_bytes=10**9).add({"b": "2"})


@pytest.mark.parametrize("message", ["attempt to write a readonly database", "disk I/O error"])
def test_only_a_lock_is_waited_for(path, monkeypatch, message):
    failing(message, monkeypatch, on="PRAGMA journal_mode")
    started = time.monotonic()
    with pytest.raises(StoreError, match=message.replace("/", ".")):
        Store(path, max_bytes=10**9).add({"a": "1"})
    assert time.monotonic() - started < 5


def test_a_locked_store_is_gone_without(path, monkeypatch):
    Store(path, max_bytes=10**9).add({"a": "1"})
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.05)
    told = []
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        store = Store(path, max_bytes=10**9, on_trouble=told.append)
        store.add({"b": "2"})
        assert store.find(["a", "b"]) == {"a": "1"}
    assert len(told) == 1
    assert "locked by another process" in told[0]


READ_ONLY = """
import os, sys
from pathlib import Path
from toolkit.store import Store

if os.getuid() == 0:  # who may write to everything
    os.setuid(65534)
told = []
store = Store(Path(sys.argv[1]), max_bytes=10**9, on_trouble=told.append)
for _ in range(2):
    assert store.find(["a", "b"]) == {"a": "1"}, told
    store.add({"b": "2"})
assert len(told) == 1 and "readonly" in told[0], told
"""


def test_a_store_that_is_only_readable_gives_what_it_holds():
    with TemporaryDirectory() as folder:
        path = Path(folder, "store.sqlite")
        with closing(Store(path, max_bytes=10**9)) as store:
            store.add({"a": "1"})
        change(path, "UPDATE work SET used = 1")
        path.chmod(0o444)
        path.parent.chmod(0o777)
        subprocess.run([sys.executable, "-c", READ_ONLY, str(path)], check=True)


def test_a_newer_store_stays_an_error_and_names_what_there_is_to_set(path):
    Store(path, max_bytes=1).add({})
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    told = []
    with pytest.raises(WrongStoreError, match="newer toolkit") as error:
        Store(path, max_bytes=1, on_trouble=told.append).find(["a"])
    assert "TOOLKIT_CACHE_FILE, or use --no-cache" in str(error.value)
    assert "--cache-file" not in str(error.value)
    assert not told


TEXT = "Le maire ouvre une école. Il a promis deux gymnases."


@pytest.mark.parametrize(
    "written",
    [
        "",
        "x",
        "null",
        "[]",
        "{}",
        '{"text": "t"}',
        '{"text": "t", "source_tokens": 1, "new_tokens": "1", "finished": true, "limit": 512}',
        '{"text": "t", "source_tokens": 1.5, "new_tokens": 1, "finished": true, "limit": 512}',
        '{"text": "t", "source_tokens": 1, "new_tokens": true, "finished": true, "limit": 512}',
        '{"text": "t", "source_tokens": 1, "new_tokens": 1, "finished": 1, "limit": 512}',
        '{"text": 1, "source_tokens": 1, "new_tokens": 1, "finished": true, "limit": 512}',
        '{"text": "\\ud800", "source_tokens": 1, "new_tokens": 1, "finished": true, "limit": 9}',
        "[" * 100_000,
    ],
)
def test_finished_work_in_another_form_is_done_again(path, written):
    assert output_from_json(written, limit=1) is None
    segments = split_sentences(TEXT)
    store = Store(path, max_bytes=10**9)
    translator = SentenceTranslator(
        engine=FakeEngine(family="seq2seq"), source_language="fr", target_language="en", store=store
    )
    right = translator.translate(segments)
    with closing(sqlite3.connect(path)) as connection:
        keys = [key.decode() for (key,) in connection.execute("SELECT key FROM work")]
    store.add(dict.fromkeys(keys, written))
    assert translator.translate(segments) == right
    assert all(output_from_json(each, limit=1) for each in store.find(keys).values())


def test_a_run_goes_on_without_its_store_if_asked(path):
    path.mkdir(parents=True)
    settings, told = Settings(model="own", cache_file=path), []
    engines = {settings.model: FakeEngine(family="seq2seq")}
    segments = split_sentences(TEXT)
    run = Pipeline(settings, engines=engines, on_trouble=told.append)
    assert [each.text for each in run.translator.translate(segments)]
    assert len(told) == 1
    with pytest.raises(StoreError):
        Pipeline(settings, engines=engines).translator.translate(segments)


def test_other_stores_are_merged_and_what_both_have_stays(tmp_path):
    ours, other = (Store(tmp_path / f"{name}.sqlite", max_bytes=10**9) for name in "ab")
    ours.add({"both": "ours"})
    other.add({"both": "theirs"} | {f"key {number}": "x" for number in range(1200)})
    assert ours.merge(other) == 1200
    assert ours.merge(other) == 0
    assert ours.find(["both", "key 0", "key 1199"]) == {
        "both": "ours",
        "key 0": "x",
        "key 1199": "x",
    }
    assert other.info().entries == 1201


def test_damaged_rows_are_not_merged_and_the_limit_of_size_holds(tmp_path):
    ours = Store(tmp_path / "a.sqlite", max_bytes=100_000)
    other = Store(tmp_path / "b.sqlite", max_bytes=10**9)
    other.add({f"key {number}": "x" * 1000 for number in range(300)})
    other.close()
    with sqlite3.connect(other.path) as connection:
        connection.execute(
            "UPDATE work SET value = CAST('y' AS BLOB) WHERE key = CAST('key 7' AS BLOB)"
        )
    assert ours.merge(other) == 299
    assert ours.find(["key 7"]) == {}
    assert 0 < ours.info().entries < 200


def test_a_store_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(StoreError, match="is not there"):
        Store(tmp_path / "a.sqlite", max_bytes=1).merge(Store(tmp_path / "b.sqlite", max_bytes=1))
    assert list(tmp_path.iterdir()) == []
