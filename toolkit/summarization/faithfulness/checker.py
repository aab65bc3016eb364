"""Sentences of a summary that carry their verdict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from toolkit.checks import Check
from toolkit.summarization.faithfulness.checks import check_statement
from toolkit.summarization.faithfulness.evidence import EvidenceIndex
from toolkit.summarization.faithfulness.exchange import exchanged
from toolkit.summarization.faithfulness.likelihood import Likelihood


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """`failed` is empty when the article supports it."""

    text: str
    failed: tuple[Check, ...] = ()


Paragraphs = tuple[tuple[CheckedSentence, ...], ...]


class Checker:
    """Checks sentences in `language` against one article, or several; the same one only once.

    With a `likelihood`, those that are kept can be weighed by a model too.
    """

    def __init__(
        self, evidence: EvidenceIndex, language: str, likelihood: Likelihood | None = None
    ) -> None:
        self.evidence = evidence
        self.language = language
        self.likelihood = likelihood
        self._known: dict[str, CheckedSentence] = {}

    def sentence(self, text: str) -> CheckedSentence:
        if text not in self._known:
            failed = check_statement(text, self.evidence, self.language)
            self._known[text] = CheckedSentence(text, tuple(failed))
        return self._known[text]

    def paragraphs(self, texts: Iterable[Sequence[str]]) -> Paragraphs:
        """Each paragraph's sentences, checked."""
        return tuple(tuple(map(self.sentence, sentences)) for sentences in texts)

    def weighed(self, paragraphs: Paragraphs) -> Paragraphs:
        """The same, with the faults that only a model finds in sentences that have no others."""
        for sentence in (sentence for sentences in paragraphs for sentence in sentences):
            if self.likelihood and not sentence.failed and self.language == "en":
                failed = exchanged(sentence.text, self.evidence, self.likelihood)
                self._known[sentence.text] = replace(sentence, failed=tuple(failed))
        return self.paragraphs(texts_of(paragraphs))


def texts_of(paragraphs: Paragraphs) -> list[list[str]]:
    return [[sentence.text for sentence in sentences] for sentences in paragraphs]
