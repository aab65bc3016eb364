"""Finished work under a key of everything that it was made from, in one SQLite file.

Several processes may use it at once. What was added is kept whatever kills the process afterwards.
"""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.errors import StoreError

SCHEMA = 1
BUSY_SECONDS = 30.0
KEYS_AT_ONCE = 500  # SQLite takes a limited number of parameters
KEEP_SHARE = 0.8  # of the size limit, when the oldest work has to go
TABLES = """
CREATE TABLE IF NOT EXISTS work (key TEXT PRIMARY KEY, value TEXT NOT NULL, used REAL NOT NULL)
  WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS work_used ON work (used);
CREATE TABLE IF NOT EXISTS outputs (path TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """`bytes` is the size of the file; `oldest` and `newest` are seconds since 1970."""

    path: Path
    entries: int
    bytes: int
    oldest: float | None
    newest: float | None


def key_of(kind: str, parts: Mapping[str, Any]) -> str:
    """A tagged sha256 of `parts` as canonical JSON."""
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"{kind}:{hashlib.sha256(canonical.encode()).hexdigest()}"


class Store:
    """Opened at first use, so that a command that needs nothing of it makes no file.

    Every method raises StoreError when the file is locked, damaged or of a newer version.
    """

    def __init__(self, path: Path, *, max_bytes: int) -> None:
        self.path = path
        self.max_bytes = max_bytes
        self._opened: sqlite3.Connection | None = None

    def find(self, keys: Sequence[str]) -> dict[str, str]:
        """The values of those keys that are there, which counts as using them."""
        found: dict[str, str] = {}
        with self._transaction() as connection:
            for some in _chunks(keys):
                marks = ",".join("?" * len(some))
                rows = connection.execute(
                    f"SELECT key, value FROM work WHERE key IN ({marks})", some
                )
                found |= dict(rows.fetchall())
            now = time.time()
            connection.executemany(
                "UPDATE work SET used = ? WHERE key = ?", [(now, key) for key in found]
            )
        return found

    def add(self, items: Mapping[str, str]) -> None:
        """Keep `items`; when this returns they outlive the process."""
        now = time.time()
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO work VALUES (?, ?, ?)",
                [(key, value, now) for key, value in items.items()],
            )
            self._trim(connection)

    def wrote(self, path: Path, digest: str) -> None:
        """Remember that an output file with this content is ours."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO outputs VALUES (?, ?)", (str(path), digest))

    def digest_written(self, path: Path) -> str | None:
        """The digest of what was last written to `path`, None when it is not ours."""
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT digest FROM outputs WHERE path = ?", (str(path),)
            ).fetchone()
        return str(row[0]) if row else None

    def info(self) -> StoreInfo:
        if not self.path.exists():
            return StoreInfo(self.path, 0, 0, None, None)
        with self._transaction() as connection:
            count, oldest, newest = connection.execute(
                "SELECT count(*), min(used), max(used) FROM work"
            ).fetchone()
        return StoreInfo(self.path, count, self.path.stat().st_size, oldest, newest)

    def clear(self) -> int:
        """Forget all work and return how many entries that was; outputs stay known as ours."""
        if not self.path.exists():
            return 0
        with self._transaction() as connection:
            count = connection.execute("DELETE FROM work").rowcount
        self._connection().execute("VACUUM")
        return int(count)

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _trim(self, connection: sqlite3.Connection) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        used = (pages - free) * size
        if used <= self.max_bytes:
            return
        (count,) = connection.execute("SELECT count(*) FROM work").fetchone()
        surplus = int(count * (1 - KEEP_SHARE * self.max_bytes / used)) + 1
        connection.execute(
            "DELETE FROM work WHERE key IN (SELECT key FROM work ORDER BY used LIMIT ?)", (surplus,)
        )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._connection()
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
        except sqlite3.Error as error:
            raise StoreError(self._told(error)) from error

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(f"store {self.path} can't be made: {error.strerror}") from error
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            try:
                _write_ahead(connection)
                # A commit then outlives the process, though not a power cut.
                connection.execute("PRAGMA synchronous = NORMAL")
                (version,) = connection.execute("PRAGMA user_version").fetchone()
                if version > SCHEMA:
                    raise StoreError(
                        f"store {self.path} was written by a newer toolkit (schema {version}, this "
                        f"one knows {SCHEMA}); update, or name another file with --cache-file"
                    )
                connection.executescript(TABLES)
                connection.execute(f"PRAGMA user_version = {SCHEMA}")
            except BaseException:
                connection.close()
                raise
            self._opened = connection
        return self._opened

    def _told(self, error: sqlite3.Error) -> str:
        if "locked" in str(error) or "busy" in str(error):
            return (
                f"store {self.path} is locked by another process for over {BUSY_SECONDS:.0f} s; "
                "try again, or go without: --no-cache"
            )
        if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
            return f"store {self.path} is damaged or no store; remove it, or use --no-cache"
        return f"store {self.path}: {error}; --no-cache goes without"


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to WAL mode, for which SQLite doesn't wait while another process does the same."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _chunks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(keys), KEYS_AT_ONCE):
        yield keys[start : start + KEYS_AT_ONCE]
