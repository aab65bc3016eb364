"""Jobs in one SQLite file: what was asked, how far it came, what was made."""

import json
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from toolkit.errors import StoreError
from toolkit.server.errors import ApiError, DiskFullError
from toolkit.server.requests import Source, Task

APPLICATION = int.from_bytes(b"FrEj", "big")  # by this SQLite's header says whose file it is
SCHEMA = 1
MAKE = (
    "CREATE TABLE jobs (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " owner TEXT NOT NULL, client TEXT NOT NULL, task TEXT NOT NULL, name TEXT NOT NULL,"
    " state TEXT NOT NULL, created REAL NOT NULL, started REAL, finished REAL,"
    " tries INTEGER NOT NULL, options TEXT NOT NULL, error TEXT, source TEXT NOT NULL, input BLOB,"
    " result TEXT, edits TEXT NOT NULL)",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {SCHEMA}",
)
ANOTHER = "name another file with --history, or type --no-history"

State = Literal["queued", "running", "done", "failed", "cancelled", "lost"]
UNFINISHED = ("queued", "running")
MEMORY = Path(":memory:")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job without its input and result. Times are seconds since 1970.

    Only its `owner` sees it, the name of an API key or nobody; turns are fair between clients.
    `tries` counts how often it was begun, `source` says what its input is.
    """

    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    owner: str = ""
    client: str = ""
    task: Task | Literal["pull"]
    name: str
    state: State = "queued"
    created: float = field(default_factory=time.time)
    started: float | None = None
    finished: float | None = None
    tries: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)
    error: Mapping[str, str] | None = None
    source: Source

    @property
    def is_finished(self) -> bool:
        return self.state not in UNFINISHED


COLUMNS = tuple(Job.__dataclass_fields__)
AS_JSON = ("options", "error")
SELECT = f"SELECT {', '.join(COLUMNS)} FROM jobs"


class History:
    """`path` None keeps jobs in memory. The oldest finished ones of an owner go when that one has
    more than `most`.

    Raises StoreError for a file that can't be used, or that another server uses, and ApiError for a
    job that there is not, or not any more. What a method returned from outlives a process that is
    killed.
    """

    def __init__(self, path: Path | None, *, most: int = 1000) -> None:
        self.path = path
        self._most = most
        self._lock = threading.RLock()
        try:
            self._connection = _open(path)
        except (sqlite3.Error, OSError) as error:
            raise _store_error(path, error) from None

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def add(self, job: Job, data: bytes) -> None:
        """A new job with its input."""
        values = _values(job) | {"input": data, "edits": "{}"}
        marks = ", ".join("?" * len(values))
        statement = f"INSERT INTO jobs ({', '.join(values)}) VALUES ({marks})"
        self._change(statement, [*values.values()])

    def begin(self, job_id: str) -> Job | None:
        """A job that is queued runs from now; None for one that isn't any more."""
        statement = (
            "UPDATE jobs SET state = 'running', started = ?, tries = tries + 1"
            " WHERE id = ? AND state = 'queued'"
        )
        with self._lock:
            if not self._change(statement, [time.time(), job_id]):
                return None
            return self.find(job_id)

    def requeue(self, job: Job, *, tries: int) -> None:
        """A job that isn't finished waits again."""
        statement = "UPDATE jobs SET state = 'queued', tries = ? WHERE id = ? AND state IN (?, ?)"
        self._change(statement, [tries, job.id, *UNFINISHED])

    def finish(
        self,
        job_id: str,
        state: State,
        *,
        result: str | None = None,
        error: Mapping[str, str] | None = None,
    ) -> None:
        """A job that isn't finished is so now, and needs its input no more."""
        statement = (
            "UPDATE jobs SET state = ?, finished = ?, result = ?, error = ?, input = NULL"
            " WHERE id = ? AND state IN (?, ?)"
        )
        values = [state, time.time(), result, json.dumps(error), job_id, *UNFINISHED]
        self._change(statement, values)
        self._forget(job_id)

    def find(self, job_id: str, owner: str | None = None) -> Job:
        """A job, of `owner` if that is given. Raises ApiError where there is none."""
        rows = self._jobs("WHERE id = ?", [job_id])
        if not rows or owner not in (None, rows[0].owner):
            raise no_such_job()
        return rows[0]

    def page(self, owner: str, *, limit: int, before: str | None = None) -> list[Job]:
        """The newest jobs of `owner`, or those that came before one of them."""
        where, values = "WHERE owner = ?", [owner]
        if before is not None:
            where += " AND number < (SELECT number FROM jobs WHERE id = ?)"
            values.append(self.find(before, owner).id)
        return self._jobs(f"{where} ORDER BY number DESC LIMIT ?", [*values, limit])

    def unfinished(self) -> list[Job]:
        """Those that were queued or ran, the oldest first."""
        return self._jobs("WHERE state IN (?, ?) ORDER BY number", UNFINISHED)

    def input(self, job_id: str) -> bytes:
        """What a job is about; empty when it is finished."""
        return self._value("input", job_id) or b""

    def result(self, job_id: str) -> str | None:
        """What was made, as JSON; None as long as there is nothing."""
        found: str | None = self._value("result", job_id)
        return found

    def edits(self, job_id: str) -> dict[str, str]:
        """The sentences that were translated anew, by their numbers."""
        return dict(json.loads(self._value("edits", job_id) or "{}"))

    def edit(self, job_id: str, number: str, text: str | None) -> None:
        """Keep `text` as the translation of a sentence; None undoes that."""
        with self._lock:
            edits = self.edits(job_id)
            edits.pop(number, None)
            if text is not None:
                edits[number] = text
            kept = json.dumps(edits, ensure_ascii=False)
            self._change("UPDATE jobs SET edits = ? WHERE id = ?", [kept, job_id])

    def remove(self, job_id: str) -> None:
        self._change("DELETE FROM jobs WHERE id = ?", [job_id])

    def clear(self, owner: str) -> int:
        """Remove what is finished, and say how many that were."""
        statement = "DELETE FROM jobs WHERE owner = ? AND state NOT IN (?, ?)"

        count = self._change(statement, [owner, *UNFINISHED])
        self._do(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)"))
        return count

    def _forget(self, job_id: str) -> None:
        """What its owner has too many of."""
        statement = (
            "WITH mine AS (SELECT number, state FROM jobs WHERE owner ="
            " (SELECT owner FROM jobs WHERE id = ?))"
            " DELETE FROM jobs WHERE number IN (SELECT number FROM mine WHERE state NOT IN (?, ?)"
            " AND number <= (SELECT number FROM mine ORDER BY number DESC LIMIT 1 OFFSET ?))"
        )
        self._change(statement, [job_id, *UNFINISHED, self._most])

    def _change(self, statement: str, values: Sequence[Any]) -> int:
        """How many rows changed."""
        return self._do(lambda connection: connection.execute(statement, values).rowcount)

    def _jobs(self, where: str, values: Sequence[Any]) -> list[Job]:
        rows = self._do(
            lambda connection: connection.execute(f"{SELECT} {where}", values).fetchall()
        )
        return [_job(row) for row in rows]

    def _value(self, column: str, job_id: str) -> Any:
        statement = f"SELECT {column} FROM jobs WHERE id = ?"
        row = self._do(lambda connection: connection.execute(statement, [job_id]).fetchone())
        if row is None:
            raise no_such_job()
        return row[0]

    def _do(self, work: Callable[[sqlite3.Connection], Made]) -> Made:
        with self._lock:
            try:
                return work(self._connection)
            except sqlite3.Error as error:
                raise _store_error(self.path, error) from None


