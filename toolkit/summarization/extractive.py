"""Summaries made of sentences of the article: baselines, and what is left without a model."""

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from toolkit.documents import Summary
from toolkit.errors import ModelError, UsageError
from toolkit.languages.identification import language_name
from toolkit.segmentation import split_sentences
from toolkit.summarization.checks import check_form
from toolkit.summarization.faithfulness.checker import Checker
from toolkit.summarization.faithfulness.statements import statements_of
from toolkit.summarization.request import SummaryRequest

LEADS = {"lead-1": 1, "lead-3": 3}
RANKERS = {  # method to the module and class of sumy
    "lexrank": ("lex_rank", "LexRankSummarizer"),
    "textrank": ("text_rank", "TextRankSummarizer"),
    "lsa": ("lsa", "LsaSummarizer"),
    "luhn": ("luhn", "LuhnSummarizer"),
}
METHODS = (*LEADS, *RANKERS)
FALLBACK = "lead-3"
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class ExtractiveSummarizer:
    """Whole sentences of the article in its order, as many as fit; `method` says which.

    `lead-1` and `lead-3` take the first ones, the others the most central ones by sumy. `reason`
    is why no model is asked, where that was not wanted.
    """

    method: str
    language: str = "en"
    reason: str = ""

    def summarize(self, request: SummaryRequest) -> Summary:
        """Raises ModelError when the method needs sumy and it isn't installed."""
        title = [request.title] if request.title and request.form.length == "headline" else []
        sentences = title or [
            segment.text for segment in split_sentences(request.text) if segment.text
        ]
        chosen: list[int] = []
        for index in self._ranked(sentences):
            longer = sorted([*chosen, index])
            if len(_fit(request, [sentences[each] for each in longer])) == len(longer):
                chosen = longer
            elif chosen:
                break
        paragraphs = request.form.fit(_joined(request, [sentences[index] for index in chosen]))
        text = request.form.join(paragraphs)
        checker = Checker(request.evidence, self.language)
        failed = check_form(text, language=self.language, max_words=request.form.max_words)
        return Summary(
            text=text,
            max_words=request.form.max_words,
            failed=tuple(failed),
            attempts=0,
            statements=statements_of(checker.paragraphs(paragraphs), request.evidence),
            method=self.method,
            revisions=(self.reason,) if self.reason else (),
        )

    def summarize_each(
        self, requests: Iterable[tuple[Hashable, SummaryRequest]]
    ) -> Iterator[tuple[Hashable, Summary]]:
        return ((key, self.summarize(request)) for key, request in requests)

    def _ranked(self, sentences: Sequence[str]) -> Iterator[int]:
        """The sentences to take, by their places, the best first."""
        if self.method in LEADS:
            return iter(range(min(len(sentences), LEADS[self.method])))
        return _central(self.method, sentences, self.language)


def _joined(request: SummaryRequest, sentences: Sequence[str]) -> str:
    return ("\n" if request.form.prompt == "bullets" else " ").join(sentences)


def _fit(request: SummaryRequest, sentences: Sequence[str]) -> list[str]:
    """The whole sentences that are left of `sentences` within the limit."""
    fitted = request.form.fit(_joined(request, sentences))
    return [sentence for paragraph in fitted for sentence in paragraph]


def _central(method: str, sentences: Sequence[str], language: str) -> Iterator[int]:
    """All places, by sumy's rating; a sentence that is there twice counts once."""
    try:
        from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
        from sumy.nlp.stemmers import Stemmer
        from sumy.utils import get_stop_words
    except ImportError as error:
        raise ModelError(
            f"{method} needs sumy; type: pip install 'toolkit-fr-en[extractive]'"
        ) from error
    from importlib import import_module

    module, kind = RANKERS[method]
    name = language_name(language).lower()
    try:
        stem, stop = Stemmer(name), get_stop_words(name)
    except LookupError as error:
        raise UsageError(
            f"{method} has no stemmer for {name}; lead-3 takes any language"
        ) from error
    summarizer = getattr(import_module(f"sumy.summarizers.{module}"), kind)(stem)
    summarizer.stop_words = stop
    places = {sentence: index for index, sentence in reversed(list(enumerate(sentences)))}
    document = ObjectDocumentModel([Paragraph([Sentence(text, _Words()) for text in places])])
    # It gives its choice in the order of the article, so how a sentence ranks is when it joins.
    known = set[int]()
    for count in range(1, len(places) + 1):
        joined = {places[str(each)] for each in summarizer(document, count)} - known
        yield from sorted(joined)
        known |= joined


class _Words:
    """The tokenizer that sumy asks for; its own downloads data."""

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return tuple(WORD.findall(sentence))
