"""Judgements of translations by people: which words went wrong, how, and how badly.

A file of them has one JSON object a line:

    {"id": "fire-3", "system": "greedy", "source": "Il pleut à Brest.", "target": "It rains.",
     "errors": [{"category": "omission", "severity": "major", "source": "à Brest",
                 "target": null}],
     "judge": "anna", "judged": "2026-11-26"}

An error names its words on each side as they stand there, null where there are none. They are one
stretch, as in MQM and ESA: a place is then two numbers, and judges are compared by intervals. What
is wrong in two places is marked from the first to the last of its words, or as two errors.
`source_start` and `target_start`, offsets in characters, are for words that occur more than once.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

from filelock import FileLock, Timeout
from pydantic import Field, StringConstraints

from toolkit.documents import Side
from toolkit.errors import InputError
from toolkit.evaluation.files import Entry, parse_json
from toolkit.files import is_regular, read_whole, refused

Category = Literal[
    "omission",
    "addition",
    "wrong sense",
    "wrong name",
    "wrong number",
    "wrong relation",
    "tense or modality",
    "untranslated",
    "fluency",
]
Severity = Literal["minor", "major", "critical"]

CATEGORIES: Mapping[Category, str] = {
    "omission": "the source says it, the translation doesn't",
    "addition": "the translation says it, the source doesn't",
    "wrong sense": "a word or phrase means something else",
    "wrong name": "another person, place or body, or a name that nobody would recognize",
    "wrong number": "another quantity, date, unit or rank",
    "wrong relation": "who does what to whom, or what belongs to what, is another",
    "tense or modality": "past, future, hearsay, doubt, duty or negation is another",
    "untranslated": "words left in the language of the source",
    "fluency": "clumsy or wrong language that leaves the meaning intact; always minor",
}
# As in MQM and ESA, said of meaning.
SEVERITIES: Mapping[Severity, str] = {
    "minor": "a reader understands what the source says",
    "major": "a reader understands something else than the source says",
    "critical": "the main statement is false or reversed, or somebody is blamed for what he "
    "didn't do",
}
Name = Annotated[str, StringConstraints(min_length=1)]
Start = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a text, by their offsets in characters."""

    start: int
    end: int

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationError:
    """An error with its words on each side. Raises ValueError for one that can't be."""

    category: Category
    severity: Severity
    source: Span | None
    target: Span | None

    def __post_init__(self) -> None:
        if self.category == "omission" and (self.target or not self.source):
            raise ValueError("an omission has words of the source and none of the target")
        if self.category == "addition" and (self.source or not self.target):
            raise ValueError("an addition has words of the target and none of the source")
        if self.category == "fluency" and self.severity != "minor":
            raise ValueError("fluency is minor; what changes the meaning has another category")
        if not (self.source or self.target):
            raise ValueError("no words are marked on either side")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What `judge` found in the translation of a sentence by `system`; no errors in a sound one."""

    id: str
    system: str
    source: str
    target: str
    errors: tuple[TranslationError, ...]
    judge: str
    judged: date

    def to_dict(self) -> dict[str, Any]:
        """The value as it is written."""
        errors = [
            {
                "category": error.category,
                "severity": error.severity,
                **_written("source", self.source, error.source),
                **_written("target", self.target, error.target),
            }
            for error in self.errors
        ]
        return {
            "id": self.id,
            "system": self.system,
            "source": self.source,
            "target": self.target,
            "errors": errors,
            "judge": self.judge,
            "judged": self.judged.isoformat(),
        }


def has_major(judgement: Judgement) -> bool:
    """Whether a reader is misled: there is a major or a critical error."""
    return any(error.severity != "minor" for error in judgement.errors)


def load_judgements(*paths: Path) -> list[Judgement]:
    """The judgements of all these files in their order.

    Raises InputError, naming file and line, for what isn't in the format, words that don't stand
    where they should, a second judgement by the same judge, and one of another text than before.
    """
    found: dict[tuple[str, str, str], Judgement] = {}
    texts: dict[tuple[str, str], tuple[str, str]] = {}
    for path in paths:
        for number, line in enumerate(read_whole(path).split(b"\n"), start=1):
            if not line.strip():
                continue
            place = f"{path}:{number}"
            judgement = _judgement(place, parse_json(place, line, _JudgementLine))
            translation = (judgement.id, judgement.system)
            key = (*translation, judgement.judge)
            if key in found:
                raise InputError(
                    f"{place}: {judgement.judge} has judged {judgement.id} by {judgement.system} "
                    "already; a second look needs another name of the judge"
                )
            text = (judgement.source, judgement.target)
            if texts.setdefault(translation, text) != text:
                raise InputError(
                    f"{place}: {judgement.id} by {judgement.system} was judged before with another "
                    "text"
                )
            found[key] = judgement
    return list(found.values())


class JudgementFile:
    """A file that judgements are added to; `judgements` are those that it holds."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self.judgements = load_judgements(path)
        self._path, self._stream = path, stream
        self._ends: list[int] = []  # where the file ended before each judgement that was added
        self._torn = _lacks_line_end(stream)

    def add(self, judgement: Judgement) -> None:
        """Write it so that no later failure can lose it. Raises InputError or OutputError when
        that can't be done; the file is as before then.
        """
        line = json.dumps(judgement.to_dict(), ensure_ascii=False) + "\n"
        rest = memoryview(("\n" * self._torn + line).encode())
        end = self._stream.seek(0, os.SEEK_END)
        try:
            while rest:
                rest = rest[self._stream.write(rest) :]
            os.fsync(self._stream.fileno())
        except OSError as error:
            with suppress(OSError):
                self._stream.truncate(end)
            raise refused(self._path, error) from error
        self._torn = False
        self._ends.append(end)
        self.judgements.append(judgement)

    def take_back(self) -> None:
        """Remove the judgement that was added last."""
        try:
            self._stream.truncate(self._ends[-1])
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise refused(self._path, error) from error
        self._torn = _lacks_line_end(self._stream)
        self._ends.pop()
        self.judgements.pop()


