import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from itertools import count
from pathlib import Path

import pytest

from tests.test_store import FIRST_SCHEMA
from toolkit import store as store_module
from toolkit.engines.base import Candidate, Output, TokenScore
from toolkit.engines.fake import FakeEngine
from toolkit.engines.stored import output_as_json, output_from_json
from toolkit.errors import StoreError
from toolkit.segmentation import split_sentences
from toolkit.store import Store, WrongStoreError
from toolkit.translation.translator import SentenceTranslator

ROWS = 300
WORK = {f"translation:{number:064x}": f"Value {number} – « é »" * 5 for number in range(ROWS)}
OUTPUTS = {Path(f"/out/{number}.txt"): {f"sha256:{number:064x}"} for number in range(20)}


def filled(path):
    with closing(Store(path, max_bytes=10**9)) as store:
        store.add(WORK)
        for out, (digest,) in OUTPUTS.items():
            store.wrote(out, digest)


def use(path, told=None):
    """All that a run does with a store; whatever is wrong with it, nothing wrong comes out."""
    store = Store(path, max_bytes=10**9, on_trouble=told.append if told is not None else None)
    try:
        assert store.find([*WORK, "new"]).items() <= WORK.items()
        for out, digests in OUTPUTS.items():
            assert store.digests_written(out) <= digests
        for out, digests in OUTPUTS.items():
            store.expect(out, *digests)
            store.wrote(out, *digests)
            assert store.digests_written(out) <= digests
        store.add(WORK)
        assert store.find([*WORK, "new"]).items() <= WORK.items()
    finally:
        store.close()


