"""What the chain makes of documents: frozen values for output."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from toolkit.articles import Article
from toolkit.documents import Summary, Translation, join_translations


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Everything that was made of one document, stage by stage.

    `provenance` says with what; `seconds` how long each stage took for the whole call.
    """

    article: Article
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

    @property
    def flagged(self) -> tuple[Translation, ...]:
        return tuple(each for each in (*self.title, *self.translations) if each.failed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One summary of several articles on one event, with what was made of each of them.

    `strangers` are documents that have no name in common with the others.
    """

    results: tuple[Result, ...]
    summary: Summary
    strangers: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def documents(self) -> tuple[str, ...]:
        return tuple(result.article.document.name for result in self.results)

    @property
    def unused(self) -> tuple[str, ...]:
        """The documents on which no statement rests."""
        used = {each.document for told in self.summary.statements for each in told.evidence}
        return tuple(name for name in self.documents if name not in used)