def no_such_job() -> ApiError:
    return ApiError(404, "not_found", "there is no such job")


def _open(path: Path | None) -> sqlite3.Connection:
    """A connection of its own kind: as long as it is open, no other process gets one."""
    if path:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # SQLite's own files beside it get the same permissions.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(
        path or MEMORY, isolation_level=None, check_same_thread=False, timeout=0
    )
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA secure_delete = ON")
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and application != APPLICATION:
            raise sqlite3.DatabaseError("it belongs to another program")
        if path:
            path.chmod(0o600)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN EXCLUSIVE")
        if not tables:
            for statement in MAKE:
                connection.execute(statement)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute("COMMIT")
        if version != SCHEMA:
            raise sqlite3.DatabaseError("it belongs to another version of the toolkit")
    except BaseException:
        connection.close()
        raise
    return connection


def _values(job: Job) -> dict[str, Any]:
    values = asdict(job)
    return values | {
        name: None if values[name] is None else json.dumps(values[name]) for name in AS_JSON
    }


def _job(row: Sequence[Any]) -> Job:
    values = dict(zip(COLUMNS, row, strict=True))
    return Job(**{**values, **{name: json.loads(values[name] or "null") for name in AS_JSON}})


def _store_error(path: Path | None, error: Exception) -> StoreError:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return DiskFullError(
            f"the disk with the history {path} is full; make room there and try again"
        )
    if "locked" in said:
        said = "another server uses it"
    return StoreError(f"the history {path or 'in memory'} can't be used: {said}; {ANOTHER}")
