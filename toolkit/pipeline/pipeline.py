"""Documents to articles, translations and summaries, with their provenance."""

import time
import warnings
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, TypeVar, Unpack, overload

from toolkit.articles import PAGE_SHARE, Article, prepare
from toolkit.documents import Document, Segment, Translation, join_segments, join_translations
from toolkit.engines.base import Engine
from toolkit.errors import ModelMissingError
from toolkit.models.catalogue import Task
from toolkit.pipeline import routes
from toolkit.pipeline.components import AnySummarizer, Components
from toolkit.pipeline.engine_pool import EnginePool, Pool
from toolkit.pipeline.evidence import index_article, is_lost, untranslated
from toolkit.pipeline.provenance import of_cleaning, provenance
from toolkit.pipeline.routes import Route, route_of
from toolkit.progress import Progress, StageProgress
from toolkit.reading import Reading, named_texts, read_text
from toolkit.results import Caution, MultiDocumentResult, Result, SummarizedResult
from toolkit.settings import Options, Settings, make_settings
from toolkit.store import Store
from toolkit.summarization.combined import unrelated_documents
from toolkit.summarization.request import SummaryRequest
from toolkit.translation.translator import SentenceTranslator


@dataclass(slots=True)
class _Running:
    """An article of `size` sentences whose translations come one by one."""

    article: Article
    size: int
    started: float
    translations: dict[int, Translation] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        return self.size - len(self.translations)


Made = TypeVar("Made")


def _in_order(made: Iterable[tuple[Hashable, Made]]) -> list[Made]:
    """What was made of the places 0, 1 and so on."""
    by_place = dict(made)
    return [by_place[place] for place in range(len(by_place))]


def _warn(message: str) -> None:
    warnings.warn(message, stacklevel=2)


