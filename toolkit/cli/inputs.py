"""What the user named, as a list of documents to read, each with the file it will become."""

import glob
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from toolkit.cli.console import tell
from toolkit.documents import Document
from toolkit.errors import InputError, UsageError
from toolkit.output import SUFFIXES, Format, write_atomically
from toolkit.reading import read_document, read_stream

STDIN = "-"
TEXT_SUFFIXES = (".txt", ".text", ".md")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Input:
    """`target` is the output file without its suffix, relative to the output folder."""

    path: str
    target: Path

    def read(self, max_chars: int) -> Document:
        if self.path == STDIN:
            return read_stream(sys.stdin.buffer, max_chars=max_chars)
        return read_document(Path(self.path), max_chars=max_chars)


def expand(arguments: Sequence[str]) -> list[Input]:
    """Folders give the text files inside them, in order; a glob gives what it matches.

    A name that doesn't exist is kept, so that reading it says so.
    """
    found: list[Input] = []
    for argument in arguments:
        path = Path(argument)
        if argument == STDIN:
            found.append(Input(STDIN, Path("stdin")))
        elif path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix in TEXT_SUFFIXES and p.is_file())
            if not inside:
                raise InputError(f"{argument}: the folder holds no text files (*.txt, *.md)")
            found += [Input(str(each), each.relative_to(path).with_suffix("")) for each in inside]
        elif not path.exists() and (matches := sorted(glob.glob(argument, recursive=True))):  # noqa: PTH207
            found += expand(matches)
        else:
            found.append(Input(argument, Path(path.stem or "input")))
    return list(dict.fromkeys(found))


def check_targets(inputs: Sequence[Input], output_dir: Path | None, form: Format) -> None:
    """Raises UsageError when the outputs would have no place, or one place for two."""
    if output_dir is None:
        if len(inputs) > 1 and form != "jsonl":
            raise UsageError(f"{len(inputs)} inputs need --output-dir (or --format jsonl)")
        return
    targets: dict[Path, str] = {}
    for each in inputs:
        if each.target in targets:
            raise UsageError(
                f"{targets[each.target]} and {each.path} would both be written to "
                f"{output_dir / each.target}{SUFFIXES[form]}"
            )
        targets[each.target] = each.path


def attempt(
    inputs: Sequence[Input], work: Callable[[Input], Value]
) -> tuple[list[tuple[Input, Value]], int]:
    """What worked, in order, and how many inputs were bad; each of those is told on stderr."""
    done, bad = [], 0
    for each in inputs:
        try:
            done.append((each, work(each)))
        except InputError as error:
            tell(str(error))
            bad += 1
    return done, bad


def emit(outputs: Iterator[tuple[Input, str]], output_dir: Path | None, form: Format) -> None:
    """Write each output to its file, or to stdout."""
    for each, text in outputs:
        if output_dir is None:
            sys.stdout.write(text)
        else:
            target = output_dir / each.target
            write_atomically(target.with_name(target.name + SUFFIXES[form]), text)
