"""Files by their URL, on this machine or elsewhere: listed, read in streams, written whole.

`s3://`, `gs://`, `hf://` and `https://` by fsspec, local paths by the system. Credentials and
endpoints are those of each store's own settings, such as AWS_ENDPOINT_URL. The last two are only
read.
"""

import errno
import io
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from toolkit.corpus.globs import GLOB, Facts, is_visible, matching, root_of
from toolkit.corpus.streams import Output, PatientFile
from toolkit.corpus.trying import refusal, spooling, trying
from toolkit.errors import InputError, StorageError, UsageError
from toolkit.files import TEMPORARY_PREFIX, TEMPORARY_SUFFIX, AtomicFile, shortened

T = TypeVar("T")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
READ_ONLY = frozenset({"hf", "http", "https"})
SCHEMES = READ_ONLY | {"gs", "s3"}
READ_BYTES = 1 << 20
AT_A_REQUEST = {"s3": {"max_concurrency": 1}}  # else s3fs asks for the size of a file first
READ_AT_ONCE = 1000  # small files, which are in memory together
AHEAD_BYTES = 8 << 20
PART_BYTES = 16 << 20  # of a large upload; ten are sent at once, and S3 takes 10,000
EXTRA_MISSING = "{url} needs more packages; type: pip install 'toolkit-fr-en[{extras}]'"
OWN_EXTRAS = {"gs": "corpus,gcs", "gcs": "corpus,gcs"}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`name` is the path below what was asked for; `bytes` is 0 where a server doesn't say."""

    url: str
    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Storage:
    """A file, a folder or a pattern of them; paths given to its methods are below it.

    Its methods raise StorageError when the store refuses, or doesn't answer although it was asked
    several times.
    """

    url: str

    @classmethod
    def of(cls, url: str) -> "Storage":
        """Raises UsageError for a scheme that isn't known, and a name that isn't UTF-8."""
        if not _is_utf8(url):
            raise UsageError(f"{shortened(url)!a}: its name is not UTF-8; rename it")
        scheme = _scheme_of(url)
        if scheme in SCHEMES:
            if not url[len(scheme) :].strip(":/"):
                raise UsageError(f"{url} names no bucket; write {scheme}://bucket/folder")
            return cls(f"{scheme}{url[len(scheme) :].rstrip('/')}")
        if scheme not in ("", "file"):
            known = ", ".join(f"{name}://" for name in sorted(SCHEMES))
            raise UsageError(f"{url}: {scheme}:// is not known; there are local paths, {known}")
        return cls(os.path.abspath(url.removeprefix("file://")))  # noqa: PTH100 - no links resolved

    @property
    def is_local(self) -> bool:
        return not _scheme_of(self.url)

    @property
    def _is_web(self) -> bool:
        return _scheme_of(self.url) in ("http", "https")

    @property
    def is_read_only(self) -> bool:
        return _scheme_of(self.url) in READ_ONLY

    def at(self, path: str) -> str:
        """The URL of what stands below; of the storage itself without a path."""
        return f"{self.url}/{path}" if path else self.url

    def expand(self, *, on_other: Callable[[str], None] = lambda url: None) -> list[StoredFile]:
        """The files that the URL names, by the order of their names: itself, those below a folder,
        those that match `*`, `?` or `**`, links to files too. Hidden ones, and those that begin
        with `_`, are left out unless named. `on_other` is told of what is no file, such as a pipe,
        or a link to nothing or to a folder, which isn't followed below another.

        Raises InputError where there are none, or where a name isn't UTF-8.
        """
        root, found = self._trying("", self._found, missing=("", {}))
        files = []
        for path, facts in found.items():
            name = path.removeprefix(root).strip("/") or self._last_name(path)
            if (path != root and not is_visible(name)) or path.endswith("/"):
                continue  # the last are objects that stand for folders
            if not _is_utf8(path):
                raise InputError(f"{shortened(path)!a}: its name is not UTF-8; rename it")
            if facts["type"] == "file" or (facts.get("islink") and os.path.isfile(path)):  # noqa: PTH113
                files.append(StoredFile(self._full(path), name, facts.get("size") or 0))
            else:
                on_other(self._full(path))
        if not files:
            raise InputError(f"{shortened(self.url)}: there is no such file, or none below it")
        return sorted(files, key=lambda file: file.name)

    def names(self, folder: str = "") -> list[str]:
        """The paths of all files below a folder, in order; none where it doesn't exist."""
        root, path = self._path(""), self._path(folder)
        found = self._trying(folder, lambda: self._below(path), missing={})
        names = (name.removeprefix(root).lstrip("/") for name in found)
        return sorted(name for name in names if not _is_temporary(name))

    def exists(self, path: str = "") -> bool:
        return self._trying(path, lambda: bool(self._store().info(self._path(path))), missing=False)

    def bytes_of(self, path: str = "") -> int:
        """The size of a file; 0 where a server doesn't say. Raises InputError if there is none."""
        facts = self._trying(path, lambda: self._store().info(self._path(path)))
        return int(facts.get("size") or 0)

    @contextmanager
    def open(self, path: str = "", *, ahead_bytes: int = AHEAD_BYTES) -> Iterator[BinaryIO]:
        """A file to read, in a stream of bounded memory; seekable where the store can. So much is
        fetched ahead of what is read; nothing, where that isn't in order, by 0.

        Raises InputError if there is none.
        """
        url, full = self.at(path), self._path(path)
        buffer_bytes = min(ahead_bytes or READ_BYTES, READ_BYTES)
        ahead = {
            "block_size": ahead_bytes or AHEAD_BYTES,
            "cache_type": "readahead" if ahead_bytes else "none",
        }
        raw = self._trying(path, lambda: self._store().open(full, "rb", **ahead))
        with (
            raw,
            io.BufferedReader(PatientFile(raw, url, remote=not self.is_local), buffer_bytes) as it,
        ):
            yield cast(BinaryIO, it)

    def read(self, path: str = "") -> bytes | None:
        """A small file as a whole; None if there is none."""
        full = self._path(path)
        read = partial(self._store().cat_file, full, **self._at_a_request)
        return self._trying(path, lambda: bytes(read()), missing=None)

    def read_all(self, paths: Iterable[str]) -> Iterator[bytes]:
        """Small files in some order, fetched side by side; those that are gone are left out."""
        rest = iter(paths)
        while some := list(islice(rest, READ_AT_ONCE)):
            folder = some[0].rpartition("/")[0]
            yield from self._trying(folder, partial(self._read_some, [*map(self._path, some)]))

    def _read_some(self, paths: list[str]) -> list[bytes]:
        found = []
        # As a whole; `cat` takes names with brackets for patterns.
        answers = self._store().cat_ranges(paths, None, None, **self._at_a_request)
        for data in answers:
            if isinstance(data, bytes):
                found.append(data)
            elif not isinstance(data, FileNotFoundError):
                raise data
        return found

    @contextmanager
    def write(self, path: str = "") -> Iterator[Output]:
        """A file that appears whole once the body has ended well, or not at all.

        On its way to a store elsewhere it stands on the disk of this machine, so that it can be
        sent anew. Raises OutputError when that disk is full.
        """
        self.refuse_writing()
        with (self._write_local if self.is_local else self._write_remote)(path) as output:
            yield output

    def create(self, path: str, data: bytes) -> bool:
        """Whether the file is there by this call, whole; False if it was there before. Of several
        that try at once, one succeeds; but in stores that can't tell, they may overwrite.
        """
        self.refuse_writing()
        if self.is_local:
            return self._putting(path, lambda: _create_local(Path(self.at(path)), data))
        tries = count()

        def put() -> bool:
            is_again = next(tries) > 0
            if self._put_new(path, data):
                return True
            # A try whose answer got lost may have succeeded.
            return is_again and self.read(path) == data

        return self._putting(path, put)

    def remove(self, path: str) -> None:
        """Nothing happens where there is no such file."""
        self.refuse_writing()
        self._trying(path, lambda: self._store().rm_file(self._path(path)), missing=None)

    @contextmanager
    def _write_local(self, path: str) -> Iterator[Output]:
        file = _storing(AtomicFile, Path(self.at(path)))
        try:
            yield Output(lambda data: _storing(file.write_bytes, data))
            _storing(file.commit)
        finally:
            file.abandon()

    @contextmanager
    def _write_remote(self, path: str) -> Iterator[Output]:
        """An upload that isn't completed is no object."""
        folder = spooling(lambda: tempfile.TemporaryDirectory(prefix=TEMPORARY_PREFIX))
        with folder:
            spool = os.path.join(folder.name, "output")  # noqa: PTH118 - as fsspec takes it
            file = spooling(lambda: open(spool, "wb"))  # noqa: PTH123, SIM115 - closed below
            try:
                yield Output(lambda data: spooling(lambda: file.write(data)))
                spooling(file.close)
            finally:
                with suppress(OSError):  # it tries again to write what found no room
                    file.close()
            put = partial(self._store().put_file, spool, self._path(path), chunksize=PART_BYTES)
            self._putting(path, put)

    def _put_new(self, path: str, data: bytes) -> bool:
        store, full = self._store(), self._path(path)
        if store.exists(full):
            return False
        try:
            store.pipe_file(full, data, mode="create")
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno != errno.ENOSYS:
                raise
            store.pipe_file(full, data)
        return True

    def _trying(self, path: str, action: Callable[[], T], **missing: Any) -> T:
        """Raises InputError where there is no such file, unless told what to answer then."""
        url = self.at(path)
        try:
            return trying(url, action, remote=not self.is_local)
        except FileNotFoundError as error:
            if "missing" in missing:
                return cast(T, missing["missing"])
            raise InputError(str(refusal(url, error))) from error

    def _putting(self, path: str, action: Callable[[], T]) -> T:
        """What isn't found where something is put is its bucket."""
        url = self.at(path)
        try:
            return trying(url, action, remote=not self.is_local)
        except FileNotFoundError as error:
            raise refusal(url, error) from error

    @property
    def _at_a_request(self) -> dict[str, int]:
        return AT_A_REQUEST.get(_scheme_of(self.url), {})

    def _found(self) -> tuple[str, Mapping[str, Facts]]:
        """The path that names are relative to, and facts of whatever the URL names."""
        store, path = self._store(), self._path("")
        # An address of the web has no folders, and its `?` is no pattern.
        if not GLOB.search(path) or self._is_web:
            facts = store.info(path)
            is_folder = facts["type"] == "directory" or (self.is_local and os.path.isdir(path))  # noqa: PTH112
            return path, self._below(path) if is_folder else {path: facts}
        found: dict[str, Facts] = {}
        for match, facts in matching(store, path, self._below).items():
            found |= self._below(match) if facts["type"] == "directory" else {match: facts}
        return root_of(path), found

    def _below(self, path: str) -> Mapping[str, Facts]:
        if self.is_local:
            _check_folders(path)
        found: dict[str, Facts] = self._store().find(path, detail=True)
        return found

    def _store(self) -> Any:
        return _file_system(_scheme_of(self.url) or "file", self.url)

    def _path(self, path: str) -> str:
        """As the file system names it."""
        return str(self._store()._strip_protocol(self.at(path)))

    def _last_name(self, path: str) -> str:
        """Without what an address of the web asks for."""
        return (path.partition("?")[0] if self._is_web else path).rpartition("/")[2]

    def _full(self, path: str) -> str:
        """The URL of what a file system names `path`."""
        scheme = _scheme_of(self.url)
        return path if self.is_local or SCHEME.match(path) else f"{scheme}://{path}"

    def refuse_writing(self) -> None:
        """Raises UsageError where nothing can be written."""
        if self.is_read_only:
            raise UsageError(f"{self.url} can only be read; write to a folder, s3:// or gs://")

    def refuse_as_folder(self) -> None:
        """Raises UsageError where no folder can be written."""
        self.refuse_writing()
        if self.is_local and Path(self.url).is_file():
            raise UsageError(f"{self.url} is a file; outputs and marks need a folder")


