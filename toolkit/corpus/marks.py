"""What says how far a job is: a mark for each finished shard, and leases of whoever is at work.

All of it lies beside the outputs, so whatever sees these sees how far they are.
"""

import json
import os
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from toolkit import __version__
from toolkit.corpus.job import FOLDER
from toolkit.corpus.storage import Storage
from toolkit.errors import InputError, ToolkitError, UsageError

DONE, FAILED, RUNNING = f"{FOLDER}/done", f"{FOLDER}/failed", f"{FOLDER}/running"
WHOLE = "run"  # the lease of a run over all shards
LEARNING = "learning"  # that of whoever learns what all shards go by
BEAT_S = 60.0
STALE_S = 600.0  # a lease that wasn't renewed for so long is nobody's any more


class _Mark(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ShardReport(_Mark):
    """What was done for one shard. `errors_by_kind` lacks those of older marks, `cut_off` counts
    pieces of files of which only the beginning could be read, `duplicates` rows that are nearly the
    same as an earlier one, `tokens` are those of the translations that were kept, `bytes` and
    `sha256` are of the output, `seconds` from its first row to its end.
    """

    number: int
    output: str
    rows: int = 0
    errors: int = 0
    errors_by_kind: dict[str, int] = {}
    cut_off: int = 0
    duplicates: int = 0
    sentences: int = 0
    tokens: int = 0
    flagged: int = 0
    doubtful: int = 0
    bytes: int = 0
    sha256: str = ""
    seconds: float = 0.0
    host: str = ""
    toolkit: str = __version__
    finished: str = ""


class Failure(_Mark):
    """Why a shard isn't done, and how often it was tried."""

    number: int
    reason: str
    tries: int = 1
    host: str = ""
    finished: str = ""


class BusyError(UsageError):
    """Somebody else is at work there."""


class Lease(_Mark):
    """Who is at work, since when, and when they last said so. Times are of UTC."""

    host: str
    process: int
    since: str
    beat: str

    @property
    def is_stale(self) -> bool:
        """Whether nobody is at work any more. In a container that was started again, processes may
        have the numbers that they had before.
        """
        if self.host == socket.gethostname():
            if self.process == os.getpid() and self.since < STARTED:
                return True
            if not _is_alive(self.process):
                return True
        return datetime.now(UTC) - datetime.fromisoformat(self.beat) > timedelta(seconds=STALE_S)


Mark = TypeVar("Mark", bound=_Mark)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


STARTED = now()  # this process


def mark_done(storage: Storage, report: ShardReport) -> None:
    """From here on the shard is done, whatever happens."""
    _write(storage, _path(DONE, report.number), report)
    storage.remove(_path(FAILED, report.number))


def mark_failed(storage: Storage, failure: Failure) -> None:
    _write(storage, _path(FAILED, failure.number), failure)


def done_numbers(storage: Storage) -> set[int]:
    return _numbers(storage, DONE)


def report_of(storage: Storage, number: int) -> ShardReport | None:
    """That of one shard, if it is finished."""
    return _read(storage, _path(DONE, number), ShardReport)


def reports(storage: Storage, numbers: Iterable[int]) -> Iterator[ShardReport]:
    """Those of finished shards, as far as their marks can be read."""
    return _marks(storage, DONE, numbers, ShardReport)


def refuse_unreadable(storage: Storage) -> None:
    """Raises InputError where a mark of a finished shard is there, but can't be read."""
    done = done_numbers(storage)
    if lost := sorted(done.difference(each.number for each in reports(storage, sorted(done)))):
        raise InputError(
            f"marks that can't be read: {len(lost):,}, the first of them "
            f"{storage.at(_path(DONE, lost[0]))}; remove them, and type the same command, which "
            "makes these shards again"
        )


def failure_of(storage: Storage, number: int) -> Failure | None:
    """That of one shard, if it failed and isn't done."""
    return _read(storage, _path(FAILED, number), Failure)


def failures(storage: Storage) -> list[Failure]:
    """Those of the shards that failed and weren't done since, in their order."""
    failed = _numbers(storage, FAILED)
    if failed:  # else there may be very many others to list for nothing
        failed -= done_numbers(storage)
    return sorted(_marks(storage, FAILED, failed, Failure), key=lambda each: each.number)


def leases(storage: Storage) -> dict[str, Lease]:
    """Those of whoever is at work, by name."""
    names = [name for name in _names(storage, RUNNING) if name.endswith(".json")]
    return _leases(storage, [name.removesuffix(".json") for name in names])


@contextmanager
def leased(storage: Storage, number: int | None = None) -> Iterator[None]:
    """Time in which nobody else works on the shard `number`, or on any of them without one.

    Raises BusyError where somebody does. A lease that its process left behind is taken over.
    """
    if number is None:
        name, others = WHOLE, leases(storage)
    else:
        name = f"{number:05}"
        others = _leases(storage, (WHOLE, name))
    with _leased(storage, name, others):
        yield


@contextmanager
def leased_learning(storage: Storage) -> Iterator[None]:
    """Time in which nobody else learns what all shards go by, for who works on a shard or on all.

    Raises BusyError where somebody does.
    """
    with _leased(storage, LEARNING, _leases(storage, (LEARNING,))):
        yield


def refuse_learning(storage: Storage) -> None:
    """Raises BusyError where somebody learns what all shards go by."""
    _refuse_busy(_leases(storage, (LEARNING,)))


@contextmanager
def _leased(storage: Storage, name: str, others: Mapping[str, Lease]) -> Iterator[None]:
    _refuse_busy(others)
    path = f"{RUNNING}/{name}.json"
    lease = Lease(host=socket.gethostname(), process=os.getpid(), since=now(), beat=now())
    storage.remove(path)  # it is stale, if there is one
    if not storage.create(path, _json(lease)):
        other_lease = _read(storage, path, Lease) or lease
        raise BusyError(_busy(name, other_lease))
    ended = threading.Event()
    beating = threading.Thread(target=_beat, args=(storage, path, lease, ended), daemon=True)
    beating.start()
    try:
        yield
    finally:
        ended.set()
        beating.join()
        with suppress(ToolkitError):  # it grows stale then
            storage.remove(path)


def _refuse_busy(others: Mapping[str, Lease]) -> None:
    for name, lease in others.items():
        if not lease.is_stale:
            raise BusyError(_busy(name, lease))


def _leases(storage: Storage, names: Iterable[str]) -> dict[str, Lease]:
    read = ((name, _read(storage, f"{RUNNING}/{name}.json", Lease)) for name in names)
    return {name: lease for name, lease in read if lease}


def _beat(storage: Storage, path: str, lease: Lease, ended: threading.Event) -> None:
    while not ended.wait(BEAT_S):
        with suppress(ToolkitError):  # the next time may do
            _write(storage, path, lease.model_copy(update={"beat": now()}))


def _busy(name: str, lease: Lease) -> str:
    what = f"a run of shard {int(name)}" if name.isdecimal() else "another run"
    return (
        f"{what} is writing to the same place since {lease.since} (process {lease.process} on "
        f"{lease.host}); wait for it, or if it was lost with its machine, try again "
        f"{STALE_S / 60:.0f} minutes after {lease.beat}"
    )


def _is_alive(process: int) -> bool:
    if os.name == "nt":  # where signal 0 ends a process; its lease grows stale
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _path(folder: str, number: int) -> str:
    return f"{folder}/{number:05}.json"


def _json(mark: _Mark) -> bytes:
    return (json.dumps(mark.model_dump(), ensure_ascii=False) + "\n").encode()


def _write(storage: Storage, path: str, mark: _Mark) -> None:
    with storage.write(path) as file:
        file.write(_json(mark))


def _read(storage: Storage, path: str, kind: type[Mark]) -> Mark | None:
    """None for what is not there, or no longer."""
    data = storage.read(path)
    return _parsed(data, kind) if data else None


def _parsed(data: bytes, kind: type[Mark]) -> Mark | None:
    """None for what is no mark."""
    try:
        return kind.model_validate_json(data)
    except ValidationError:
        return None


def _names(storage: Storage, folder: str) -> list[str]:
    return [name.rpartition("/")[2] for name in storage.names(folder)]


def _numbers(storage: Storage, folder: str) -> set[int]:
    stems = (name.removesuffix(".json") for name in _names(storage, folder))
    return {int(stem) for stem in stems if stem.isdecimal()}


def _marks(
    storage: Storage, folder: str, numbers: Iterable[int], kind: type[Mark]
) -> Iterator[Mark]:
    data = storage.read_all(_path(folder, number) for number in numbers)
    return filter(None, (_parsed(each, kind) for each in data))
