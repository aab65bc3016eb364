"""What the marks of a page's lines are worth: points beside those of their words.

What both readers of a page take for the article needs strong reasons to go, what neither takes
needs strong ones to stay.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from toolkit.cleaning.features import Line
from toolkit.documents import (
    ABOVE_TEXT,
    BELOW_HEADLINE,
    IN_DATA,
    IN_ELEMENT,
    IN_LEAD,
    IN_MAIN_TEXT,
    MOSTLY_LINKS,
    Document,
)

MARKS_FILE = Path(__file__).with_name("marks.toml")
BOTH = "both readers"
BELOW = "a reader, below the headline"
HEAD = BELOW_HEADLINE
BESIDE = "beside the article's text"
NEITHER = "outside of the article"
TAKEN = frozenset((BOTH, BELOW))
LEFT_OUT = frozenset((BESIDE, NEITHER))
MIN_LEAD_CHARS = 60
OF_NO_READER = LEFT_OUT | {HEAD}
WITNESSES = frozenset((IN_MAIN_TEXT, IN_DATA, IN_LEAD, ABOVE_TEXT))


class Points(BaseModel):
    """The file: points for what readers say of a line, and for the other marks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    votes: Mapping[str, float]
    marks: Mapping[str, float]


@cache
def points() -> Points:
    return Points.model_validate(tomllib.loads(MARKS_FILE.read_text(encoding="utf-8")))


def weigh_marks(lines: Sequence[Line], marks: Sequence[frozenset[str]]) -> list[Line]:
    """The lines that have text with the evidence of their marks."""
    weighed = []
    for line, own in zip(lines, marks, strict=True):
        if line.text:
            vote = _vote(own)
            if vote == HEAD and len(line.text) < MIN_LEAD_CHARS:
                vote = BESIDE
            for name, worth in _evidence(own, vote):
                line = line.add(name, worth)
            line = line._replace(vote=vote)
        weighed.append(line)
    return weighed


def taken_text(document: Document) -> str:
    """The lines of a page that a reader takes for the article; all of a text without markup."""
    if not document.marks:
        return document.text
    lines = zip(document.text.split("\n"), document.marks, strict=True)
    return "\n".join(line for line, marks in lines if _vote(marks) not in OF_NO_READER)


@lru_cache(maxsize=4096)
def _evidence(marks: frozenset[str], vote: str) -> tuple[tuple[str, float], ...]:
    """What the readers say, and the mark that speaks most against the line."""
    known = points()
    others = sorted((known.marks[name], name) for name in marks & known.marks.keys())
    return ((vote, known.votes[vote]), *((name, worth) for worth, name in others[:1]))


def _vote(marks: frozenset[str]) -> str:
    """What the readers say of a line; of what stands aside none takes more than a part."""
    aside = not marks.isdisjoint(points().marks)
    confirmed = not marks.isdisjoint(WITNESSES) and MOSTLY_LINKS not in marks
    inside, below = IN_ELEMENT in marks, BELOW_HEADLINE in marks
    if confirmed and inside and not aside:
        return BOTH
    if below:
        return BELOW if confirmed else BESIDE if aside else HEAD
    if IN_MAIN_TEXT in marks:
        return IN_MAIN_TEXT
    if inside:
        return BESIDE if aside else IN_ELEMENT
    return NEITHER
