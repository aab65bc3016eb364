"""What the user named, as documents to read, each with the place of its output."""

import glob
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from toolkit.cleaning import Repeats
from toolkit.cli.console import debugging, tell, tell_trace
from toolkit.cli.places import Place, place_of
from toolkit.documents import Document
from toolkit.errors import InputError, LanguageError, ToolkitError, UsageError
from toolkit.files import file_name, is_regular, read_stream
from toolkit.pipeline.flow import Keyed
from toolkit.pipeline.flow import flow as in_order
from toolkit.reading import KINDS, Reading, read_bytes, read_file, unpacked_name
from toolkit.text import printable

STDIN = "-"
MIN_LEARNED = 3  # inputs; fewer can't show what repeats
Value = TypeVar("Value")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Input:
    """`problem` says why there is nothing to read; `held` is what was read already."""

    path: str
    place: Place
    problem: str = ""
    held: tuple[Document | InputError, ...] | None = None

    def documents(self, reading: Reading) -> Iterator[tuple[Place, Document | InputError]]:
        """Each document with its place; an InputError stands for one that can't be used."""
        try:
            found = self._read(reading)
        except InputError as error:
            yield self.place, error
            return
        many = reading.holds_many(self.path)
        number = 0
        for number, document in enumerate(found, start=1):
            key = f"{number:06}"
            if reading.id_field and isinstance(document, Document):
                key = file_name(document.name.removeprefix(f"{Path(self.path)}:"))
            yield self.place.record(key) if many else self.place, document
        if number == 0:
            yield self.place, InputError(f"{self.path}: holds no records")

    def _read(self, reading: Reading) -> Iterator[Document | InputError]:
        if self.held is not None:
            return iter(self.held)
        if self.problem:
            raise InputError(f"{self.path}: {self.problem}")
        if self.path != STDIN:
            return read_file(Path(self.path), reading)
        if sys.stdin is None:
            raise InputError("-: standard input is closed")
        data = read_stream(STDIN, sys.stdin.buffer, max_bytes=reading.max_bytes)
        return read_bytes(STDIN, data, reading)

    def at_hand(self, reading: Reading) -> "Input":
        """The same, to be read as often as one likes."""
        if self.can_be_read_twice or self.held is not None:
            return self
        try:
            return replace(self, held=tuple(self._read(reading)))
        except InputError as error:
            return replace(self, held=(error,))

    @property
    def is_file(self) -> bool:
        """Whether `path` is one."""
        return self.path != STDIN and self.held is None

    @property
    def can_be_read_twice(self) -> bool:
        return self.is_file and is_regular(Path(self.path))


