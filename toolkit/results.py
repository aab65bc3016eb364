"""What the chain makes of documents: frozen values for output."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from toolkit.articles import Article
from toolkit.documents import Summary, Translation, join_translations


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Everything that was made of one document, stage by stage.

    `languages` are those of the article and of what was made of it; `provenance` says with what it
    was made, `seconds` how long each stage took from beginning to end, and loading in all. Those of
    documents that are worked on at once overlap.
    """

    article: Article
    languages: tuple[str, str] = ("fr", "en")
    translations: tuple[Translation, ...] = ()
    title: tuple[Translation, ...] = ()
    summary: Summary | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def translation_text(self) -> str:
        return join_translations(self.translations)

    @property
    def title_text(self) -> str:
        return join_translations(self.title).rstrip(".")

    def to_dict(self) -> dict[str, Any]:
        """All of it as it is written to JSON; see `toolkit schema`."""
        from toolkit.schema import article_record

        return article_record(self).to_dict()

    @property
    def flagged(self) -> tuple[Translation, ...]:
        return tuple(each for each in (*self.title, *self.translations) if each.failed)


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
