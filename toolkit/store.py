"""Finished work under a key of everything that it was made from, in one SQLite file.

Several processes may use it at once. What was added is kept whatever kills the process afterwards,
and each row carries a checksum: what a failing disk made of it is not found.
"""

import hashlib
import json
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from toolkit.errors import StoreError

SCHEMA = 2
APPLICATION = int.from_bytes(b"FrEn", "big")  # by this SQLite's header says whose file it is
APPLICATION_AT = 68  # where it says so, in bytes
BUSY_SECONDS = 30.0
KEYS_AT_ONCE = 500  # SQLite takes a limited number of parameters
USED_WITHIN_SECONDS = 600  # to write down each use more exactly would cost more than it tells
KEEP_SHARE = 0.8  # of the size limit, when the oldest work has to go
# All is kept as bytes: SQLite may be handed any text and any path then, and text that is damaged
# reaches its checksum instead of failing to be decoded.
MAKE = (
    "CREATE TABLE work (key BLOB PRIMARY KEY, value BLOB NOT NULL, used REAL NOT NULL,"
    " checksum BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE outputs (path BLOB, digest BLOB, checksum BLOB NOT NULL,"
    " PRIMARY KEY (path, digest)) WITHOUT ROWID",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {SCHEMA}",
)
INDEX = "CREATE INDEX work_used ON work (used)"
# The first schema had text without checksums, and no application_id.
COLUMNS = (
    "SELECT made.name, held.name FROM sqlite_master AS made"
    " LEFT JOIN pragma_table_info(made.name) AS held WHERE made.type <> 'index'"
)
FIRST_COLUMNS = {
    *((b"work", column) for column in (b"key", b"value", b"used")),
    *((b"outputs", column) for column in (b"path", b"digest")),
}
MIGRATE = (
    "DROP INDEX IF EXISTS work_used",
    "ALTER TABLE work RENAME TO first_work",
    "ALTER TABLE outputs RENAME TO first_outputs",
    *MAKE,
    "INSERT OR IGNORE INTO work SELECT key, value, used, checksum('work', key, value) FROM"
    " (SELECT CAST(key AS BLOB) AS key, CAST(value AS BLOB) AS value, used FROM first_work"
    " WHERE typeof(key) = 'text' AND typeof(value) = 'text' AND typeof(used) = 'real')",
    "INSERT OR IGNORE INTO outputs SELECT path, digest, checksum('outputs', path, digest) FROM"
    " (SELECT CAST(path AS BLOB) AS path, CAST(digest AS BLOB) AS digest FROM first_outputs"
    " WHERE typeof(path) = 'text' AND typeof(digest) = 'text')",
    "DROP TABLE first_work",
    "DROP TABLE first_outputs",
    INDEX,
)
ANOTHER = (
    "name another file as cache_file in toolkit.toml or TOOLKIT_CACHE_FILE, or use --no-cache "
    "(cache=False from Python)"
)

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


class WrongStoreError(StoreError):
    """The file is another program's or a newer toolkit's: a setting has to be changed."""


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """`bytes` is the size of the file; `oldest` and `newest` are seconds since 1970."""

    path: Path
    entries: int
    bytes: int
    oldest: float | None = None
    newest: float | None = None


def key_of(kind: str, parts: Mapping[str, Any]) -> str:
    """A tagged sha256 of `parts` as canonical JSON."""
    canonical = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"{kind}:{hashlib.sha256(_encoded(canonical)).hexdigest()}"