@dataclass(slots=True)
class Tally:
    """The inputs that could not be used, with the reasons, which are printed unless `quiet`."""

    failed: list[dict[str, str]] = field(default_factory=list)
    quiet: bool = False

    def add(self, name: str, error: Exception) -> None:
        """Set `name` aside. What is no InputError is a fault of ours, or of a library."""
        if isinstance(error, InputError):
            reason = str(error).removeprefix(f"{name}: ")
            if isinstance(error, LanguageError):
                reason += (
                    f"; --from {error.expected} takes it all the same, "
                    f"--from {error.found} as what it is"
                )
        else:
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:300].rstrip(": ")
            if debugging() and not self.quiet:
                tell_trace(error)
        if not self.quiet:
            # A record is named by its number in the input.
            tell(reason if reason.startswith(f"{name}:") else f"{name}: {reason}")
        entry = {"input": name, "reason": reason, "type": type(error).__name__}
        self.failed.append({key: printable(value) for key, value in entry.items()})

    @contextmanager
    def setting_aside(self, name: str) -> Iterator[None]:
        """Whatever goes wrong in the body is set down to the one input `name`.

        An error that would meet every other input as well goes through: a model that is missing, a
        full disk, a reader of our output that went away.
        """
        try:
            yield
        except InputError as error:
            self.add(name, error)
        except (ToolkitError, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: one bad item never ends a batch
            self.add(name, error)


def typed(text: str) -> Input:
    """`text` itself. Raises UsageError for an empty one."""
    if not text.strip():
        raise UsageError("--text is empty")
    return Input("text", Place(Path("text")), held=(Document(name="text", text=text),))


def expand(arguments: Sequence[str], output_dir: Path | None = None) -> list[Input]:
    """Folders give the readable files inside them, in order; a glob gives what it matches.

    An output folder inside of an input folder gives none: a second run would take the outputs of
    the first for inputs. What can't be read is kept with its problem, so that reading it says so.
    """
    found: list[Input] = []
    for argument in arguments:
        if not argument:
            raise UsageError("an input has an empty name; a dot is the current folder")
        if argument == STDIN:
            found.append(Input(STDIN, Place(Path("stdin"))))
        elif os.path.isdir(argument):  # noqa: PTH112 - never raises, whatever the name
            found += _in_folder(Path(argument), output_dir)
        elif not os.path.lexists(argument) and (
            matches := sorted(glob.glob(argument, recursive=True))  # noqa: PTH207
        ):
            # A file called `-` is no order to read standard input.
            found += expand(
                [match if match != STDIN else f"./{STDIN}" for match in matches], output_dir
            )
        else:
            name = argument.rstrip(os.sep) or argument  # as errors about it name it
            found.append(Input(name, place_of(Path(Path(argument).name))))
    return list(dict.fromkeys(found))


def _in_folder(folder: Path, output_dir: Path | None) -> list[Input]:
    """The readable files inside `folder`, also behind links to folders, each of which is entered
    once; and what can't be entered, with the reason.
    """
    outputs = os.path.realpath(output_dir) if output_dir else ""
    found: list[Input] = []
    entered = set[str]()

    def unusable(path: str, problem: str) -> None:
        found.append(Input(path, place_of(Path(path).relative_to(folder)), problem))

    def refuse(error: OSError) -> None:
        unusable(str(error.filename), error.strerror or str(error))

    for current, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
        real = os.path.realpath(current)
        if real in entered or (real == outputs != os.path.realpath(folder)):
            folders.clear()
            continue
        entered.add(real)
        for name in files:
            path = Path(current) / name
            if unpacked_name(path).suffix.lower() not in KINDS:
                continue
            # A pipe in a folder would be waited for, perhaps for ever.
            if os.path.exists(path) and not is_regular(path):  # noqa: PTH110
                unusable(str(path), "is not a regular file")
            else:
                found.append(Input(str(path), place_of(path.relative_to(folder))))
    if not found:
        kinds = ", ".join(f"*{suffix}" for suffix in KINDS)
        unusable(str(folder), f"the folder holds none of {kinds}")
    return sorted(found, key=lambda each: Path(each.path))


def learn(inputs: Sequence[Input], reading: Reading) -> tuple[Repeats, int]:
    """The lines that repeat over the inputs, which are read once for this, and the characters in
    all; nothing of a few inputs, or of what can't be read twice.
    """
    total_chars = 0

    def documents() -> Iterator[Document]:
        nonlocal total_chars
        for document in learnable(inputs, reading):
            total_chars += len(document.text)
            yield document

    return Repeats(documents()), total_chars


def learnable(inputs: Sequence[Input], reading: Reading) -> Iterator[Document]:
    """What there is to learn from; what can't be used is passed over."""
    files = [each for each in inputs if each.can_be_read_twice]
    many = len(files) >= MIN_LEARNED or any(reading.holds_many(file.path) for file in files)
    quietly = Tally(quiet=True)
    for each in files if many else ():
        with quietly.setting_aside(each.path):
            for _, document in each.documents(reading):
                if isinstance(document, Document):
                    yield document


def attempt(
    inputs: Iterable[Input],
    reading: Reading,
    work: Callable[[Place, Document], Value],
    tally: Tally,
) -> Iterator[tuple[str, Place, Value]]:
    """What worked, in order, with its name and place; what didn't is reported and set aside."""
    for each in inputs:
        documents = each.documents(reading)
        while True:
            read: tuple[Place, Document | InputError] | None = None
            done: tuple[str, Place, Value] | None = None
            with tally.setting_aside(each.path):
                read = next(documents, None)
            if read is None:
                break
            place, document = read
            name = document.name if isinstance(document, Document) else each.path
            with tally.setting_aside(name):
                if isinstance(document, InputError):
                    raise document
                done = name, place, work(place, document)
            if done:
                yield done


def flow(
    items: Iterable[tuple[str, Place, tuple[int, Value]]],
    work: Callable[[Keyed[Value]], Keyed[Result]],
    tally: Tally,
) -> Iterator[tuple[str, Place, tuple[int, Result]]]:
    """What `work` makes of the items, in their order, each as soon as those before it are done;
    what can't be used is reported and set aside. See `pipeline.flow`.
    """
    tagged = (((name, place, length), value) for name, place, (length, value) in items)
    for (name, place, length), made in in_order(tagged, work):
        if isinstance(made, Exception):
            tally.add(name, made)
        else:
            yield name, place, (length, made)
