"""The folders whose files may be read, and nothing outside of them."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from toolkit.errors import InputError, UsageError
from toolkit.files import is_regular, shortened
from toolkit.reading import Reading

MAX_LISTED = 1000  # files of a folder


@dataclass(frozen=True, slots=True)
class Folders:
    """`roots` are real paths: without links, and without `..`. Their names are UTF-8, as answers
    have to be.
    """

    roots: tuple[Path, ...] = ()

    @classmethod
    def allowed(cls, folders: Iterable[Path]) -> "Folders":
        """Raises UsageError, naming it, for what is no folder or can't be named in an answer."""
        roots = []
        for folder in folders:
            if not os.path.isdir(folder):  # noqa: PTH112 - never raises, whatever the name
                raise UsageError(f"--allow {folder}: there is no such folder")
            root = Path(os.path.realpath(folder))
            if not _is_utf8(root):
                raise UsageError(f"--allow {folder}: its name is not UTF-8; rename it")
            roots.append(root)
        return cls(tuple(dict.fromkeys(roots)))

    def file(self, name: str) -> Path:
        """The real path of a file; a relative one is looked for in each folder.

        Raises InputError for what lies outside, whether it is there or not, for what isn't there,
        for what is no regular file, and for what a link leads to whose name is not UTF-8. Links and
        `..` are resolved before.
        """
        shown = shortened(name)
        if not self.roots:
            raise InputError(
                f"{shown}: no folder is open to this server; give the text itself, or start it "
                "with --allow FOLDER"
            )
        inside = [path for path in self._meant(name) if self._holds(path)]
        if not inside:
            raise InputError(f"{shown}: lies outside of the folders that are open to this server")
        for path in inside:
            if is_regular(path):
                if not _is_utf8(path):
                    raise InputError(f"{shown}: leads to a name that is not UTF-8; rename that")
                return path
        raise InputError(f"{shown}: there is no such file in the folders that are open")

    def listing(self, root: Path) -> tuple[list[tuple[str, int]], bool]:
        """The readable pages inside `root`, by their names there, with their sizes in bytes; and
        whether there are more of them than that.
        """
        found = self._readable(root)
        return sorted(islice(found, MAX_LISTED)), next(found, None) is not None

    def _meant(self, name: str) -> Iterator[Path]:
        for root in self.roots:
            try:
                yield Path(os.path.realpath(root / name))
            except (OSError, ValueError):  # a NUL character, a name that is too long
                continue

    def _holds(self, path: Path) -> bool:
        return any(path.is_relative_to(root) for root in self.roots)

    def _readable(self, root: Path) -> Iterator[tuple[str, int]]:
        for folder, _, files in os.walk(root):
            for file in files:
                path = Path(folder, file)
                real = Path(os.path.realpath(path))
                if not (_is_page(real) and _is_utf8(path) and _is_utf8(real)):
                    continue
                if self._holds(real) and is_regular(real):
                    with suppress(OSError):  # it may be gone by now
                        yield path.relative_to(root).as_posix(), real.stat().st_size


def _is_page(path: Path) -> bool:
    """Whether the name is that of a file with one page."""
    reading, name = Reading(), os.fspath(path)
    return reading.kind_of(name) is not None and not reading.holds_many(name)


def _is_utf8(path: Path) -> bool:
    try:
        os.fspath(path).encode()
    except UnicodeEncodeError:
        return False
    return True
