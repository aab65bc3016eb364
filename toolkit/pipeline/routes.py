"""In which order a summary in another language is made."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from toolkit.documents import Summary, Translation, join_translations
from toolkit.pipeline.components import Components
from toolkit.segmentation import split_sentences
from toolkit.settings import Settings
from toolkit.summarization.combined import joined, summarize_together
from toolkit.summarization.drafting import faults
from toolkit.summarization.faithfulness.checker import Checker
from toolkit.summarization.faithfulness.statements import statements_of
from toolkit.summarization.request import SummaryRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`translates_articles` says that the translation is what is summarized, `translates_summary`
    that the summary is written in the language of the article and then translated.
    """

    name: str
    translates_articles: bool = False
    translates_summary: bool = False

    @property
    def translates(self) -> bool:
        return self.translates_articles or self.translates_summary

    def language(self, settings: Settings) -> str:
        """The language that the summary is written in first."""
        source, target = settings.languages
        return source if self.translates_summary else target


DIRECT = Route(name="direct")
ROUTES = {
    route.name: route
    for route in (
        Route(name="translate-first", translates_articles=True),
        DIRECT,
        Route(name="summarize-first", translates_summary=True),
    )
}


def route_of(settings: Settings) -> Route:
    """That of the settings; within one language there is nothing to translate."""
    return DIRECT if settings.same_language else ROUTES[settings.route]


def summarize_each(
    route: Route, components: Components, requests: Iterable[tuple[Hashable, SummaryRequest]]
) -> Iterator[tuple[Hashable, Summary]]:
    """Each key with the summary of what its request is about."""
    asked: dict[Hashable, SummaryRequest] = {}

    def taken() -> Iterator[tuple[Hashable, SummaryRequest]]:
        for key, request in requests:
            asked[key] = request
            yield key, request

    language = route.language(components.settings)
    summaries = components.summarizer(language).summarize_each(taken())
    if route.translates_summary and components.take_turns(language):
        summaries = iter(list(summaries))
    for key, summary in summaries:
        yield key, _finished(route, components, [asked.pop(key)], summary)


def summarize(route: Route, components: Components, requests: Sequence[SummaryRequest]) -> Summary:
    """One summary of what several requests are about."""
    summarizer = components.summarizer(route.language(components.settings))
    if len(requests) == 1:
        summary = summarizer.summarize(requests[0])
    else:
        summary = summarize_together(summarizer, requests)
    return _finished(route, components, requests, summary)


def _finished(
    route: Route, components: Components, requests: Sequence[SummaryRequest], summary: Summary
) -> Summary:
    return _translated(summary, components, requests) if route.translates_summary else summary


def _translated(
    draft: Summary, components: Components, requests: Sequence[SummaryRequest]
) -> Summary:
    """A summary in the articles' language, translated and checked again."""
    settings = components.settings
    segments = tuple(segment for segment in split_sentences(draft.text) if segment.text)
    translations = components.translator.translate(segments)
    form = settings.form
    fitted = form.fit(join_translations(translations))  # a translation may be longer
    evidence = joined([request.evidence for request in requests])
    paragraphs = Checker(evidence, settings.target_language).paragraphs(fitted)
    failed = faults(replace(form, max_words=draft.max_words), paragraphs, settings.target_language)
    failed += tuple(check for translation in translations for check in translation.failed)
    return replace(
        draft,
        text=form.join(fitted),
        statements=statements_of(
            paragraphs, evidence, _confidences(chain.from_iterable(fitted), translations)
        ),
        failed=failed,
    )


def _confidences(
    sentences: Iterable[str], translations: Iterable[Translation]
) -> dict[str, float | None]:
    """Of each sentence, which are in the order of `translations`, the lowest confidence of those
    that it has words of: they may read as more sentences than they stand for, or as fewer.
    """
    text = ""
    spans: list[tuple[int, int, float]] = []
    for each in translations:
        if words := _one_line(each.text):
            if each.confidence is not None:
                spans.append((len(text), len(text) + len(words), each.confidence))
            text += f"{words} "
    found: dict[str, list[float]] = {}
    end = 0
    for sentence in sentences:
        words = _one_line(sentence).removesuffix(".")  # that a bullet got may stand nowhere else
        start = max(end, text.find(words, end))
        end = start + len(words)
        known = found.setdefault(sentence, [])
        known += [sure for first, last, sure in spans if first < end and start < last]
    return {sentence: min(known, default=None) for sentence, known in found.items()}


def _one_line(text: str) -> str:
    return " ".join(text.split())
