"""The JSON that the toolkit writes, as models that describe it and read it again.

What version 1, which had no `schema_version`, called `guards` and `strangers` is read as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, SkipValidation

from toolkit import checks, documents
from toolkit.articles import Article
from toolkit.cleaning import Cleaning
from toolkit.cleaning.doubt import is_doubtful
from toolkit.documents import join_segments
from toolkit.results import Caution, MultiDocumentResult, Result, numbered

SCHEMA_VERSION = 2
# The name of a file may hold bytes that are no text.
Name = Annotated[str, SkipValidation]
Confidence = Annotated[
    float | None,
    AfterValidator(lambda value: value and round(value, 3)),
    Field(description="probability, from 0 to 1, that it misleads nobody; null where unknown"),
]
Probability = Annotated[
    float | None,
    AfterValidator(lambda value: value and round(value, 3)),
    Field(description="of belonging to the article, from 0 to 1; null where unknown"),
]
DoubtfulLines = Annotated[
    tuple[int, ...], Field(description="of the lines on which the verdict may well be wrong")
]
CleaningDoubt = Annotated[
    str, Field(description="what cleaning was unsure of, empty where that is little of the page")
]
Numbers = Annotated[
    tuple[int | Literal["title"], ...],
    Field(description="of the doubtful sentences, counting from 1 those that have text"),
]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Versioned(_Record):
    schema_version: int = Field(1, description="1 where the key is missing")

    def to_dict(self) -> dict[str, Any]:
        """The value as it is written."""
        return self.model_dump()


class Document(_Record):
    name: Name
    encoding: str
    title: str


class Check(_Record):
    """A check that failed; `detail` puts `relation` and `values` into words."""

    name: str
    detail: str
    relation: str = ""
    values: tuple[str, ...] = ()


class Meaning(_Record):
    word: str
    probability: float = Field(description="from 0 to 1")


class Unanswered(_Record):
    """A word that nothing in the translation answers, with its offsets in the source."""

    word: str
    start: int
    end: int
    weight: float = Field(description="how doubtful that makes the translation, in nats")
    meanings: tuple[Meaning, ...] = ()


class Doubt(_Record):
    """Words of the source, or on the other side of the target, to compare first."""

    side: Literal["source", "target"] = "source"
    start: int
    end: int
    words: str
    reason: str


class Term(_Record):
    """A term of the glossary, with its offsets in the source, or on the other side of its
    translation in the target.
    """

    side: Literal["source", "target"] = "source"
    start: int
    end: int
    source: str
    target: str


class Segment(_Record):
    """A sentence. `start` is its offset, in characters, in the cleaned text, or in the title."""

    start: int
    source: str
    target: str
    new_tokens: int
    tries: int
    ends_paragraph: bool
    failed: tuple[Check, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    confidence: Confidence = None
    doubts: tuple[Doubt, ...] = ()
    terms: tuple[Term, ...] = ()


class Evidence(_Record):
    """A sentence that a statement rests on, with its offsets in the cleaned text."""

    document: Name
    start: int
    end: int
    source: str
    translation: str
    score: float = Field(description="share of the statement that stands there, from 0 to 1")


class Statement(_Record):
    text: str
    evidence: tuple[Evidence, ...] = ()
    failed: tuple[Check, ...] = ()
    confidence: Confidence = None


class Summary(_Record):
    text: str
    words: int
    max_words: int
    method: str
    attempts: int = Field(description="drafts that the model wrote")
    revisions: tuple[str, ...] = Field((), validation_alias=AliasChoices("revisions", "guards"))
    failed: tuple[Check, ...] = ()
    statements: tuple[Statement, ...] = ()


class Line(_Record):
    """A line of the page with its verdict; `evidence` are the points that make its score."""

    line: int
    kept: bool
    reason: str
    score: float = 0.0
    evidence: dict[str, float] = {}
    probability: Probability = None
    text: str = ""


class CleaningSteps(_Record):
    steps: tuple[str, ...]
    lines: tuple[Line, ...]
    doubtful: DoubtfulLines = ()
    doubt: CleaningDoubt = ""


class TranslatedArticle(_Record):
    document: Document
    metadata: dict[str, str]
    record: dict[str, Any] = Field(description="the other fields of a JSON line or CSV row")
    cleaning: CleaningSteps
    source: str
    title: str
    title_segments: tuple[Segment, ...] = ()
    translation: str
    segments: tuple[Segment, ...]
    doubtful: Numbers = ()


class ArticleRecord(TranslatedArticle, Versioned):
    """What `translate` and `summarize` write about one document."""

    summary: Summary | None = None
    provenance: dict[str, Any] = Field(description="models, prompts, versions and search behind it")
    seconds: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """The value as it is written: without a summary there is no such key."""
        return self.model_dump(exclude=None if self.summary else {"summary"})


class MultiDocumentRecord(Versioned):
    """What `summarize --together` writes."""

    documents: tuple[TranslatedArticle, ...]
    summary: Summary
    unrelated: tuple[Name, ...] = Field((), validation_alias=AliasChoices("unrelated", "strangers"))
    provenance: dict[str, Any]
    seconds: dict[str, float]


class Change(_Record):
    step: str
    line: int
    before: str
    after: str


class UnsureWord(_Record):
    line: int
    word: str


class CleaningRecord(Versioned):
    """What `clean` writes; `clean --replay` obeys its lines."""

    document: Document
    metadata: dict[str, str]
    record: dict[str, Any]
    text: str
    digest: str = Field(description="sha256 of the page as it was read")
    title: str
    steps: tuple[str, ...]
    changes: tuple[Change, ...]
    unsure: tuple[UnsureWord, ...]
    lines: tuple[Line, ...]
    doubtful: DoubtfulLines = ()
    doubt: CleaningDoubt = ""


class TextRecord(Versioned):
    """The translation of a text from Python."""

    text: str
    segments: tuple[Segment, ...]
    doubtful: Numbers = ()


class SummaryRecord(Summary, Versioned):
    """The summary of a text from Python."""


RECORDS: Mapping[str, type[Versioned]] = {
    "article": ArticleRecord,
    "together": MultiDocumentRecord,
    "cleaning": CleaningRecord,
    "text": TextRecord,
    "summary": SummaryRecord,
}


def article_record(result: Result) -> ArticleRecord:
    article = _article(result.article, result)
    return ArticleRecord(
        schema_version=SCHEMA_VERSION,
        **dict(article),
        summary=summary(result.summary) if result.summary else None,
        provenance=dict(result.provenance),
        seconds=_rounded(result.seconds),
    )


def multi_document_record(result: MultiDocumentResult) -> MultiDocumentRecord:
    return MultiDocumentRecord(
        schema_version=SCHEMA_VERSION,
        documents=tuple(_article(each.article, each) for each in result.results),
        summary=summary(result.summary),
        unrelated=result.unrelated,
        provenance=dict(result.provenance),
        seconds=_rounded(result.seconds),
    )


def cleaning_record(cleaning: Cleaning) -> CleaningRecord:
    document = cleaning.document
    return CleaningRecord(
        schema_version=SCHEMA_VERSION,
        document=Document(name=document.name, encoding=document.encoding, title=cleaning.title),
        metadata=dict(document.metadata),
        record=dict(document.record),
        text=document.text,
        digest=cleaning.digest,
        title=cleaning.title,
        steps=cleaning.steps,
        changes=tuple(
            Change(step=change.step, line=change.line, before=change.before, after=change.after)
            for change in cleaning.changes
        ),
        unsure=tuple(UnsureWord(line=line, word=word) for line, word in cleaning.unsure),
        lines=tuple(map(_line, cleaning.blocks)),
        doubtful=_doubtful(cleaning.blocks),
        doubt=cleaning.doubt,
    )


def text_record(
    translations: Sequence[documents.Translation], caution: Caution, source_language: str
) -> TextRecord:
    return TextRecord(
        schema_version=SCHEMA_VERSION,
        text=caution.join(translations, source_language),
        segments=tuple(map(segment, translations)),
        doubtful=tuple(number for number, _ in caution.among(numbered(translations))),
    )


def summary_record(value: documents.Summary) -> SummaryRecord:
    return SummaryRecord(schema_version=SCHEMA_VERSION, **dict(summary(value)))


def summary(value: documents.Summary) -> Summary:
    return Summary(
        text=value.text,
        words=value.words,
        max_words=value.max_words,
        method=value.method,
        attempts=value.attempts,
        revisions=value.revisions,
        failed=_checks(value.failed),
        statements=tuple(map(statement, value.statements)),
    )


def statement(value: documents.Statement) -> Statement:
    return Statement(
        text=value.text,
        evidence=tuple(Evidence(**asdict(evidence)) for evidence in value.evidence),
        failed=_checks(value.failed),
        confidence=value.confidence,
    )


def segment(translation: documents.Translation) -> Segment:
    return Segment(
        start=translation.segment.start,
        source=translation.segment.text,
        target=translation.text,
        new_tokens=translation.new_tokens,
        tries=translation.tries,
        ends_paragraph=translation.segment.ends_paragraph,
        failed=_checks(translation.failed),
        unanswered=tuple(Unanswered(**asdict(word)) for word in translation.unanswered),
        confidence=translation.confidence,
        doubts=tuple(
            Doubt(**asdict(doubt), words=translation.words(doubt)) for doubt in translation.doubts
        ),
        terms=tuple(Term(**asdict(term)) for term in translation.terms),
    )


def _article(article: Article, result: Result) -> TranslatedArticle:
    document = article.document
    return TranslatedArticle(
        document=Document(
            name=document.name, encoding=document.encoding, title=join_segments(article.title)
        ),
        metadata=dict(document.metadata),
        record=dict(document.record),
        cleaning=CleaningSteps(
            steps=article.steps,
            lines=tuple(map(_line, article.blocks)),
            doubtful=_doubtful(article.blocks),
            doubt=article.doubt,
        ),
        source=document.text,
        title=result.title_text,
        title_segments=tuple(map(segment, result.title)),
        translation=result.translation_text,
        segments=tuple(map(segment, result.translations)),
        doubtful=tuple(dict.fromkeys(number for number, _ in result.doubtful)),
    )


def _line(block: documents.Block) -> Line:
    return Line(
        line=block.line,
        kept=block.kept,
        reason=block.reason,
        score=block.score,
        evidence=dict(block.evidence),
        probability=block.probability,
        text=block.text,
    )


def _doubtful(blocks: Iterable[documents.Block]) -> tuple[int, ...]:
    return tuple(block.line for block in blocks if is_doubtful(block))


def _checks(failed: Iterable[checks.Check]) -> tuple[Check, ...]:
    return tuple(
        Check(name=check.name, detail=check.detail, relation=check.relation, values=check.values)
        for check in failed
    )


def _rounded(seconds: Mapping[str, float]) -> dict[str, float]:
    return {stage: round(value, 3) for stage, value in seconds.items()}
