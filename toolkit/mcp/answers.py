"""What the tools answer, as data; `words` puts it into words."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from toolkit import schema
from toolkit.articles import Article, furniture_of
from toolkit.cleaning import Cleaning
from toolkit.cleaning.paywall import FREE_PART
from toolkit.output.confidence import unjudged
from toolkit.results import Number, Result, SummarizedResult


class Answer(BaseModel):
    """What all answers have; texts are those of a page that anybody may have written."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="of the file, or text")
    title: str
    warnings: tuple[str, ...] = Field(description="what to know before this is relied on")


class CleanedPage(Answer):
    """The article of a page."""

    text: str = Field(description="the paragraphs of the article")
    metadata: dict[str, str] = Field(description="what the page says of itself, such as its date")


class Doubtful(BaseModel):
    """A sentence whose translation may mislead, or failed a check."""

    model_config = ConfigDict(frozen=True)

    number: Number = Field(description="of the sentence, from 1, or title")
    source: str
    target: str
    confidence: schema.Confidence
    failed: tuple[schema.Check, ...]
    doubts: tuple[schema.Doubt, ...] = Field(description="words to compare first, with the reason")


class TranslatedPage(Answer):
    """An article in another language; `text` is null where the summary alone was asked for."""

    source_language: str
    target_language: str
    text: str | None = Field(description="the translation of the article")
    doubtful: tuple[Doubtful, ...]


class SummarizedPage(TranslatedPage):
    """A summary, each statement with the sentences of the article that it rests on."""

    summary: schema.Summary


def cleaned_page(cleaning: Cleaning) -> CleanedPage:
    document = cleaning.document
    warnings = list(_left_out(cleaning))
    if cleaning.unsure:
        words = ", ".join(word for _, word in cleaning.unsure)
        warnings.append(f"letters are missing in these words: {words}")
    return CleanedPage(
        name=document.name,
        title=cleaning.title,
        text=document.text,
        metadata=dict(document.metadata),
        warnings=tuple(warnings),
    )


def translated_page(result: Result) -> TranslatedPage:
    record = schema.article_record(result)
    source, target = result.languages
    return TranslatedPage(
        name=record.document.name,
        title=record.title or record.document.title,
        text=record.translation,
        source_language=source,
        target_language=target,
        doubtful=tuple(_doubtful(result, record)),
        warnings=tuple(_warnings(result)),
    )


def summarized_page(result: SummarizedResult, *, with_translation: bool) -> SummarizedPage:
    page = dict(translated_page(result))
    if not (with_translation and result.translations):
        page["text"] = None
    return SummarizedPage(**page, summary=schema.summary(result.summary))


def _doubtful(result: Result, record: schema.TranslatedArticle) -> Iterator[Doubtful]:
    """The sentences that are doubtful or failed a check."""
    segments = [each for each in (*record.title_segments, *record.segments) if each.source]
    for (number, sentence), segment in zip(result.numbered, segments, strict=True):
        if sentence.failed or result.caution.is_doubtful(sentence):
            yield Doubtful(
                number=number,
                source=segment.source,
                target=segment.target,
                confidence=segment.confidence,
                failed=segment.failed,
                doubts=segment.doubts,
            )


def _warnings(result: Result) -> Iterator[str]:
    of_all = f"of {len(result.numbered)} sentences"
    if result.doubtful:
        yield f"{len(result.doubtful)} {of_all} are doubtful: compare them with the source"
    if result.flagged:
        yield f"{len(result.flagged)} {of_all} failed a check"
    if summary := result.summary:
        if summary.method not in ("abstractive", "none"):
            why = "; ".join((summary.method, *summary.revisions))
            yield f"the summary is the article's own text ({why})"
        if doubtful := result.caution.statements(summary):
            numbers = ", ".join(str(number) for number, _ in doubtful)
            yield f"doubtful sentences of the summary: {numbers}"
        if summary.failed:
            yield f"the summary failed a check: {'; '.join(map(str, summary.failed))}"
    if model := unjudged(result.provenance):
        yield (
            f"confidence for {model} is a rough guess: none of its translations in this direction "
            "were judged"
        )
    yield from _left_out(result.article)


def _left_out(article: Article | Cleaning) -> Iterator[str]:
    if article.paywalled:
        yield FREE_PART
    if doubt := article.doubt:
        yield f"cleaning {doubt}: some of the article may be missing, or what is none be in it"
    if lines := furniture_of(article.blocks):
        yield f"left out {lines} {'line' if lines == 1 else 'lines'} of page furniture"
