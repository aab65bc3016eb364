"""The chain: documents to articles, translations and summaries, with their provenance."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cached_property
from typing import Any

from toolkit import __version__
from toolkit.articles import Article, prepare
from toolkit.documents import Document, Summary, Translation, join_translations
from toolkit.engines.base import Engine, GenerationConfig
from toolkit.engines.load import load_engine
from toolkit.errors import ModelMissingError, UsageError
from toolkit.exonyms import places
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.models.catalogue import DEFAULT_MODEL
from toolkit.prompts import Prompt, load_prompt
from toolkit.results import Digest, Result
from toolkit.segmentation import split_sentences
from toolkit.settings import Settings
from toolkit.store import Store
from toolkit.summarization.checks import check_form
from toolkit.summarization.extractive import FALLBACK, METHODS, ExtractiveSummarizer
from toolkit.summarization.grounds import Grounds, grounds_of
from toolkit.summarization.statements import statements_of
from toolkit.summarization.summarize import PART, Summarizer, Task
from toolkit.summarization.together import Summarizing, joined, strangers, summarize_together
from toolkit.summarization.when import date_facts
from toolkit.translation.checks import LOST
from toolkit.translation.glossary import load_glossary
from toolkit.translation.translate import Translator

BOTH_STAGES = ("translation", "summarization")

# Told the stage, how much of it is done and how much there is.
Progress = Callable[[str, int, int], None]


class Pipeline:
    """Engines are loaded when first needed, and once when one model does both tasks.

    `on_trouble` is told when the store can't be used, and the run goes on; without it that raises
    StoreError.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        on_progress: Progress = lambda stage, done, total: None,
        on_trouble: Callable[[str], None] | None = None,
        engines: Mapping[str, Engine] | None = None,
    ) -> None:
        self.settings = settings
        self._on_progress = on_progress
        self._on_trouble = on_trouble
        self._engines = dict(engines or {})
        self._seconds: dict[str, float] = {}

    def prepare(
        self,
        document: Document,
        *,
        check_language: bool = True,
        cleaned: bool = False,
        keep_title: bool = False,
        repeated: Mapping[str, int] | None = None,
    ) -> Article:
        """Clean and split one document, as the settings say; see `prepare`."""
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

    def translate(self, articles: Sequence[Article]) -> list[Result]:
        """One result for each article; the sentences of all of them share batches."""
        translator = self.translator
        pooled = [
            segment for article in articles for segment in (*article.title, *article.segments)
        ]
        total, done = len(pooled), 0

        def count(finished: int) -> None:
            nonlocal done
            done += finished
            self._on_progress("translating", min(done, total), total)

        self._on_progress("translating", 0, total)
        started = time.perf_counter()
        translations = iter(translator.translate(pooled, count))
        self._seconds["translation"] = time.perf_counter() - started
        return [
            Result(
                article=article,
                title=tuple(next(translations) for _ in article.title),
                translations=tuple(next(translations) for _ in article.segments),
                provenance=self.provenance("translation"),
                seconds=dict(self._seconds),
            )
            for article in articles
        ]

    def summarize(self, articles: Sequence[Article]) -> list[Result]:
        """One result with a summary for each article, made on the route of the settings.

        `translate-first` translates the article and summarizes that; `direct` has the model write
        in the target language about the article as it is; `summarize-first` translates a summary in
        the source language. Within one language there is nothing to translate.
        """
        results = self._before_summaries(articles)
        summarized = []
        for index, result in enumerate(results):
            self._on_progress("summarizing", index, len(results))
            started = time.perf_counter()
            summary = self._summary([self._task(result)])
            seconds = {**self._seconds, "summarization": time.perf_counter() - started}
            made = replace(
                result, summary=summary, provenance=self.summary_provenance(), seconds=seconds
            )
            summarized.append(made)
        self._on_progress("summarizing", len(results), len(results))
        return summarized

    def summarize_together(self, articles: Sequence[Article]) -> Digest:
        """One summary of articles on one event, on the same routes."""
        results = self._before_summaries(articles)
        self._on_progress("summarizing", 0, 1)
        started = time.perf_counter()
        tasks = [self._task(result) for result in results]
        summary = self._summary(tasks)
        seconds = {**self._seconds, "summarization": time.perf_counter() - started}
        self._on_progress("summarizing", 1, 1)
        return Digest(
            results=tuple(results),
            summary=summary,
            strangers=strangers(
                {
                    result.article.document.name: task.grounds
                    for result, task in zip(results, tasks, strict=True)
                }
            ),
            provenance=self.summary_provenance(),
            seconds=seconds,
        )

    @property
    def _same_language(self) -> bool:
        return self.settings.source_language == self.settings.target_language

    def _before_summaries(self, articles: Sequence[Article]) -> list[Result]:
        """The articles, translated where the route wants that first."""
        if self.settings.route == "translate-first" and not self._same_language:
            return self.translate(articles)
        return [Result(article=article) for article in articles]

    def _summary(self, tasks: Sequence[Task]) -> Summary:
        """Of one task, or of several together."""
        first = self.settings.route == "summarize-first" and not self._same_language
        summarizer: Summarizing = self.summarizer
        if first:
            summarizer = self._summarizer_in(self.settings.source_language)
        if len(tasks) == 1:
            summary = summarizer.summarize(tasks[0])
        else:
            summary = summarize_together(summarizer, tasks)
        return self._translated(summary, tasks) if first else summary

    def _translated(self, draft: Summary, tasks: Sequence[Task]) -> Summary:
        """A summary in the articles' language, translated and checked again."""
        segments = tuple(each for each in split_sentences(draft.text) if each.text)
        translated = self.translator.translate(segments)
        form, language = self.settings.form, self.settings.target_language
        paragraphs = form.fit(join_translations(translated))  # a translation may be longer
        text = form.join(paragraphs)
        grounds = joined([task.grounds for task in tasks])
        statements = statements_of(paragraphs, grounds, language)
        failed = check_form(text, language=language, max_words=draft.max_words)
        failed += [check for each in statements for check in each.failed]
        failed += [check for each in translated for check in each.failed]
        return replace(draft, text=text, statements=statements, failed=tuple(failed))

    def _task(self, result: Result) -> Task:
        """The translation where there is one, else the article."""
        article = result.article
        title = "".join(segment.text + segment.after for segment in article.title)
        own = [each for each in result.translations if not _is_lost(each)]
        return Task(
            text=join_translations(own) if result.translations else article.document.text,
            title=result.title_text if result.translations else title,
            date=article.date,
            form=self.settings.form,
            grounds=self._grounds(result),
        )

    def _grounds(self, result: Result) -> Grounds:
        article = result.article
        languages = (self.settings.source_language, self.settings.target_language)
        text = article.document.text
        glossary = load_glossary(
            self.settings.glossary, source_language=languages[0], target_language=languages[1]
        )
        return grounds_of(
            [replace(each, text="") if _is_lost(each) else each for each in result.translations]
            or [Translation(segment=each, text="") for each in article.segments],
            title=result.title or [Translation(segment=each, text="") for each in article.title],
            facts=date_facts(article.date, text, languages[0]),
            names=(
                *(term.target for term in glossary.occurring(text)),
                *places(text, *languages).values(),
            ),
            languages=languages,
            document=article.document.name,
        )

    @cached_property
    def store(self) -> Store | None:
        """Where finished work is kept, None when that is switched off."""
        return store_of(self.settings, on_trouble=self._on_trouble)

    @cached_property
    def translator(self) -> Translator:
        settings = self.settings
        languages = (settings.source_language, settings.target_language)
        engine = self._engine(settings.translator_model)
        prompts: tuple[Prompt | None, Prompt | None] = (None, None)
        if engine.info.family == "causal":
            prompts = (
                load_prompt("translation", settings.translation_prompt, languages=languages),
                load_prompt("translation", settings.second_translation_prompt, languages=languages),
            )
        return Translator(
            engine=engine,
            source_language=settings.source_language,
            target_language=settings.target_language,
            prompt=prompts[0],
            second_prompt=prompts[1],
            glossary=load_glossary(
                settings.glossary,
                source_language=settings.source_language,
                target_language=settings.target_language,
            ),
            config=GenerationConfig(beam_size=settings.beam_size),
            lexicons=load_lexicons(*languages) if settings.lexicon else None,
            store=self.store,
            limits=settings.checks,
            max_tries=settings.max_tries,
            context_sentences=settings.context_sentences,
        )

    @cached_property
    def summarizer(self) -> Summarizer | ExtractiveSummarizer:
        return self._summarizer_in(self.settings.target_language)

    def _summarizer_in(self, language: str) -> Summarizer | ExtractiveSummarizer:
        """Raises ModelMissingError for a model that was asked for; for the default one, if it is
        missing, sentences of the article have to do.
        """
        settings = self.settings
        model = settings.summarizer_model
        direct = settings.route == "direct" and not self._same_language
        if model in METHODS and direct:
            raise UsageError(f"{model} copies sentences, so on --route direct it can't translate")
        if model in METHODS:
            return ExtractiveSummarizer(model, language)
        try:
            engine = self._engine(model)
        except ModelMissingError as error:
            if settings.summarizer or model != DEFAULT_MODEL or direct:
                raise
            return ExtractiveSummarizer(FALLBACK, language, reason=str(error))
        prompts = {}
        if engine.info.family == "causal":
            name = settings.form.prompt
            source = language if settings.route == "translate-first" else settings.source_language
            prompts[name] = load_prompt(
                "summarization",
                settings.summarization_prompt or name,
                languages=(source, language),
            )
            if PART.prompt not in prompts:
                prompts[PART.prompt] = load_prompt("summarization", PART.prompt)
        return Summarizer(
            engine=engine,
            language=language,
            prompts=prompts,
            config=GenerationConfig(beam_size=settings.beam_size),
            store=self.store,
        )

    def summary_provenance(self) -> dict[str, Any]:
        """That of a summary on the route of the settings."""
        direct = self.settings.route == "direct" or self._same_language
        return self.provenance(*(("summarization",) if direct else BOTH_STAGES))

    def provenance(self, *stages: str) -> dict[str, Any]:
        """What affects the output of `stages`, by name, version and digest."""
        record: dict[str, Any] = {"toolkit": __version__}
        if "translation" in stages:
            translator = self.translator
            prompts = [p for p in (translator.prompt, translator.second_prompt) if p]
            record["translation"] = {
                **translator.engine.info.as_dict(),
                "languages": [translator.source_language, translator.target_language],
                "prompts": {prompt.name: prompt.digest for prompt in prompts},
                "glossary": {translator.glossary.name: translator.glossary.digest},
                "lexicon": translator.lexicons.digest if translator.lexicons else "",
                "generation": asdict(translator.config),
            }
        if "summarization" in stages:
            summarizer = self.summarizer
            if isinstance(summarizer, ExtractiveSummarizer):
                made_by: dict[str, Any] = {"method": summarizer.method}
            else:
                made_by = {
                    **summarizer.engine.info.as_dict(),
                    "prompts": {each.name: each.digest for each in summarizer.prompts.values()},
                    "generation": asdict(summarizer.config),
                }
            record["summarization"] = {
                **made_by,
                "language": summarizer.language,
                "route": self.settings.route,
                "length": self.settings.length,
                "style": self.settings.style,
                "max_words": self.settings.form.max_words,
            }
        return record

    def _engine(self, model: str) -> Engine:
        if model not in self._engines:
            settings = self.settings
            self._on_progress("loading the model", 0, 0)
            started = time.perf_counter()
            self._engines[model] = load_engine(
                model,
                models_folder=settings.models_folder,
                engine=settings.engine,
                device=settings.device,
                compute_type=settings.compute_type,
                threads=settings.threads,
                batch_size=settings.batch_size,
                source_language=settings.source_language,
                target_language=settings.target_language,
            )
            self._seconds["loading"] = (
                self._seconds.get("loading", 0.0) + time.perf_counter() - started
            )
        return self._engines[model]


def _is_lost(translation: Translation) -> bool:
    """Whether what came back for a sentence is not what the article says, and so not to be told."""
    return any(check.name == LOST for check in translation.failed)


def store_of(
    settings: Settings, *, on_trouble: Callable[[str], None] | None = None
) -> Store | None:
    """Where finished work is kept, None when that is switched off."""
    if not settings.cache:
        return None
    max_bytes = settings.cache_max_mb * 1_000_000
    return Store(settings.cache_file, max_bytes=max_bytes, on_trouble=on_trouble)