class Store:
    """Opened at first use, so that a command that needs nothing of it makes no file.

    Threads take turns; a process that was forked opens the file for itself.

    Without `on_trouble` every method raises StoreError when the file can't be used. With it, the
    first such error goes to it, and from then on nothing is kept, nor found if it can't be
    read either. Raised all the same are WrongStoreError, and what `info`, `clear` and `merge` meet:
    they are asked for the store itself.

    `reads` says to whoever fills the store whether what is in it may be used.
    """

    def __init__(
        self,
        path: Path,
        *,
        max_bytes: int,
        on_trouble: Callable[[str], None] | None = None,
        reads: bool = True,
    ) -> None:
        self.path = path
        self.max_bytes = max_bytes
        self.reads = reads
        self._on_trouble = on_trouble
        self._readable = self._writable = True
        self._opened: sqlite3.Connection | None = None
        self._owner = os.getpid()
        self._inherited: list[sqlite3.Connection | None] = []
        self._lock = threading.RLock()

    def find(self, keys: Sequence[str]) -> dict[str, str]:
        """The values of those keys that are there, which counts as using them."""
        asked = {_encoded(key): key for key in keys}

        def read(connection: sqlite3.Connection) -> dict[bytes, str]:
            found: dict[bytes, str] = {}
            for some in _chunks([*asked]):
                marks = ",".join("?" * len(some))
                rows = connection.execute(
                    f"SELECT key, value, checksum FROM work WHERE key IN ({marks})", some
                )
                found |= _sound("work", rows)
            return found

        def use(connection: sqlite3.Connection) -> None:
            now = time.time()
            connection.executemany(
                "UPDATE work SET used = ? WHERE key = ? AND used < ?",
                [(now, key, now - USED_WITHIN_SECONDS) for key in found],
            )

        found: dict[bytes, str] = self._attempt(read, {}, writes=False)
        if found:
            self._attempt(use, None)
        return {asked[key]: value for key, value in found.items() if key in asked}

    def add(self, items: Mapping[str, str]) -> None:
        """Keep `items`; when this returns they outlive the process."""
        now = time.time()
        pairs = [(_encoded(key), _encoded(value)) for key, value in items.items()]
        rows = [(key, value, now, checksum_of("work", key, value)) for key, value in pairs]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT OR REPLACE INTO work VALUES (?, ?, ?, ?)", rows)
            self._trim(connection)

        self._attempt(write, None)

    def expect(self, path: Path, digest: str) -> None:
        """Remember that an output file with this content will be ours, beside what is known."""
        self._remember(path, digest)

    def wrote(self, path: Path, digest: str) -> None:
        """Remember that an output file is ours with this content, and with no other."""
        self._remember(path, digest, alone=True)

    def digests_written(self, path: Path) -> frozenset[str]:
        """The digests of what makes the file at `path` ours, none when it never was."""

        name = _encoded(str(path))

        def read(connection: sqlite3.Connection) -> frozenset[str]:
            rows = connection.execute(
                "SELECT path, digest, checksum FROM outputs WHERE path = ?", (name,)
            )
            # A damaged tree may lead to sound rows of other paths.
            return frozenset(digest for found, digest in _sound("outputs", rows) if found == name)

        return self._attempt(read, frozenset(), writes=False)

    def info(self) -> StoreInfo:
        def read(connection: sqlite3.Connection) -> StoreInfo:
            (count,) = connection.execute("SELECT count(*) FROM work").fetchone()
            oldest, newest = connection.execute(
                "SELECT min(used), max(used) FROM work WHERE used BETWEEN 0 AND ?", (time.time(),)
            ).fetchone()
            pages, _, size = _pages(connection)
            return StoreInfo(self.path, count, pages * size, oldest, newest)

        return self._perform(read, writes=False) if self._exists() else StoreInfo(self.path, 0, 0)

    def clear(self) -> int:
        """Forget all work and return how many entries that was; outputs stay known as ours."""
        if not self._exists():
            return 0
        count = self._perform(lambda store: store.execute("DELETE FROM work").rowcount)
        with suppress(sqlite3.Error):  # while another process reads, the space stays the store's
            self._connection().execute("VACUUM")
        return count

    def merge(self, other: "Store") -> int:
        """Add what is in `other`, with the times of its use, and return how many entries were new.
        What both have stays ours.

        Raises StoreError where `other` is not there.
        """
        if not other._exists():
            raise StoreError(f"store {other.path} is not there")
        added, last = 0, b""
        while rows := other._perform(partial(_work_after, last), writes=False):
            last = max(last, rows[-1][0])
            sound = [row for row in rows if row[3] == checksum_of("work", *row[:2])]
            added += self._perform(partial(self._take, sound))
        return added

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _remember(self, path: Path, digest: str, *, alone: bool = False) -> None:
        name, content = _encoded(str(path)), _encoded(digest)
        row = (name, content, checksum_of("outputs", name, content))

        def write(connection: sqlite3.Connection) -> None:
            if alone:
                connection.execute("DELETE FROM outputs WHERE path = ?", (name,))
            connection.execute("INSERT OR REPLACE INTO outputs VALUES (?, ?, ?)", row)

        self._attempt(write, None)

    def _take(self, rows: Sequence[Sequence[Any]], connection: sqlite3.Connection) -> int:
        added = connection.executemany("INSERT OR IGNORE INTO work VALUES (?, ?, ?, ?)", rows)
        self._trim(connection)
        return added.rowcount

    def _trim(self, connection: sqlite3.Connection) -> None:
        pages, free, size = _pages(connection)
        used = (pages - free) * size
        if used <= self.max_bytes:
            return
        (count,) = connection.execute("SELECT count(*) FROM work").fetchone()
        surplus = int(count * (1 - KEEP_SHARE * self.max_bytes / used)) + 1
        connection.execute(
            "DELETE FROM work WHERE key IN (SELECT key FROM work ORDER BY used LIMIT ?)", (surplus,)
        )

    def _attempt(self, work: Work[T], otherwise: T, *, writes: bool = True) -> T:
        """What `work` gives, or `otherwise` when trouble is reported and not raised."""
        if not (self._writable if writes else self._readable):
            return otherwise
        try:
            return self._perform(work, writes=writes)
        except WrongStoreError:
            raise
        except StoreError as error:
            if self._on_trouble is None:
                raise
            first, self._writable = self._writable, False
            # What can't be written to, as when the disk is full, may still be read.
            self._readable = self._readable and writes and self._opened is not None
            if first:
                goes_on = "adds nothing to it" if self._readable else "goes on without it"
                self._on_trouble(f"{error} (this run {goes_on})")
            if not self._readable:
                with suppress(sqlite3.Error):
                    self.close()
            return otherwise

    def _perform(self, work: Work[T], *, writes: bool = True) -> T:
        """`work` in a transaction. Raises StoreError."""
        try:
            with self._lock:
                connection = self._connection()
                with _transaction(connection, "IMMEDIATE" if writes else "DEFERRED"):
                    return work(connection)
        # sqlite3 fails to decode its own messages when they quote damaged names.
        except (sqlite3.Error, UnicodeError, OSError) as error:
            raise self._error_of(error) from error

    def _connection(self) -> sqlite3.Connection:
        if self._owner != os.getpid():
            # SQLite forbids a forked process to use its parent's connection, even to close it.
            self._inherited.append(self._opened)
            self._opened, self._owner = None, os.getpid()
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _open(self) -> sqlite3.Connection:
        if not self._exists():
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise self._refused(f"can't be made: {error.strerror}") from error
        self._look_first()
        connection = self._connect("rwc")
        try:
            # A commit then outlives the process, though not a power cut.
            connection.execute("PRAGMA synchronous = NORMAL")
            with _transaction(connection, "DEFERRED"):
                schema = self._schema_of(connection)
            if schema < SCHEMA:
                with _transaction(connection, "IMMEDIATE"):
                    self._bring_up(connection)
            _write_ahead(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _exists(self) -> bool:
        """Raises StoreError for what is no file: opening a pipe would wait for ever."""
        try:
            mode = self.path.stat().st_mode
        except FileNotFoundError:
            if self.path.is_symlink():
                raise self._refused("is a link to nothing") from None
            return False
        except (OSError, ValueError) as error:  # a ValueError for a name that no file can have
            why = error.strerror if isinstance(error, OSError) else error
            raise self._refused(f"can't be opened: {why}") from error
        if not stat.S_ISREG(mode):
            raise self._refused("is not a regular file")
        return True

    def _connect(self, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.text_factory = bytes
        return connection

    def _look_first(self) -> None:
        """Refuse another program's file as it is, with what a killed process left beside it.

        SQLite finishes what was begun in such files as soon as it may write to them.
        """
        real = self.path.resolve()
        if not any(real.with_name(real.name + end).exists() for end in ("-wal", "-journal")):
            return
        try:
            with closing(self._connect("ro")) as connection, _transaction(connection, "DEFERRED"):
                self._schema_of(connection)
        except sqlite3.OperationalError as error:
            half_written = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY_ROLLBACK
            if not (half_written and self._is_marked()):
                raise

    def _is_marked(self) -> bool:
        """Whether the file says that it is ours, for when SQLite can't read it.

        Closing a file takes away all locks that the process has on it, so this is not for a file
        that a connection may be using.
        """
        with self.path.open("rb") as file:
            return file.read(APPLICATION_AT + 4)[APPLICATION_AT:] == APPLICATION.to_bytes(4, "big")

    def _schema_of(self, connection: sqlite3.Connection) -> int:
        """0 when the file is still empty. Raises WrongStoreError when it isn't ours."""
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if application == APPLICATION and version > SCHEMA:
            raise WrongStoreError(
                f"store {self.path} was written by a newer toolkit (schema {version}, this one "
                f"knows {SCHEMA}); update, or {ANOTHER}"
            )
        if application == APPLICATION:
            return int(version)
        columns = {*connection.execute(COLUMNS)}
        if application == 0 and version == 0 and not columns:
            return 0
        if application == 0 and version == 1 and columns == FIRST_COLUMNS:
            return 1
        raise WrongStoreError(f"store {self.path} belongs to another program; {ANOTHER}")

    def _bring_up(self, connection: sqlite3.Connection) -> None:
        """Make the tables, unless another process was quicker."""
        schema = self._schema_of(connection)
        connection.create_function("checksum", 3, checksum_of, deterministic=True)
        for statement in {0: (*MAKE, INDEX), 1: MIGRATE}.get(schema, ()):
            connection.execute(statement)

    def _refused(self, why: str) -> StoreError:
        return StoreError(f"store {self.path} {why}; {ANOTHER}")

    def _error_of(self, error: Exception) -> StoreError:
        if _is_locked(error):
            return StoreError(
                f"store {self.path} is locked by another process for over {BUSY_SECONDS:.0f} s; "
                "try again, or go without: --no-cache"
            )
        if "not a database" in str(error):
            return StoreError(
                f"store {self.path} is damaged or no store; move it away, or {ANOTHER}"
            )
        if "malformed" in str(error) or isinstance(error, UnicodeError):
            return StoreError(f"store {self.path} is damaged; move it away, or {ANOTHER}")
        return self._refused(f"can't be used ({error})")


def _work_after(key: bytes, connection: sqlite3.Connection) -> list[Any]:
    """The next rows in the order of their keys."""
    return connection.execute(
        "SELECT key, value, used, checksum FROM work"
        " WHERE key > ? AND typeof(value) = 'blob' ORDER BY key LIMIT ?",
        (key, KEYS_AT_ONCE),
    ).fetchall()


@contextmanager
def _transaction(connection: sqlite3.Connection, kind: str) -> Iterator[None]:
    with connection:
        connection.execute(f"BEGIN {kind}")
        yield


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to WAL mode, for which SQLite doesn't wait while another process does the same."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not _is_locked(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _is_locked(error: Exception) -> bool:
    return "locked" in str(error) or "locking protocol" in str(error)


def _pages(connection: sqlite3.Connection) -> list[int]:
    """How many the file has, how many of these are free, and the size of one in bytes."""
    names = ("page_count", "freelist_count", "page_size")
    return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]


def _encoded(text: str) -> bytes:
    """Any text and any path: halves of surrogate pairs too, which stand for what is no UTF-8."""
    return text.encode(errors="surrogatepass")


def checksum_of(table: str, key: bytes, value: bytes) -> bytes:
    """The length tells where the key ends and the value begins."""
    row = b"%d %s%s" % (len(key), key, value)
    return hashlib.blake2b(row, digest_size=8, person=table.encode()).digest()


def _sound(table: str, rows: Iterable[tuple[Any, Any, Any]]) -> Iterator[tuple[bytes, str]]:
    """Keys and values of those `rows` that are as they were written; damage can change types."""
    for key, value, checksum in rows:
        whole = isinstance(key, bytes) and isinstance(value, bytes)
        if whole and checksum_of(table, key, value) == checksum:
            with suppress(UnicodeDecodeError):  # written so by another version
                yield key, value.decode(errors="surrogatepass")


def _chunks(keys: Sequence[bytes]) -> Iterable[Sequence[bytes]]:
    for start in range(0, len(keys), KEYS_AT_ONCE):
        yield keys[start : start + KEYS_AT_ONCE]
