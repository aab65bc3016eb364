"""What the chain is built from, as the settings say; each part is made when first needed."""

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from threading import Lock

from toolkit.engines.base import Engine, GenerationConfig
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.errors import ModelMissingError, UsageError
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.models.catalogue import DEFAULT_MODEL, catalogue
from toolkit.prompts import Prompt, load_prompt
from toolkit.settings import Settings
from toolkit.store import Store
from toolkit.summarization.abstractive import AbstractiveSummarizer
from toolkit.summarization.extractive import FALLBACK, METHODS, ExtractiveSummarizer
from toolkit.summarization.long_documents import PART
from toolkit.translation.glossary import Glossary, load_glossary
from toolkit.translation.search import EFFORTS
from toolkit.translation.translator import SentenceTranslator

AnySummarizer = AbstractiveSummarizer | ExtractiveSummarizer


class Components:
    """Engines are loaded once, also when one model does both tasks; `loading_seconds` is how long
    that took. `on_loading` is called before each, `on_trouble` when the store can't be used.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        on_loading: Callable[[], None] = lambda: None,
        on_trouble: Callable[[str], None] | None = None,
        engines: Mapping[str, Engine] | None = None,
    ) -> None:
        self.settings = settings
        self.loading_seconds = 0.0
        self._on_loading = on_loading
        self._on_trouble = on_trouble
        self._engines = dict(engines or {})
        self._summarizers: dict[str, AnySummarizer] = {}
        self._lock = Lock()

    @cached_property
    def store(self) -> Store | None:
        """Where what models answer is kept, None when that is switched off."""
        return open_store(self.settings, on_trouble=self._on_trouble)

    @cached_property
    def glossary(self) -> Glossary:
        source, target = self.settings.languages
        return load_glossary(self.settings.glossary, source_language=source, target_language=target)

    @cached_property
    def translator(self) -> SentenceTranslator:
        settings = self.settings
        source, target = settings.languages
        if settings.same_language:
            raise UsageError(f"there is nothing to translate from {source} to {target}")
        spec = catalogue().get(settings.translator_model)
        if spec and spec.direction not in (None, settings.languages):
            raise UsageError(
                f"{spec.id} translates {' to '.join(spec.direction)}, not {source} to {target}"
            )
        engine = self._engine(settings.translator_model)
        prompts = dict[str, Prompt]()
        if engine.info.family == "causal":
            names = {
                "prompt": settings.translation_prompt,
                "second_prompt": settings.second_translation_prompt,
            }
            prompts = {
                part: load_prompt("translation", name, languages=settings.languages)
                for part, name in names.items()
            }
            if EFFORTS["causal"][settings.quality].reverse:
                prompts["reverse_prompt"] = load_prompt(
                    "translation", "news", languages=(target, source)
                )
        return SentenceTranslator(
            engine=engine,
            source_language=source,
            target_language=target,
            glossary=self.glossary,
            quality=settings.quality,
            config=GenerationConfig(num_beams=settings.num_beams),
            lexicons=load_lexicons(source, target) if settings.lexicon else None,
            store=self.store,
            limits=settings.checks,
            max_tries=settings.max_tries,
            context_sentences=settings.context_sentences,
            **prompts,
        )

    def summarizer(self, language: str) -> AnySummarizer:
        """One that writes in `language`.

        Raises ModelMissingError for a model that was asked for; for the default one, if it is
        missing, sentences of the article have to do.
        """
        if language not in self._summarizers:
            self._summarizers[language] = self._make_summarizer(language)
        return self._summarizers[language]

    def _make_summarizer(self, language: str) -> AnySummarizer:
        settings = self.settings
        model = settings.summarizer_model
        translates = settings.route == "direct" and not settings.same_language
        if model in METHODS and translates:
            raise UsageError(f"{model} copies sentences, so on --route direct it can't translate")
        if model in METHODS:
            return ExtractiveSummarizer(model, language)
        try:
            engine = self._engine(model)
        except ModelMissingError as error:
            if settings.summarizer or model != DEFAULT_MODEL or translates:
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
        return AbstractiveSummarizer(
            engine=engine,
            language=language,
            prompts=prompts,
            store=self.store,
        )

    def _engine(self, model: str) -> Engine:
        with self._lock:
            return self._loaded(model)

    def _loaded(self, model: str) -> Engine:
        if model not in self._engines:
            settings = self.settings
            self._on_loading()
            started = time.perf_counter()
            self._engines[model] = load_engine(
                model,
                models_folder=settings.models_folder,
                options=EngineOptions(
                    engine=settings.engine,
                    device=settings.device,
                    compute_type=settings.compute_type,
                    threads=settings.threads,
                    batch_size=settings.batch_size,
                    kv_cache_mb=settings.kv_cache_mb,
                    languages=settings.languages,
                ),
            )
            self.loading_seconds += time.perf_counter() - started
        return self._engines[model]


def open_store(
    settings: Settings, *, on_trouble: Callable[[str], None] | None = None
) -> Store | None:
    """Where what models answer is kept, None when that is switched off."""
    if not settings.cache:
        return None
    max_bytes = settings.cache_max_mb * 1_000_000
    return Store(settings.cache_file, max_bytes=max_bytes, on_trouble=on_trouble)
