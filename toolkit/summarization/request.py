"""What is asked of a summarizer, with a model or without."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from toolkit.documents import Summary
from toolkit.summarization.faithfulness.evidence import EvidenceIndex
from toolkit.summarization.forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRequest:
    """What is to be summarized: `text` as the model reads it, and all that it may rest on.

    The model reads `note` beside its instructions.
    """

    text: str
    evidence: EvidenceIndex
    form: Form
    title: str = ""
    date: str = ""
    note: str = ""


class Summarizer(Protocol):
    @property
    def language(self) -> str:
        """Of its summaries, as an ISO 639-1 code."""

    def summarize(self, request: SummaryRequest) -> Summary: ...

    def summarize_each(
        self, requests: Iterable[tuple[Hashable, SummaryRequest]]
    ) -> Iterator[tuple[Hashable, Summary]]:
        """Each key with the summary of its request, in any order."""
