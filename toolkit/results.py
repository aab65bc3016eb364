"""What the chain makes of documents: frozen values for output."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from toolkit.articles import Article
from toolkit.documents import Statement, Summary, Translation, join_translations
from toolkit.languages.identification import language_name

MARK = " [?]"
Number = int | Literal["title"]  # of a sentence, from 1; the title has none
Sentence = TypeVar("Sentence", Translation, Statement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """Which sentences are doubtful, and how a text shows that.

    They are those whose confidence is known and below `min_confidence`. `mark` puts a question mark
    behind them, `withhold` the source in their place.
    """

    min_confidence: float = 0.5
    mark: bool = False
    withhold: bool = False

    def is_doubtful(self, sentence: Translation | Statement) -> bool:
        """Whether it is doubtful."""
        confidence = sentence.confidence
        return confidence is not None and confidence < self.min_confidence

    def among(
        self, numbered: Iterable[tuple[Number, Sentence]]
    ) -> tuple[tuple[Number, Sentence], ...]:
        """The doubtful ones."""
        return tuple((number, each) for number, each in numbered if self.is_doubtful(each))

    def statements(self, summary: Summary | None) -> tuple[tuple[Number, Statement], ...]:
        """The doubtful statements of a summary, with their numbers."""
        return self.among(enumerate(summary.statements, start=1)) if summary else ()

    def join(self, translations: Sequence[Translation], source_language: str) -> str:
        """`join_translations` with what is doubtful marked or withheld."""
        source = language_name(source_language)

        def shown(each: Translation) -> Translation:
            if not self.is_doubtful(each):
                return each
            kept = f"[{source}: {each.segment.text}]"
            return replace(each, text=kept if self.withhold else each.text + MARK * self.mark)

        return join_translations(list(map(shown, translations)))


def numbered(translations: Iterable[Translation]) -> Iterator[tuple[Number, Translation]]:
    """The sentences that have text, counted from 1."""
    return enumerate((each for each in translations if each.segment.text), start=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Everything that was made of one document, stage by stage.

    `languages` are those of the article and of what was made of it; `provenance` says with what it
    was made, `seconds` how long each stage took from beginning to end, and loading in all. Those of
    documents that are worked on at once overlap. The texts show what is doubtful by `caution`.
    """

    article: Article
    languages: tuple[str, str] = ("fr", "en")
    translations: tuple[Translation, ...] = ()
    title: tuple[Translation, ...] = ()
    summary: Summary | None = None
    caution: Caution = Caution()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def translation_text(self) -> str:
        return self.caution.join(self.translations, self.languages[0])

    @property
    def title_text(self) -> str:
        """Without the full stop that a model may have put behind it."""
        last = tuple(replace(each, text=each.text.rstrip(".")) for each in self.title[-1:])
        return self.caution.join((*self.title[:-1], *last), self.languages[0])

    @property
    def numbered(self) -> tuple[tuple[Number, Translation], ...]:
        """The title and the sentences, in the order of reading, with their numbers."""
        title: Iterator[tuple[Number, Translation]] = (
            ("title", each) for each in self.title if each.segment.text
        )
        return (*title, *numbered(self.translations))

    def to_dict(self) -> dict[str, Any]:
        """All of it as it is written to JSON; see `toolkit schema`."""
        from toolkit.schema import article_record

        return article_record(self).to_dict()

    @property
    def flagged(self) -> tuple[Translation, ...]:
        return tuple(each for each in (*self.title, *self.translations) if each.failed)

    @property
    def doubtful(self) -> tuple[tuple[Number, Translation], ...]:
        """The sentences whose confidence is below the limit, with their numbers."""
        return self.caution.among(self.numbered)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarizedResult(Result):
    """A result that has a summary."""

    summary: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiDocumentResult:
    """One summary of several articles on one event, with what was made of each of them.

    `unrelated` are documents that have no name in common with the others.
    """

    results: tuple[Result, ...]
    summary: Summary
    unrelated: tuple[str, ...] = ()
    caution: Caution = Caution()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """All of it as it is written to JSON; see `toolkit schema`."""
        from toolkit.schema import multi_document_record

        return multi_document_record(self).to_dict()

    @property
    def documents(self) -> tuple[str, ...]:
        return tuple(result.article.document.name for result in self.results)

    @property
    def unused(self) -> tuple[str, ...]:
        """The documents on which no statement rests."""
        used = {
            source.document
            for statement in self.summary.statements
            for source in statement.evidence
        }
        return tuple(name for name in self.documents if name not in used)
