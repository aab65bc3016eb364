"""The frozen values that flow through the toolkit, in the order in which they appear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from toolkit.checks import Check

Side = Literal["source", "target"]

# What the markup of a page says of a line, beside the places of reading/places.toml.
IN_MAIN_TEXT = "in the main text"
IN_ELEMENT = "in the article's element"
IN_DATA = "in the article's data"
BELOW_HEADLINE = "below the headline"
IN_LEAD = "in the lead"
ABOVE_TEXT = "a heading of the text"
MOSTLY_LINKS = "mostly links"
AT_PAYWALL = "at the paywall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One text with where it came from. `metadata` holds what reading or cleaning found out.

    `record` holds the other fields of the JSON line or CSV row that the text is from. `marks` are
    what the markup of a page said of each line; a text without markup has none.
    """

    name: str
    text: str
    encoding: str = "utf-8"
    metadata: Mapping[str, str] = field(default_factory=dict)
    record: Mapping[str, Any] = field(default_factory=dict)
    marks: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One line of a document with its verdict. `line` counts from 1.

    `score` is the sum of the points of `evidence`: above zero they speak for an article's text.
    `probability`, from 0 to 1, is that of being the article's; None where nothing can be said.
    """

    line: int
    text: str
    kept: bool
    reason: str
    score: float = 0.0
    evidence: tuple[tuple[str, float], ...] = ()
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence and the white space that follows it.

    `start` is its offset in the text in characters. The first segment of a text that begins with
    white space has an empty `text`.
    """

    start: int
    text: str
    after: str

    @property
    def ends_paragraph(self) -> bool:
        return "\n" in self.after


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word can be translated by, with its probability from 0 to 1."""

    word: str
    probability: float


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A word or phrase that nothing in a translation answers, with its offsets in the text.

    `weight` says in nats how much that makes the translation doubtful.
    """

    word: str
    start: int
    end: int
    weight: float
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Words of a segment, or on the other `side` of its translation, where the meaning was probably
    lost or changed, with their offsets. `reason` is a phrase for a reader.
    """

    start: int
    end: int
    reason: str
    side: Side = "source"


@dataclass(frozen=True, slots=True)
class TermUse:
    """Where a term of the glossary stands in a segment, or on the other `side` its `target` in the
    translation, with the offsets there.
    """

    start: int
    end: int
    source: str
    target: str
    side: Side = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """The translation of one segment. `failed` is empty when every check passed.

    `tries` counts how often the model was asked, `unanswered` are words of the segment to look at.
    `confidence` is the probability, from 0 to 1, that the translation misleads nobody; None where
    nothing can be said. `doubts` are the words to compare first, `terms` those of the glossary,
    `alternatives` other translations where some were asked for.
    """

    segment: Segment
    text: str
    failed: tuple[Check, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    confidence: float | None = None
    doubts: tuple[Doubt, ...] = ()
    terms: tuple[TermUse, ...] = ()
    new_tokens: int = 0
    tries: int = 1
    alternatives: tuple[str, ...] = ()

    def words(self, doubt: Doubt) -> str:
        """Those that `doubt` is about."""
        text = self.segment.text if doubt.side == "source" else self.text
        return text[doubt.start : doubt.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A sentence of a document on which a statement rests.

    `start` and `end` are offsets in the cleaned text, in characters; `score` is the share of the
    statement that stands there, from 0 to 1.
    """

    document: str
    start: int
    end: int
    source: str
    translation: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence of a summary with what it rests on, the best first.

    `confidence` is the probability that it misleads nobody, None where nothing can be said.
    """

    text: str
    evidence: tuple[Evidence, ...] = ()
    failed: tuple[Check, ...] = ()
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """`attempts` counts the drafts that the model wrote.

    `method` is `abstractive`, or names the extractive one that chose sentences of the article.
    `revisions` says what had to be done to the drafts.
    """

    text: str
    max_words: int
    failed: tuple[Check, ...] = ()
    attempts: int = 1
    statements: tuple[Statement, ...] = ()
    method: str = "abstractive"
    revisions: tuple[str, ...] = ()

    @property
    def words(self) -> int:
        return sum(word != "-" for word in self.text.split())


def join_segments(segments: Sequence[Segment]) -> str:
    """The text that the segments were split from, exactly."""
    return "".join(segment.text + segment.after for segment in segments)


def join_translations(translations: Sequence[Translation]) -> str:
    """The translated text, with the paragraphs of the source and single spaces inside them."""
    parts = []
    for translation in translations:
        after = translation.segment.after
        parts.append(translation.text + (after if "\n" in after else " "))
    return "".join(parts).strip()