def damaged(data, random):
    """Some bits turned, or what a disk loses at once."""
    data = bytearray(data)
    how = random.choice(["bits", "bits", "bits", "zeros", "swap", "cut"])
    if how == "bits":
        for _ in range(random.choice([1, 1, 1, 4, 30])):
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    elif how == "zeros":
        start = random.randrange(0, len(data), 512)
        data[start : start + random.choice([512, 4096])] = bytes(512)
    elif how == "swap":
        one, other = (4096 * random.randrange(len(data) // 4096) for _ in range(2))
        data[one : one + 4096], data[other : other + 4096] = (
            data[other : other + 4096],
            data[one : one + 4096],
        )
    else:
        del data[random.randrange(len(data)) :]
    return bytes(data)


def test_damage_to_the_file_never_gives_wrong_text(tmp_path, rounds, figures):
    whole, path = tmp_path / "whole.sqlite", tmp_path / "store.sqlite"
    filled(whole)
    data = whole.read_bytes()
    for random in rounds(40):
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        path.write_bytes(damaged(data, random))
        figures["inputs"] += 1
        told = []
        try:
            use(path, told if random.random() < 0.7 else None)
        except StoreError as error:
            told.append(str(error))
        assert len(told) <= 1
        figures["faults"] += len(told)
        for action in ("info", "clear"):
            with closing(Store(path, max_bytes=10**9)) as store:
                try:
                    getattr(store, action)()
                except StoreError:
                    figures["faults"] += 1


def test_damage_to_a_file_of_the_first_schema_ends_a_run_never(tmp_path, rounds, figures):
    whole, path = tmp_path / "whole.sqlite", tmp_path / "store.sqlite"
    with closing(sqlite3.connect(whole)) as connection, connection:
        connection.executescript(FIRST_SCHEMA)
        rows = [(key, value, time.time()) for key, value in WORK.items()]
        connection.executemany("INSERT INTO work VALUES (?, ?, ?)", rows)
    data = whole.read_bytes()
    for random in rounds(15):
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        path.write_bytes(damaged(data, random))
        figures["inputs"] += 1
        told = []
        with closing(Store(path, max_bytes=10**9, on_trouble=told.append)) as store:
            try:
                store.find([*WORK])
                store.add({"new": "x"})
                assert told or store.find(["new"]) == {"new": "x"}
            except StoreError as error:
                told.append(str(error))
        assert len(told) <= 1
        figures["faults"] += len(told)


def test_a_translation_is_the_same_whatever_became_of_the_store(tmp_path, rounds, figures):
    whole, path = tmp_path / "whole.sqlite", tmp_path / "store.sqlite"
    segments = split_sentences(
        " ".join(f"Le maire ouvre {number} écoles jeudi." for number in range(100))
    )

    def translated(path):
        with closing(Store(path, max_bytes=10**9, on_trouble=lambda line: None)) as store:
            return SentenceTranslator(
                engine=FakeEngine(family="seq2seq"),
                source_language="fr",
                target_language="en",
                store=store,
            ).translate(segments)

    right = translated(whole)
    data = whole.read_bytes()
    for random in rounds(5):
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        path.write_bytes(damaged(data, random))
        figures["inputs"] += 1
        try:
            assert translated(path) == right
        except WrongStoreError:  # what says whose file it is was hit
            figures["faults"] += 1


def test_finished_work_is_read_as_it_was_written_or_not_at_all(rounds, figures):
    candidates = (
        Candidate(
            text="« Oui »",
            log_prob=-0.25,
            new_tokens=7,
            finished=True,
            tokens=(TokenScore(0, 1, -0.5), TokenScore(2, 5, -1.5)),
        ),
        Candidate(text="Non", log_prob=-1.5, new_tokens=3, finished=True),
    )
    output = Output(candidates=candidates, source_tokens=5)
    written = output_as_json(output, limit=512)
    for random in rounds(500):
        figures["inputs"] += 1
        changed = list(written)
        for _ in range(random.randint(1, 4)):
            changed[random.randrange(len(changed))] = random.choice('[]{}",0-9eé\ud800 ntIN\\')
        found = output_from_json("".join(changed), limit=512)
        if found:
            read = json.loads("".join(changed))
            assert asdict(found) == {
                "candidates": tuple(
                    each | {"tokens": tuple(map(tuple, each["tokens"]))}
                    for each in read["candidates"]
                ),
                "source_tokens": read["source_tokens"],
            }


MESSAGES = (
    "disk I/O error",
    "database or disk is full",
    "attempt to write a readonly database",
    "unable to open database file",
    "database is locked",
    "database disk image is malformed",
)


@contextmanager
def fault_at(number, message, *, after, lasting):
    """The statement of this number fails, before or after it was done; or all from it on."""
    statements = count(1)

    class Faulty(sqlite3.Connection):
        def _do(self, real, *arguments):
            current = next(statements)
            fails = current == number or (lasting and current > number)
            result = None if fails and not after else real(*arguments)
            if fails:
                raise sqlite3.OperationalError(message)
            return result

        def execute(self, *arguments):
            return self._do(super().execute, *arguments)

        def executemany(self, *arguments):
            return self._do(super().executemany, *arguments)

    real = sqlite3.connect
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", lambda *a, **kw: real(*a, **kw, factory=Faulty))
        yield


def test_no_fault_of_any_statement_comes_out(tmp_path, rounds, figures, monkeypatch):
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.05)
    work = {"a": "1", "b": "2"}
    for each, random in enumerate(rounds(20)):
        path, told = tmp_path / f"{each}.sqlite", []
        state = random.choice(["new", "first schema", "filled"])
        if state == "filled":
            with closing(Store(path, max_bytes=10**9)) as store:
                store.add(work)
        elif state == "first schema":
            with closing(sqlite3.connect(path)) as connection:
                connection.executescript(FIRST_SCHEMA)
        with (
            fault_at(
                random.randint(1, 40),
                random.choice(MESSAGES),
                after=random.random() < 0.5,
                lasting=random.random() < 0.5,
            ),
            closing(Store(path, max_bytes=10**9, on_trouble=told.append)) as store,
        ):
            for _ in range(2):
                assert store.find([*work, "c"]).items() <= work.items()
                store.add(work)
                store.expect(path, "sha256:1")
                store.wrote(path, "sha256:1")
                assert store.digests_written(path) <= {"sha256:1"}
        assert len(told) <= 1
        figures["faults"] += len(told)
        with closing(Store(path, max_bytes=10**9)) as store:  # the next run has it again
            assert store.find([*work]).items() <= work.items()
            store.add(work)
            assert store.find([*work]) == work


def test_a_full_file_keeps_what_it_has(tmp_path, rounds, figures):
    for random in rounds(5):
        path, told = tmp_path / f"{random.random()}.sqlite", []
        with closing(Store(path, max_bytes=10**9, on_trouble=told.append)) as store:
            store._connection().execute(f"PRAGMA max_page_count = {random.randint(6, 40)}")
            kept = {}
            while not told:
                some = {f"{random.random()}": "x" * random.randint(1, 9000) for _ in range(3)}
                store.add(some)
                kept |= {} if told else some
                assert store.find([*kept, *some]) == kept
        assert len(told) == 1
        figures["faults"] += 1
        with closing(Store(path, max_bytes=10**9)) as store:
            assert store.find([*kept]) == kept


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 512 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("file systems can't be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_ends_no_run(small_disk, figures):
    path, told, kept = small_disk / "store.sqlite", [], {}
    started = time.monotonic()
    with closing(Store(path, max_bytes=10**9, on_trouble=told.append)) as store:
        for number in range(300):
            some = {f"{number}-{each}": "x" * 500 for each in range(20)}
            store.add(some)
            kept |= {} if told else some
        assert store.find([*kept]) == kept
    assert time.monotonic() - started < 10
    (line,) = told
    assert "disk is full" in line or "disk I/O error" in line
    figures["faults"] += 1
    with closing(Store(path, max_bytes=10**9, on_trouble=told.append)) as store:
        assert store.find([*kept]).items() <= kept.items()
        store.add({"new": "1"})
    fresh = small_disk / "fresh.sqlite"
    with suppress(OSError), (small_disk / "rest").open("ab", buffering=0) as rest:
        while True:
            rest.write(b"x" * 100)
    told.clear()
    with closing(Store(fresh, max_bytes=10**9, on_trouble=told.append)) as store:
        store.add({"new": "1"})
        assert store.find(["new"]) == {}
    assert len(told) == 1
    figures["faults"] += 1


def test_a_disk_that_became_read_only_ends_no_run(small_disk, figures):
    path, told = small_disk / "store.sqlite", []
    filled(path)
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    subprocess.run(remount, check=True, capture_output=True)
    started = time.monotonic()
    use(path, told)
    use(small_disk / "deeper/other.sqlite", told)
    assert len(told) == 2
    assert time.monotonic() - started < 10
    figures["faults"] += 2


ADDING = """
import sys
from pathlib import Path
from toolkit.store import Store

store = Store(Path(sys.argv[1]), max_bytes=10**9)
for number in range(10**6):
    names = [f"{number} {each}" for each in range(50)]
    store.add({f"{sys.argv[2]} {name}": f"value {name} " * 20 for name in names})
    print(number, flush=True)
"""


def test_what_was_added_is_there_after_a_kill(tmp_path, rounds, figures):
    for each, random in enumerate(rounds(4)):
        path = tmp_path / f"{each // 3}.sqlite"  # some begin with a store, some without
        command = [sys.executable, "-c", ADDING, str(path), str(each)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        if random.random() < 0.7:
            child.stdout.readline()
            time.sleep(random.random() / 10)
        else:
            time.sleep(random.random() / 3)
        child.send_signal(signal.SIGKILL)
        acknowledged = len(child.communicate()[0].splitlines())
        work = {
            f"{each} {number} {part}": f"value {number} {part} " * 20
            for number in range(acknowledged)
            for part in range(50)
        }
        with closing(Store(path, max_bytes=10**9)) as store:
            assert store.find([*work]) == work
            store.add({"after": "1"})
        figures["faults"] += 1


WORKING = """
import random, sys
from pathlib import Path
from toolkit import store as store_module
from toolkit.store import Store

path, name, busy = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
store_module.BUSY_SECONDS = busy
chance, told = random.Random(name), []
store = Store(path, max_bytes=10**9, on_trouble=told.append)
for number in range(int(sys.argv[4])):
    if chance.random() < 0.3:  # one that opens and closes the file over and over
        store.close()
    some = {f"{name} {number} {each}": f"value of {name} {number} {each}" for each in range(5)}
    store.add(some)
    if not told:
        print("\\n".join(some))
    asked = [f"{chance.randrange(10)} {chance.randrange(30)} {each}" for each in range(5)]
    for key, value in store.find([*asked, *some]).items():
        assert value == f"value of {key}", (key, value)
assert len(told) <= 1
sys.stderr.write("\\n".join(told))
"""


def test_many_processes_lose_nothing_of_each_other(tmp_path, rounds, figures):
    for each, random in enumerate(rounds(1)):
        path, busy_s = tmp_path / f"{each}.sqlite", random.choice([30, 0.01])
        names = range(random.randint(2, 10))
        command = [sys.executable, "-c", WORKING, str(path)]
        running = [
            subprocess.Popen(
                [*command, str(name), str(busy_s), "30"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for name in names
        ]
        acknowledged = []
        for process in running:
            out, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
            assert "locked" in err or not err
            assert not err or busy_s < 1
            figures["faults"] += bool(err)
            acknowledged += out.splitlines()
        with closing(Store(path, max_bytes=10**9)) as store:
            assert store.find(acknowledged) == {key: f"value of {key}" for key in acknowledged}
        figures["inputs"] += len(acknowledged)
