"""What the user named, as documents to read, each with the file it will become."""

import glob
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from toolkit.cleaning import Repeats
from toolkit.cli.console import tell
from toolkit.documents import Document
from toolkit.errors import InputError, UsageError
from toolkit.output import SUFFIXES, Format, write_atomically
from toolkit.reading import KINDS, Reading, read_bytes, read_file

STDIN = "-"
MIN_LEARNED = 3  # inputs; fewer can't show what repeats
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Input:
    """`target` is the output file without its suffix, relative to the output folder."""

    path: str
    target: Path

    def documents(self, reading: Reading) -> Iterator[tuple[Path, Document | InputError]]:
        """Each document with its target; an InputError stands for one that can't be used."""
        try:
            if self.path == STDIN:
                found = read_bytes(STDIN, sys.stdin.buffer.read(), reading)
            else:
                found = read_file(Path(self.path), reading)
        except InputError as error:
            yield self.target, error
            return
        many = reading.holds_many(self.path)
        for number, document in enumerate(found, start=1):
            yield (self.target / f"{number:06}" if many else self.target), document


@dataclass(slots=True)
class Tally:
    """Counts the inputs that could not be used."""

    bad: int = 0


def expand(arguments: Sequence[str]) -> list[Input]:
    """Folders give the readable files inside them, in order; a glob gives what it matches.

    A name that doesn't exist is kept, so that reading it says so.
    """
    found: list[Input] = []
    for argument in arguments:
        path = Path(argument)
        if argument == STDIN:
            found.append(Input(STDIN, Path("stdin")))
        elif path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in KINDS and p.is_file())
            if not inside:
                kinds = ", ".join(f"*{suffix}" for suffix in KINDS)
                raise InputError(f"{argument}: the folder holds none of {kinds}")
            found += [Input(str(each), each.relative_to(path).with_suffix("")) for each in inside]
        elif not path.exists() and (matches := sorted(glob.glob(argument, recursive=True))):  # noqa: PTH207
            found += expand(matches)
        else:
            found.append(Input(argument, Path(path.stem or "input")))
    return list(dict.fromkeys(found))


def check_targets(
    inputs: Sequence[Input], output_dir: Path | None, form: Format, reading: Reading
) -> None:
    """Raises UsageError when the outputs would have no place, or one place for two."""
    if output_dir is None:
        if form != "jsonl":
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
        if each.target in targets:
            raise UsageError(
                f"{targets[each.target]} and {each.path} would both be written to "
                f"{output_dir / each.target}{SUFFIXES[form]}"
            )
        targets[each.target] = each.path


def learn(inputs: Sequence[Input], reading: Reading) -> Repeats:
    """The lines that repeat over the inputs, which are read once for this."""
    files = [each for each in inputs if each.path != STDIN]
    many = len(files) >= MIN_LEARNED or any(reading.holds_many(each.path) for each in files)
    return Repeats(
        document
        for each in (files if many else ())
        for _, document in each.documents(reading)
        if isinstance(document, Document)
    )


def attempt(
    inputs: Iterable[Input], reading: Reading, work: Callable[[Document], Value], tally: Tally
) -> Iterator[tuple[Path, Value]]:
    """What worked, in order, with its target; what didn't is told on stderr and counted."""
    for each in inputs:
        for target, document in each.documents(reading):
            try:
                if isinstance(document, InputError):
                    raise document
                value = work(document)
            except InputError as error:
                tell(str(error))
                tally.bad += 1
                continue
            yield target, value


def emit(outputs: Iterable[tuple[Path, str]], output_dir: Path | None, form: Format) -> None:
    """Write each output to its file, or to stdout."""
    for target, text in outputs:
        if output_dir is None:
            sys.stdout.write(text)
        else:
            path = output_dir / target
            write_atomically(path.with_name(path.name + SUFFIXES[form]), text)
