"""Where outputs go: the one place in which names of inputs become names of outputs."""

import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from toolkit.output import SUFFIXES, Format
from toolkit.reading import unpacked_name

FAILED = "_failed"  # and the suffix of JSON lines: what was set aside
FOLDED: tuple[Format, ...] = ("jsonl", "csv")  # one file for all records of an input
IGNORES_CASE = sys.platform in ("win32", "darwin")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document's output belongs, without suffix, relative to the output folder.

    `container` is the same for the file that it is a record of, None for a file of its own.
    """

    target: Path
    container: Path | None = None

    def record(self, key: str) -> "Place":
        """That of the record called `key` of the file with this place."""
        return Place(self.target / key, self.target)

    def path(self, form: Format) -> Path:
        """The output file, relative to the output folder."""
        target = self.container if self.container and form in FOLDED else self.target
        return target.with_name(target.name + SUFFIXES[form])


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a command writes: a file an input in `folder`, or only the one called `file` there;
    without a folder, standard output.

    `failed` is the list of what was set aside, None where there is nothing to list.
    """

    folder: Path | None = None
    file: str = ""
    failed: Path | None = None

    def path(self, place: Place, form: Format) -> Path | None:
        """The file for what belongs at `place`, None for standard output."""
        if self.folder is None:
            return None
        return self.folder / (self.file or place.path(form))


def in_folder(folder: Path | None) -> Destination:
    """A file an input; on standard output where there is no folder."""
    return Destination(folder, failed=folder / f"{FAILED}{SUFFIXES['jsonl']}" if folder else None)


def in_file(path: Path, *, of_many: bool) -> Destination:
    """One file, with the list of what was set aside beside it where it is made `of_many`."""
    failed = path.with_name(f"{path.stem}{FAILED}{SUFFIXES['jsonl']}") if of_many else None
    return Destination(path.parent, path.name, failed)


def place_of(name: Path) -> Place:
    """The place for an input called `name`, relative to the folder in which it was found."""
    name = unpacked_name(name)
    stem = name.stem
    if not stem.strip("."):  # `..txt`: what is left would be a folder
        stem = name.name or "input"
    return Place(name.with_name(stem) if name.name else Path(stem))


def clash(claims: Iterable[tuple[str, Path]]) -> tuple[str, str, Path] | None:
    """The first two of different names that claim one path, and that path."""
    taken: dict[str, str] = {}
    for name, path in claims:
        first = taken.setdefault(_comparable(path), name)
        if first != name:
            return first, name, path
    return None


def _comparable(path: Path) -> str:
    """Equal for paths that are one file where the output will be."""
    if not IGNORES_CASE:
        return str(path)
    return unicodedata.normalize("NFC", str(path)).casefold()
