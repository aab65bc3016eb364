"""What the user named, as documents to read, each with the file it will become."""

import glob
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from toolkit.cleaning import Repeats
from toolkit.cli.console import tell
from toolkit.documents import Document
from toolkit.errors import InputError, UsageError
from toolkit.output import SUFFIXES, Format
from toolkit.reading import KINDS, Reading, read_bytes, read_file

STDIN = "-"
MIN_LEARNED = 3  # inputs; fewer can't show what repeats
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document's output belongs, without suffix, relative to the output folder.

    `container` is the same for the file that it is a record of, None for a file of its own.
    """

    target: Path
    container: Path | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """`target` is the output file without its suffix, relative to the output folder."""

    path: str
    target: Path

    def documents(self, reading: Reading) -> Iterator[tuple[Place, Document | InputError]]:
        """Each document with its place; an InputError stands for one that can't be used."""
        try:
            if self.path == STDIN:
                found = read_bytes(STDIN, sys.stdin.buffer.read(), reading)
            else:
                found = read_file(Path(self.path), reading)
        except InputError as error:
            yield Place(self.target), error
            return
        many = reading.holds_many(self.path)
        for number, document in enumerate(found, start=1):
            one = Place(self.target / f"{number:06}", self.target) if many else Place(self.target)
            yield one, document


@dataclass(slots=True)
class Tally:
    """The inputs that could not be used, with the reasons."""

    failed: list[dict[str, str]] = field(default_factory=list)

    def add(self, name: str, error: InputError) -> None:
        tell(str(error))
        self.failed.append({"input": name, "reason": str(error).removeprefix(f"{name}: ")})


def expand(arguments: Sequence[str], output_dir: Path | None = None) -> list[Input]:
    """Folders give the readable files inside them, in order; a glob gives what it matches.

    An output folder inside of an input folder gives none: a second run would take the outputs of
    the first for inputs. A name that doesn't exist is kept, so that reading it says so.
    """
    outputs = output_dir.resolve() if output_dir else None
    found: list[Input] = []
    for argument in arguments:
        path = Path(argument)
        if argument == STDIN:
            found.append(Input(STDIN, Path("stdin")))
        elif path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in KINDS and p.is_file())
            if outputs and path.resolve() in outputs.parents:
                inside = [each for each in inside if outputs not in each.resolve().parents]
            if not inside:
                kinds = ", ".join(f"*{suffix}" for suffix in KINDS)
                raise InputError(f"{argument}: the folder holds none of {kinds}")
            found += [Input(str(each), each.relative_to(path).with_suffix("")) for each in inside]
        elif not path.exists() and (matches := sorted(glob.glob(argument, recursive=True))):  # noqa: PTH207
            found += expand(matches, output_dir)
        else:
            found.append(Input(argument, Path(path.stem or "input")))
    return list(dict.fromkeys(found))


def check_targets(
    inputs: Sequence[Input], output_dir: Path | None, form: Format, reading: Reading
) -> None:
    """Raises UsageError when the outputs would have no place, one place for two, or a place among
    the inputs.
    """
    if form == "csv" and any(reading.kind_of(each.path) != "csv" for each in inputs):
        raise UsageError("--format csv is for CSV inputs; jsonl takes any")
    if output_dir is None:
        if form not in ("jsonl", "csv"):
            if len(inputs) > 1:
                raise UsageError(f"{len(inputs)} inputs need --output-dir (or --format jsonl)")
            for each in inputs:
                if reading.holds_many(each.path):
                    raise UsageError(
                        f"{each.path} holds many documents: they need --output-dir "
                        "(or --format jsonl)"
                    )
        return
    targets: dict[Path, str] = {}
    for each in inputs:
        if each.path != STDIN and output_dir.resolve() in Path(each.path).resolve().parents:
            raise UsageError(f"{each.path} lies in the output folder {output_dir}; name another")
        if each.target in targets:
            raise UsageError(
                f"{targets[each.target]} and {each.path} would both be written to "
                f"{output_dir / each.target}{SUFFIXES[form]}"
            )
        targets[each.target] = each.path


def learn(inputs: Sequence[Input], reading: Reading) -> tuple[Repeats, int]:
    """The lines that repeat over the inputs, which are read once for this, and the characters in
    all; nothing of a few inputs, or of standard input.
    """
    files = [each for each in inputs if each.path != STDIN]
    many = len(files) >= MIN_LEARNED or any(reading.holds_many(each.path) for each in files)
    total_chars = 0

    def documents() -> Iterator[Document]:
        nonlocal total_chars
        for each in files if many else ():
            for _, document in each.documents(reading):
                if isinstance(document, Document):
                    total_chars += len(document.text)
                    yield document

    return Repeats(documents()), total_chars


def attempt(
    inputs: Iterable[Input],
    reading: Reading,
    work: Callable[[Place, Document], Value],
    tally: Tally,
) -> Iterator[tuple[Place, Value]]:
    """What worked, in order, with its place; what didn't is told on stderr and set aside."""
    for each in inputs:
        for place, document in each.documents(reading):
            name = document.name if isinstance(document, Document) else each.path
            try:
                if isinstance(document, InputError):
                    raise document
                value = work(place, document)
            except InputError as error:
                tally.add(name, error)
                continue
            yield place, value
