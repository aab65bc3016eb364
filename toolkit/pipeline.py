"""The chain: documents to articles, translations and summaries, with their provenance."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

from toolkit import __version__
from toolkit.cleaning import Cleaning, judge, refuse_empty
from toolkit.cleaning.blocks import TITLE
from toolkit.cleaning.language import identify_language, language_name
from toolkit.documents import (
    Block,
    Document,
    Segment,
    Summary,
    Translation,
    join_translations,
)
from toolkit.engines.base import Engine, GenerationConfig
from toolkit.engines.load import load_engine
from toolkit.errors import InputError, LanguageError
from toolkit.exonyms import places
from toolkit.prompts import Prompt, load_prompt
from toolkit.segmentation import split_sentences
from toolkit.settings import Settings
from toolkit.store import Store
from toolkit.summarization.checks import check_form
from toolkit.summarization.extractive import LEADS, LeadSummarizer
from toolkit.summarization.grounds import Grounds, grounds_of
from toolkit.summarization.statements import statements_of
from toolkit.summarization.summarize import PART, Summarizer, Task
from toolkit.summarization.when import date_facts
from toolkit.translation.glossary import load_glossary
from toolkit.translation.translate import Translator

MIN_LANGUAGE_CONFIDENCE = 0.6
BOTH_STAGES = ("translation", "summarization")

# Told the stage, how much of it is done and how much there is.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A cleaned document in sentences. `title` holds the sentences of its title."""

    document: Document
    blocks: tuple[Block, ...]
    steps: tuple[str, ...]
    segments: tuple[Segment, ...]
    title: tuple[Segment, ...] = ()

    @property
    def date(self) -> str:
        """The day on which it was published, as YYYY-MM-DD, or empty when the page doesn't say."""
        return self.document.metadata.get("date", "")[:10]


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


class Pipeline:
    """Engines are loaded when first needed, and once when one model does both tasks."""

    def __init__(
        self,
        settings: Settings,
        *,
        on_progress: Progress = lambda stage, done, total: None,
        engines: Mapping[str, Engine] | None = None,
    ) -> None:
        self.settings = settings
        self._on_progress = on_progress
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
        """Clean and split one document; `cleaned` says that it is an article already.

        `repeated` holds lines that stand on several pages of the site.
        Raises InputError when there is no article or too much of it, LanguageError when it is in
        another language.
        """
        refuse_surrogates(document)
        language = self.settings.source_language if check_language else None
        if cleaned:
            cleaning = Cleaning(document=document, blocks=())
            if language:
                refuse_language(document, language)
        else:
            keep = frozenset({TITLE}) if keep_title else frozenset[str]()
            cleaning = judge(
                document,
                language=language,
                keep=keep,
                steps=self.settings.steps,
                repeated=repeated,
            )
            refuse_unusable(cleaning, document, language=language)
        length = len(cleaning.document.text)
        if length > self.settings.max_document_chars:
            raise InputError(
                f"{document.name}: {length:,} characters is over the limit of "
                f"{self.settings.max_document_chars:,}; split the text, or raise "
                "max_document_chars in toolkit.toml"
            )
        return Article(
            document=cleaning.document,
            blocks=cleaning.blocks,
            steps=tuple(dict.fromkeys(change.step for change in cleaning.changes)),
            segments=split_sentences(cleaning.document.text),
            title=() if keep_title else split_sentences(cleaning.title),
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
        settings = self.settings
        same = settings.source_language == settings.target_language
        if settings.route == "translate-first" and not same:
            results = self.translate(articles)
        else:
            results = [Result(article=article) for article in articles]
        summarized = []
        for index, result in enumerate(results):
            self._on_progress("summarizing", index, len(results))
            started = time.perf_counter()
            if settings.route == "summarize-first" and not same:
                result = self._summarize_first(result)
            else:
                result = replace(result, summary=self.summarizer.summarize(self._task(result)))
            stages = ("summarization",) if settings.route == "direct" or same else BOTH_STAGES
            seconds = {**self._seconds, "summarization": time.perf_counter() - started}
            summarized.append(replace(result, provenance=self.provenance(*stages), seconds=seconds))
        self._on_progress("summarizing", len(results), len(results))
        return summarized

    def _task(self, result: Result) -> Task:
        """The translation where there is one, else the article."""
        article = result.article
        title = "".join(segment.text + segment.after for segment in article.title)
        return Task(
            text=result.translation_text if result.translations else article.document.text,
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
            result.translations
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

    def _summarize_first(self, result: Result) -> Result:
        """A summary in the article's language, translated and checked again."""
        draft = self._summarizer_in(self.settings.source_language).summarize(self._task(result))
        segments = tuple(each for each in split_sentences(draft.text) if each.text)
        translated = self.translator.translate(segments)
        grounds = self._grounds(result)
        form, language = self.settings.form, self.settings.target_language
        paragraphs = form.fit(join_translations(translated))  # a translation may be longer
        text = form.join(paragraphs)
        statements = statements_of(paragraphs, grounds, language)
        failed = check_form(text, language=language, max_words=draft.max_words)
        failed += [check for each in statements for check in each.failed]
        failed += [check for each in translated for check in each.failed]
        summary = replace(draft, text=text, statements=statements, failed=tuple(failed))
        return replace(result, summary=summary)

    @cached_property
    def store(self) -> Store | None:
        """Where finished work is kept, None when that is switched off."""
        return store_of(self.settings)

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
            store=self.store,
            limits=settings.checks,
            max_tries=settings.max_tries,
            context_sentences=settings.context_sentences,
        )

    @cached_property
    def summarizer(self) -> Summarizer | LeadSummarizer:
        return self._summarizer_in(self.settings.target_language)

    def _summarizer_in(self, language: str) -> Summarizer | LeadSummarizer:
        settings = self.settings
        name = settings.summarizer_model
        if name in LEADS:
            return LeadSummarizer(name, LEADS[name], language)
        engine = self._engine(settings.summarizer_model)
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
                "generation": asdict(translator.config),
            }
        if "summarization" in stages:
            summarizer = self.summarizer
            made_by: dict[str, Any] = {"method": self.settings.summarizer_model}
            if isinstance(summarizer, Summarizer):
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


def store_of(settings: Settings) -> Store | None:
    """Where finished work is kept, None when that is switched off."""
    if not settings.cache:
        return None
    return Store(settings.cache_file, max_bytes=settings.cache_max_mb * 1_000_000)


def refuse_unusable(cleaning: Cleaning, page: Document, *, language: str | None) -> None:
    """Raises LanguageError for a page in another language, InputError for one with no article."""
    if language:
        refuse_language(cleaning.document if cleaning.document.text else page, language)
    refuse_empty(cleaning)


def refuse_language(document: Document, expected: str) -> None:
    """Raises LanguageError when `document` is clearly not in the language `expected`."""
    found = identify_language(document.text)
    if found and found.code != expected and found.confidence >= MIN_LANGUAGE_CONFIDENCE:
        raise LanguageError(
            f"{document.name}: looks {found.name} ({found.confidence:.0%} sure), not "
            f"{language_name(expected)}; --from {expected} takes it as it is"
        )


def refuse_surrogates(document: Document) -> None:
    """Raises InputError for text that can't be written as UTF-8."""
    try:
        document.text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"{document.name}: holds a lone surrogate at character {error.start}"
        ) from error
