"""Files of other people: read once, whole and within a limit; written whole or not at all."""

import errno
import hashlib
import os
import re
import shutil
import stat
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from weakref import finalize

from toolkit.errors import InputError, OutputError, UsageError

MAX_BYTES = 200_000_000
MAX_TOML_BYTES = 1_000_000
CHUNK = 1 << 20
# Windows keeps these names for devices, whatever follows after a dot.
RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")
PLAIN = re.compile(r"[a-z0-9][a-z0-9._=+-]{0,99}")
TEMPORARY_PREFIX, TEMPORARY_SUFFIX = ".toolkit-", ".tmp"
# What is wrong with the disk rather than with one file: the next file would fail as well.
DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
_PRIVATE: list[Callable[[], object]] = []  # what removes the folders of `private_folder`


class Stream(Protocol):
    def read(self, size: int, /) -> bytes:
        """Some bytes, about `size` at most; none at the end."""


def file_name(name: str) -> str:
    """A name for a file without its suffix: another one for every other `name`, on file systems
    that ignore case and on Windows too.
    """
    if PLAIN.fullmatch(name) and not RESERVED.match(name):
        return name
    readable = re.sub(r"[^a-z0-9=+-]+", "_", name.lower())[:60]
    # No plain name has a tilde.
    return f"{readable}~{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def read_whole(
    path: Path,
    *,
    max_bytes: int = MAX_BYTES,
    unpack: Callable[[BinaryIO], Stream] | None = None,
) -> bytes:
    """The content of a file, a pipe or a device, which is opened once; of a packed file, what
    `unpack` makes of it.

    Raises InputError, naming the file and why, for what can't be opened, can't be unpacked, has no
    end within `max_bytes`, or has a name that couldn't be written down in an output.
    """
    name = os.fspath(path)
    try:
        name.encode()
    except UnicodeEncodeError:
        raise InputError(f"{name}: its name is not UTF-8; rename it") from None
    try:
        with path.open("rb", buffering=0) as raw:
            if unpack:
                return _read_all(name, unpack(raw), max_bytes, "unpacked")
            return read_stream(name, raw, max_bytes=max_bytes)
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name, a bad pack
        reason = error.strerror if isinstance(error, OSError) else None
        if isinstance(error, IsADirectoryError):
            reason = "is a folder, not a file"
        raise InputError(f"{shortened(name)}: {reason or error}") from error


def read_stream(name: str, stream: BinaryIO, *, max_bytes: int = MAX_BYTES) -> bytes:
    """All that `stream` gives. Raises InputError when that is more than `max_bytes`."""
    with suppress(OSError, ValueError):  # no file behind it
        facts = os.fstat(stream.fileno())
        if stat.S_ISREG(facts.st_mode) and facts.st_size > max_bytes:
            raise InputError(_too_large(name, max_bytes))
    return _read_all(name, stream, max_bytes)


def _read_all(name: str, stream: Stream, max_bytes: int, what: str = "") -> bytes:
    data = bytearray()
    while chunk := _read(name, stream, min(CHUNK, max_bytes + 1 - len(data))):
        data += chunk
        if len(data) > max_bytes:
            raise InputError(_too_large(name, max_bytes, what))
    return bytes(data)


def _read(name: str, stream: Stream, size: int) -> bytes:
    try:
        return stream.read(size)
    except OSError as error:
        raise InputError(f"{shortened(name)}: {error.strerror or error}") from error


def read_toml(path: Path) -> dict[str, Any]:
    """A file that says how commands are to work. Raises UsageError, naming it."""
    try:
        # A pipe in somebody's folder would be waited for.
        if os.path.exists(path) and not is_regular(path):  # noqa: PTH110
            raise UsageError(f"{path} is not a regular file")
        return tomllib.loads(read_whole(path, max_bytes=MAX_TOML_BYTES).decode("utf-8"))
    except InputError as error:
        raise UsageError(str(error)) from error
    except (ValueError, RecursionError) as error:  # a TOMLDecodeError, or a number without end
        raise UsageError(f"{path} can't be read: {error}") from error