def _file_system(scheme: str, url: str) -> Any:
    """Nothing that it lists is kept: others write meanwhile."""
    try:
        import fsspec

        return fsspec.filesystem(scheme, use_listings_cache=False)
    except ImportError as error:
        raise UsageError(
            EXTRA_MISSING.format(url=shortened(url), extras=OWN_EXTRAS.get(scheme, "corpus"))
        ) from error


def _scheme_of(url: str) -> str:
    """In lower case; none of a path, `C:\\news` included."""
    found = SCHEME.match(url)
    return found[1].lower() if found else ""


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _storing(action: Callable[..., T], *arguments: Any) -> T:
    """An output that can't be written says nothing of an input."""
    try:
        return action(*arguments)
    except InputError as error:
        raise StorageError(str(error)) from error


def _check_folders(root: str) -> None:
    """Raises OSError for one that can't be read, which fsspec would pass over."""

    def fail(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            raise error

    for _, folders, _ in os.walk(root, onerror=fail):
        folders[:] = filter(is_visible, folders)


def _is_temporary(name: str) -> bool:
    """What somebody is writing at this moment, or was when it was killed."""
    last = name.rpartition("/")[2]
    return last.startswith(TEMPORARY_PREFIX) and last.endswith(TEMPORARY_SUFFIX)


def _create_local(path: Path, data: bytes) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(
        dir=path.parent, prefix=TEMPORARY_PREFIX, suffix=TEMPORARY_SUFFIX
    )
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(name, path)  # which fails where there is one, and never shows a half file
    except FileExistsError:
        return False
    finally:
        Path(name).unlink(missing_ok=True)
    return True
