"""Where outputs go: the one place in which names of inputs become names of outputs."""

import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from toolkit.output import SUFFIXES, Format

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

    def record(self, number: int) -> "Place":
        """That of a record, `number` from 1, of the file with this place."""
        return Place(self.target / f"{number:06}", self.target)

    def path(self, folder: Path, form: Format) -> Path:
        """The output file."""
        target = self.container if self.container and form in FOLDED else self.target
        return folder / target.with_name(target.name + SUFFIXES[form])


def place_of(name: Path) -> Place:
    """The place for an input called `name`, relative to the folder in which it was found."""
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