def is_regular(path: Path) -> bool:
    """Whether `path` can be read twice, which a pipe or a terminal can't."""
    return os.path.isfile(path)  # noqa: PTH113 - never raises, as Path.is_file may


def shortened(name: str) -> str:
    """A name that fits into a message."""
    return name if len(name) <= 200 else f"{name[:100]}…{name[-80:]}"


def sha256_of(data: bytes) -> str:
    """Tagged, as AtomicFile gives it for what it wrote."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class AtomicFile:
    """A file that appears whole when `commit` is called, or not at all.

    Every method raises InputError when this file can't be written, OutputError when nothing can
    be: the disk is full, or read-only.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._digest = hashlib.sha256()
        with self._refusing():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._temporary, self._stream = _temporary(path.parent)

    @property
    def digest(self) -> str:
        """sha256 of what was written so far."""
        return f"sha256:{self._digest.hexdigest()}"

    def write(self, text: str) -> None:
        self.write_bytes(text.encode("utf-8"))

    def write_bytes(self, data: bytes) -> None:
        with self._refusing():
            self._stream.write(data)
        self._digest.update(data)

    def commit(self) -> None:
        with self._refusing():
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._temporary.chmod(0o666 & ~_umask())
            self._stream.close()
            self._temporary.replace(self.path)

    def abandon(self) -> None:
        """Leave nothing behind; may be called at any time, also after `commit`."""
        with suppress(OSError):
            self._stream.close()
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        if hasattr(self, "_stream") and self._stream.closed:
            raise InputError(f"{shortened(str(self.path))} can't be written: a part of it is lost")
        try:
            yield
        except OSError as error:
            if hasattr(self, "_stream"):
                self.abandon()
            raise refused(self.path, error) from error


def refused(path: Path, error: OSError) -> InputError | OutputError:
    """That `path` can't be written, as an error of this file alone or of the whole disk."""
    kind = OutputError if error.errno in DISK_ERRORS else InputError
    return kind(f"{shortened(str(path))} can't be written: {error.strerror or error}")


def write_atomically(path: Path, text: str) -> str:
    """Write a file that a reader sees whole or not at all, and return its sha256."""
    file = AtomicFile(path)
    try:
        file.write(text)
        file.commit()
    finally:
        file.abandon()
    return file.digest


def private_folder(owner: object) -> Path:
    """An empty folder that nobody else can look into; it goes with `owner`."""
    folder = Path(tempfile.mkdtemp(prefix="toolkit-"))
    _PRIVATE.append(finalize(owner, shutil.rmtree, folder, ignore_errors=True))
    return folder


def remove_private_folders() -> None:
    """For a program that is about to end at once."""
    while _PRIVATE:
        _PRIVATE.pop()()


def sweep(folder: Path) -> int:
    """Remove what processes that were killed left half-written in `folder`; returns how many."""
    swept = 0
    with suppress(OSError):
        for path in folder.glob(f"{TEMPORARY_PREFIX}*{TEMPORARY_SUFFIX}"):
            with suppress(OSError):
                if os.name == "nt":  # where nobody can remove a file that is open
                    path.unlink()
                else:
                    with path.open("r+b") as stream:
                        _lock(stream)
                        path.unlink()
                swept += 1
    return swept


def _temporary(folder: Path) -> tuple[Path, BinaryIO]:
    """A new file in `folder` that no other process sweeps away while it is open."""
    while True:
        descriptor, name = tempfile.mkstemp(
            dir=folder, prefix=TEMPORARY_PREFIX, suffix=TEMPORARY_SUFFIX
        )
        stream = os.fdopen(descriptor, "wb")
        with suppress(OSError):  # some file systems know no locks; there nothing is swept either
            _lock(stream)
        if os.path.exists(name):  # noqa: PTH110 - it may have been swept before it was locked
            return Path(name), stream
        stream.close()


def _lock(stream: BinaryIO) -> None:
    """Hold `stream` as long as it is open. Raises OSError when another process holds it."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _too_large(name: str, max_bytes: int, what: str = "") -> str:
    limit = f"{max_bytes / 1e6:,.0f} MB {what}".rstrip()
    return f"{shortened(name)}: is larger than {limit}, the most for one file; split it"