class Pipeline:
    """Models are loaded when first needed, or come from a `pool` that several pipelines share. What
    they answer is kept in the store of the settings, or in `store`.

    `on_trouble` receives a message when the store can't be used, and the run goes on; without it
    that raises StoreError.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        on_progress: StageProgress = lambda stage, done, total: None,
        on_trouble: Callable[[str], None] | None = None,
        engines: Mapping[str, Engine] | None = None,
        pool: Pool | None = None,
        store: Store | None = None,
    ) -> None:
        self.settings = settings
        self._on_progress = on_progress
        pool = pool or EnginePool(
            settings,
            on_loading=lambda: on_progress("loading the model", 0, 0),
            on_trouble=on_trouble,
            engines=engines,
        )
        self._components = Components(settings, pool=pool, on_trouble=on_trouble, store=store)

    @classmethod
    def from_pretrained(cls, model: str | Path = "auto", **settings: Unpack[Options]) -> "Pipeline":
        """A pipeline whose stages use `model`: "auto" for the best that is installed, an id of the
        catalogue, a folder, or a
        hub repository in the local cache. Settings are named as in `toolkit config`.

        Raises UsageError for an unknown setting or an impossible value.
        """
        return cls(make_settings(str(model), **settings), on_trouble=_warn)

    @overload
    def __call__(self, page: str) -> SummarizedResult: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, page: Iterable[str]) -> list[SummarizedResult]: ...
    def __call__(self, page: str | Iterable[str]) -> SummarizedResult | list[SummarizedResult]:
        """Clean, translate and summarize a page, as text or HTML, or each page of a list.

        Raises InputError for a page without an article, LanguageError for one in another language,
        ModelError for a model that can't be used.
        """
        reading = Reading(max_chars=PAGE_SHARE * self.settings.max_document_chars)
        documents = [read_text(name, text, reading) for name, text in named_texts(page, "page")]
        results = self.summarize([self.prepare(document) for document in documents])
        return results[0] if isinstance(page, str) else results

    @property
    def store(self) -> Store | None:
        """Where what models answer is kept, None when that is switched off."""
        return self._components.store

    @property
    def translator(self) -> SentenceTranslator:
        return self._components.translator

    @property
    def summarizer(self) -> AnySummarizer:
        """The one that drafts the summaries on the route of the settings."""
        return self._components.summarizer(self._route.language(self.settings))

    def unprompted(self, task: Task) -> str:
        """The model for `task` where it takes no prompt, else an empty name. Where its kind isn't
        known, it is loaded now.

        Raises UsageError for a model that can't do the task, ModelError for one that can't be used.
        """
        components = self._components
        if task == "translation":
            components.refuse_translation()
            model = components.translator_model
        else:
            language = self._route.language(self.settings)
            try:
                components.refuse_summaries(language)
                model = components.summarizer_model(language)
            except ModelMissingError:  # each result tells what has to do in its place
                return ""
        return "" if components.takes_prompt(model) else model

    def prepare(
        self,
        document: Document,
        *,
        check_language: bool = True,
        cleaned: bool = False,
        keep_title: bool = False,
        repeated: Mapping[str, int] | None = None,
    ) -> Article:
        """Clean and split one document, as the settings say; see `articles.prepare`."""
        settings = self.settings
        return prepare(
            document,
            language=settings.source_language if check_language else None,
            steps=settings.steps,
            max_chars=settings.max_document_chars,
            cleaned=cleaned,
            keep_title=keep_title,
            repeated=repeated,
        )

    def translate_segments(
        self, segments: Sequence[Segment], on_progress: Progress | None = None
    ) -> tuple[Translation, ...]:
        """One translation for each; a segment that starts at 0 begins another document."""
        on_progress = on_progress or partial(self._on_progress, "translating")
        translator = self.translator
        total, done = len(segments), 0

        def count(finished: int) -> None:
            nonlocal done
            done += finished
            on_progress(min(done, total), total)

        on_progress(0, total)
        return translator.translate(segments, count)

    def translate(self, articles: Sequence[Article]) -> list[Result]:
        """One result for each article; the sentences of all of them share batches."""
        return _in_order(self.translate_each(enumerate(articles)))

    def translate_each(
        self, articles: Iterable[tuple[Hashable, Article]]
    ) -> Iterator[tuple[Hashable, Result]]:
        """Each key with the result of its article, as soon as its last sentence is done.

        Articles are taken as the engine has room, so that those of a large corpus follow each other
        without a break.
        """
        taken = 0
        running: dict[Hashable, _Running] = {}
        provenance = cache(self.translation_provenance)  # once for all results

        def sentences() -> Iterator[tuple[tuple[Hashable, int], Segment]]:
            nonlocal taken
            for key, article in articles:
                segments = (*article.title, *article.segments)
                running[key] = _Running(article, len(segments), time.perf_counter())
                taken += len(segments)
                yield from (((key, place), segment) for place, segment in enumerate(segments))

        def finished() -> Iterator[tuple[Hashable, Result]]:
            for key in [key for key, each in running.items() if not each.missing]:
                yield key, self._result(running.pop(key), provenance())

        self._on_progress("translating", 0, 0)
        translations = self.translator.stream(sentences())
        for done, ((key, place), translation) in enumerate(translations, 1):
            running[key].translations[place] = translation
            self._on_progress("translating", done, taken)
            if not running[key].missing:
                yield from finished()
        yield from finished()

    def _result(self, done: "_Running", provenance: Mapping[str, Any]) -> Result:
        translations = tuple(done.translations[place] for place in range(done.size))
        titles = len(done.article.title)
        return Result(
            article=done.article,
            languages=self.settings.languages,
            title=translations[:titles],
            translations=translations[titles:],
            caution=self.settings.caution,
            provenance={**provenance, **of_cleaning(done.article)},
            seconds=self._loading | {"translation": time.perf_counter() - done.started},
        )

    def summarize(self, articles: Sequence[Article]) -> list[SummarizedResult]:
        """One result with a summary for each article, made on the route of the settings.

        `translate-first` translates the article and summarizes that; `direct` has the model write
        in the target language about the article as it is; `summarize-first` translates a summary in
        the source language. Within one language there is nothing to translate.
        """
        return _in_order(self.summarize_each(enumerate(articles)))

    def summarize_each(
        self, articles: Iterable[tuple[Hashable, Article]]
    ) -> Iterator[tuple[Hashable, SummarizedResult]]:
        """Each key with the result of its article, as in `translate_each`. The model writes about
        several at once.
        """
        results: dict[Hashable, Result] = {}
        started: dict[Hashable, float] = {}
        before = self._each_before_summary(articles)
        done = 0

        def requests() -> Iterator[tuple[Hashable, SummaryRequest]]:
            for key, result in before:
                self._on_progress("summarizing", done, 0)
                results[key], started[key] = result, time.perf_counter()
                yield key, self._request(result)

        summaries = routes.summarize_each(self._route, self._components, requests())
        for done, (key, summary) in enumerate(summaries, 1):
            result = results.pop(key)
            taken = time.perf_counter() - started.pop(key)
            self._on_progress("summarizing", done, 0)
            yield (
                key,
                SummarizedResult(
                    article=result.article,
                    languages=result.languages,
                    title=result.title,
                    translations=result.translations,
                    summary=summary,
                    caution=result.caution,
                    provenance=self.summary_provenance() | of_cleaning(result.article),
                    seconds={**self._loading, **result.seconds, "summarization": taken},
                ),
            )

    def summarize_together(self, articles: Sequence[Article]) -> MultiDocumentResult:
        """One summary of articles on one event, on the same routes."""
        started = time.perf_counter()
        results = _in_order(self._each_before_summary(enumerate(articles)))
        translated = time.perf_counter()
        self._on_progress("summarizing", 0, 1)
        requests = [self._request(result) for result in results]
        summary = routes.summarize(self._route, self._components, requests)
        seconds = {"summarization": time.perf_counter() - translated}
        if self._route.translates_articles:
            seconds = {"translation": translated - started, **seconds}
        self._on_progress("summarizing", 1, 1)
        indexes = {
            result.article.document.name: request.evidence
            for result, request in zip(results, requests, strict=True)
        }
        return MultiDocumentResult(
            results=tuple(results),
            summary=summary,
            unrelated=unrelated_documents(indexes),
            caution=self.settings.caution,
            provenance=self.summary_provenance() | of_cleaning(articles[0]),
            seconds=self._loading | seconds,
        )

    @cached_property
    def _route(self) -> Route:
        return route_of(self.settings)

    def _each_before_summary(
        self, articles: Iterable[tuple[Hashable, Article]]
    ) -> Iterator[tuple[Hashable, Result]]:
        """The articles, translated where the route wants that first: all of them before this
        returns, where memory holds one model at a time.
        """
        settings = self.settings
        if not self._route.translates_articles:
            return (
                (key, Result(article=each, languages=settings.languages, caution=settings.caution))
                for key, each in articles
            )
        translated = self.translate_each(articles)
        if self._components.take_turns(self._route.language(self.settings)):
            translated = iter(list(translated))
        return translated

    def _request(self, result: Result) -> SummaryRequest:
        """About the translation where there is one, as it is, else about the article."""
        result = replace(result, caution=Caution())
        article = result.article
        text = article.document.text
        evidence = index_article(
            result.translations or untranslated(article.segments),
            title=result.title or untranslated(article.title),
            text=text,
            languages=self.settings.languages,
            glossary=self._components.glossary,
            date=article.date,
            document=article.document.name,
        )
        if result.translations:
            text = join_translations(
                [translation for translation in result.translations if not is_lost(translation)]
            )
        return SummaryRequest(
            text=text,
            title=result.title_text if result.translations else join_segments(article.title),
            date=article.date,
            form=self.settings.form,
            evidence=evidence,
        )

    def translation_provenance(self) -> dict[str, Any]:
        """What affects a translation, by name, version and digest."""
        return provenance(self.settings, translator=self.translator)

    def summary_provenance(self) -> dict[str, Any]:
        """What affects a summary on the route of the settings."""
        translator = self.translator if self._route.translates else None
        return provenance(
            self.settings,
            translator=translator,
            summarizer=self.summarizer,
            route=self._route.name,
        )

    @property
    def loading_seconds(self) -> float:
        """How long it took to load the models that were needed so far."""
        return self._components.pool.loading_seconds

    @property
    def _loading(self) -> dict[str, float]:
        return {"loading": self.loading_seconds} if self.loading_seconds else {}
