"""Results as they were before they were written as JSON, with what people changed in them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from toolkit import schema
from toolkit.articles import Article
from toolkit.checks import Check
from toolkit.documents import (
    Block,
    Document,
    Doubt,
    Evidence,
    Meaning,
    Segment,
    Statement,
    Summary,
    TermUse,
    Translation,
    Unanswered,
)
from toolkit.results import Caution, Result
from toolkit.segmentation import split_sentences
from toolkit.server.errors import ApiError

TITLE = "title-"


def result_of(
    record: Mapping[str, Any],
    languages: tuple[str, str],
    caution: Caution,
    edits: Mapping[str, str],
) -> Result:
    """The result that a record of `translate` or `summarize` was written from; sentences that were
    translated anew passed all checks.
    """
    read = schema.ArticleRecord.model_validate(record)
    document = Document(
        name=read.document.name,
        text=read.source,
        encoding=read.document.encoding,
        metadata=read.metadata,
        record=read.record,
    )
    title = _translations(read.document.title, read.title_segments, TITLE, edits)
    translations = _translations(read.source, read.segments, "", edits)
    blocks = tuple(
        Block(
            line=each.line,
            text=each.text,
            kept=each.kept,
            reason=each.reason,
            score=each.score,
            evidence=(*each.evidence.items(),),
            probability=each.probability,
        )
        for each in read.cleaning.lines
    )
    article = Article(
        document=document,
        blocks=blocks,
        steps=read.cleaning.steps,
        segments=tuple(each.segment for each in translations) or split_sentences(read.source),
        title=tuple(each.segment for each in title) or split_sentences(read.document.title),
    )
    return Result(
        article=article,
        languages=languages,
        title=title,
        translations=translations,
        summary=_summary(read.summary) if read.summary else None,
        caution=caution,
        provenance=read.provenance,
        seconds=read.seconds,
    )


def with_edits(record: dict[str, Any], edits: Mapping[str, str]) -> dict[str, Any]:
    """`record` with `edited` in the sentences that were translated anew, beside their `target`."""
    for key, prefix in (("segments", ""), ("title_segments", TITLE)):
        for number, segment in _numbered(record.get(key, ()), prefix):
            if number in edits:
                segment["edited"] = edits[number]
    return record


def segment_of(record: Mapping[str, Any], number: str) -> dict[str, Any]:
    """The sentence of that number. Raises ApiError where there is none."""
    for key, prefix in (("segments", ""), ("title_segments", TITLE)):
        for each, segment in _numbered(record.get(key, ()), prefix):
            if each == number:
                return segment
    raise ApiError(404, "no_such_segment", "there is no sentence of that number")


def _numbered(
    segments: Iterable[dict[str, Any]], prefix: str
) -> Iterable[tuple[str, dict[str, Any]]]:
    """Those that have text, counted from 1."""
    having = (each for each in segments if each["source"])
    return ((f"{prefix}{number}", each) for number, each in enumerate(having, start=1))


def _translations(
    text: str, segments: Sequence[schema.Segment], prefix: str, edits: Mapping[str, str]
) -> tuple[Translation, ...]:
    ends = [*(each.start for each in segments[1:]), len(text)] if segments else []
    found, number = [], 0
    for each, end in zip(segments, ends, strict=True):
        after = text[each.start + len(each.source) : end]
        translation = _translation(each, Segment(each.start, each.source, after))
        number += bool(each.source)
        edited = edits.get(f"{prefix}{number}") if each.source else None
        if edited is not None:
            translation = replace(
                translation,
                text=edited,
                failed=(),
                unanswered=(),
                doubts=(),
                confidence=None,
                terms=tuple(term for term in translation.terms if term.side == "source"),
            )
        found.append(translation)
    return tuple(found)


def _translation(read: schema.Segment, segment: Segment) -> Translation:
    return Translation(
        segment=segment,
        text=read.target,
        failed=_checks(read.failed),
        unanswered=tuple(
            Unanswered(
                each.word,
                each.start,
                each.end,
                each.weight,
                tuple(Meaning(meaning.word, meaning.probability) for meaning in each.meanings),
            )
            for each in read.unanswered
        ),
        confidence=read.confidence,
        doubts=tuple(Doubt(each.start, each.end, each.reason, each.side) for each in read.doubts),
        terms=tuple(TermUse(**dict(each)) for each in read.terms),
        new_tokens=read.new_tokens,
        tries=read.tries,
    )


def _summary(read: schema.Summary) -> Summary:
    return Summary(
        text=read.text,
        max_words=read.max_words,
        failed=_checks(read.failed),
        attempts=read.attempts,
        statements=tuple(
            Statement(
                text=each.text,
                evidence=tuple(Evidence(**dict(source)) for source in each.evidence),
                failed=_checks(each.failed),
                confidence=each.confidence,
            )
            for each in read.statements
        ),
        method=read.method,
        revisions=read.revisions,
    )


def _checks(read: Iterable[schema.Check]) -> tuple[Check, ...]:
    return tuple(Check(name=each.name, relation=each.relation, values=each.values) for each in read)