@contextmanager
def open_judgements(path: Path) -> Iterator[JudgementFile]:
    """The file at `path`, new where there is none, for this process alone.

    Raises InputError when another process has it, when it can't be written, and as
    `load_judgements` does.
    """
    if path.exists() and not is_regular(path):
        raise InputError(f"{path} is not a regular file")
    with ExitStack() as held:
        try:
            real = path.resolve()
            real.parent.mkdir(parents=True, exist_ok=True)
            stream = held.enter_context(real.open("a+b", buffering=0))
            held.enter_context(FileLock(real.with_name(f".{real.name}.lock"), timeout=0))
        except Timeout:
            raise InputError(f"{path} is being written by another process; wait for it") from None
        except OSError as error:
            raise refused(path, error) from error
        yield JudgementFile(path, stream)


def occurrences(text: str, words: str) -> list[int]:
    """Where `words` stand in `text` as whole words."""
    if not words or words != words.strip():
        return []
    before = r"(?<!\w)" if re.match(r"\w", words[0]) else ""
    after = r"(?!\w)" if re.match(r"\w", words[-1]) else ""
    pattern = rf"{before}(?={re.escape(words)}{after})"
    return [match.start() for match in re.finditer(pattern, text)]


class _ErrorLine(Entry):
    category: Category
    severity: Severity
    source: str | None
    target: str | None
    source_start: Start | None = None
    target_start: Start | None = None


class _JudgementLine(Entry):
    id: Name
    system: Name
    source: Name
    target: str
    errors: tuple[_ErrorLine, ...]
    judge: Name
    judged: date


def _judgement(place: str, line: _JudgementLine) -> Judgement:
    errors = []
    for number, error in enumerate(line.errors, start=1):
        try:
            errors.append(
                TranslationError(
                    category=error.category,
                    severity=error.severity,
                    source=_span("source", line.source, error.source, error.source_start),
                    target=_span("target", line.target, error.target, error.target_start),
                )
            )
        except ValueError as fault:
            raise InputError(f"{place}: error {number}: {fault}") from fault
    return Judgement(**dict(line) | {"errors": tuple(errors)})


def _span(side: Side, text: str, words: str | None, start: int | None) -> Span | None:
    """Raises ValueError where the words aren't found, or in several places."""
    if words is None:
        if start is not None:
            raise ValueError(f"{side}_start is given without words")
        return None
    places = occurrences(text, words)
    if not places:
        raise ValueError(f"{words!r} doesn't stand in the {side} as whole words")
    if start is None and len(places) > 1:
        raise ValueError(
            f"{words!r} stands {len(places)} times in the {side}; {side}_start must be one of "
            f"{', '.join(map(str, places))}"
        )
    if start is not None and start not in places:
        raise ValueError(
            f"{words!r} doesn't stand at {start} in the {side} but at {', '.join(map(str, places))}"
        )
    begin = places[0] if start is None else start
    return Span(begin, begin + len(words))


def _written(side: Side, text: str, span: Span | None) -> dict[str, Any]:
    if span is None:
        return {side: None}
    words = text[span.start : span.end]
    start = {f"{side}_start": span.start} if len(occurrences(text, words)) > 1 else {}
    return {side: words, **start}


def _lacks_line_end(stream: BinaryIO) -> bool:
    """Whether somebody's editor left the last line without one."""
    if not stream.seek(0, os.SEEK_END):
        return False
    stream.seek(-1, os.SEEK_END)
    return stream.read(1) != b"\n"
