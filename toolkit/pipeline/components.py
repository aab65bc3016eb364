"""What the chain is built from, as the settings say; each part is made when first needed."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from toolkit.engines.base import GenerationConfig
from toolkit.engines.load import FAKE
from toolkit.errors import ModelError, ModelMissingError, UsageError
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.models.catalogue import (
    AUTO_MODEL,
    ModelSpec,
    PromptUse,
    Task,
    catalogue,
    in_order,
)
from toolkit.models.choice import best_installed
from toolkit.models.machine import usable_memory
from toolkit.pipeline.engine_pool import EnginePool, Pool
from toolkit.prompts import Prompt, load_prompt
from toolkit.settings import AUTO, DEFAULT_SOURCE, Settings
from toolkit.store import Store
from toolkit.summarization.abstractive import STATEMENT, AbstractiveSummarizer
from toolkit.summarization.drafting import SUMMARY_CONFIG
from toolkit.summarization.extractive import FALLBACK, METHODS, ExtractiveSummarizer
from toolkit.summarization.long_documents import PART
from toolkit.translation.glossary import Glossary, load_glossary
from toolkit.translation.search import EFFORTS, TRANSLATION_CONFIG
from toolkit.translation.translator import SentenceTranslator

AnySummarizer = AbstractiveSummarizer | ExtractiveSummarizer


class Components:
    """Engines come from `pool`; one model may do both tasks. `on_trouble` is called when the store
    can't be used, which is the one of the settings unless one is given.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        pool: Pool | None = None,
        on_trouble: Callable[[str], None] | None = None,
        store: Store | None = None,
    ) -> None:
        self.settings = settings
        self._store = store
        self.pool = pool or EnginePool(settings)
        self._on_trouble = on_trouble
        self._translator: SentenceTranslator | None = None
        self._summarizers: dict[str, AnySummarizer] = {}

    @cached_property
    def store(self) -> Store | None:
        """Where what models answer is kept, None when that is switched off."""
        return self._store or open_store(self.settings, on_trouble=self._on_trouble)

    @cached_property
    def glossary(self) -> Glossary:
        source, target = self.settings.languages
        return load_glossary(self.settings.glossary, source_language=source, target_language=target)

    @property
    def translator(self) -> SentenceTranslator:
        # A cached_property of Python 3.11 has one lock for the translators of all threads, and to
        # wait for the turn of a model with it would hold up all.
        if self._translator is None:
            self._translator = self._make_translator()
        return self._translator

    def _make_translator(self) -> SentenceTranslator:
        settings = self.settings
        source, target = settings.languages
        spec = self._translator_spec()
        engine = self.pool.engine(self.translator_model, settings.languages)
        prompts = self._translation_prompts(spec) if engine.info.family == "causal" else {}
        config = _prescribed(TRANSLATION_CONFIG, spec)
        if "num_beams" in settings.model_fields_set:
            config = replace(config, num_beams=settings.num_beams)
        return SentenceTranslator(
            engine=engine,
            source_language=source,
            target_language=target,
            glossary=self.glossary,
            quality=settings.quality,
            config=config,
            lexicons=load_lexicons(source, target) if settings.lexicon else None,
            store=self.store,
            limits=settings.checks,
            max_tries=settings.max_tries,
            context_sentences=settings.context_sentences,
            prompt=prompts.get("prompt"),
            second_prompt=prompts.get("second_prompt"),
            reverse_prompt=prompts.get("reverse_prompt"),
        )

    def _translator_spec(self) -> ModelSpec | None:
        """That of the model that translates. Raises UsageError for one that can't, or not between
        the languages.
        """
        source, target = self.settings.languages
        if self.settings.same_language:
            raise UsageError(f"there is nothing to translate from {source} to {target}")
        if self.translator_model in METHODS:
            raise UsageError(
                f"{self.translator_model} copies sentences and can't translate; give it as "
                "--summarizer"
            )
        spec = self._spec(self.translator_model)
        if spec and spec.direction not in (None, (source, target)):
            raise UsageError(
                f"{spec.id} translates {' to '.join(spec.direction)}, not {source} to {target}"
            )
        if spec and (codes := spec.language_codes) and not {source, target} <= codes.keys():
            raise UsageError(f"{spec.id} knows {', '.join(codes)}, not {source} to {target}")
        return spec

    def _translation_prompts(self, spec: ModelSpec | None) -> dict[str, Prompt]:
        """Raises UsageError for those of other languages."""
        source, target = self.settings.languages
        names = {
            "prompt": self._prompt_name("translation", spec),
            "second_prompt": self._prompt_name("second_translation", spec),
        }
        prompts = {
            part: load_prompt("translation", name, languages=(source, target))
            for part, name in names.items()
        }
        if EFFORTS["causal"][self.settings.quality].reverse:
            name = spec.prompts.get("translation", "news") if spec else "news"
            prompts["reverse_prompt"] = load_prompt("translation", name, languages=(target, source))
        return prompts

    def refuse_translation(self) -> None:
        """Raises UsageError where it shows before the model is loaded that it can't translate
        between the languages. Of a folder it shows later, since its kind isn't known.
        """
        spec = self._translator_spec()
        if self._is_prompted(self.translator_model):
            self._translation_prompts(spec)

    def refuse_summaries(self, language: str) -> None:
        """The same for summaries in `language`."""
        asked = self.settings.summarizer_model
        if asked in METHODS:
            self._refuse_method(asked)
        elif self._is_prompted(self.summarizer_model(language)):
            self._summary_prompts(language)

    def takes_prompt(self, model: str) -> bool:
        """Whether the model is asked by prompts. Where its kind isn't known, it is loaded now."""
        if model in METHODS:
            return False
        if self._spec(model) or self._is_prompted(model):
            return self._is_prompted(model)
        return self.pool.engine(model, self.settings.languages).info.family == "causal"

    def _is_prompted(self, model: str) -> bool:
        """Whether it surely is; see `refuse_translation`."""
        spec = self._spec(model)
        return bool(self.settings.endpoint) or model == FAKE or (spec and spec.family) == "causal"

    @cached_property
    def translator_model(self) -> str:
        """The model that translates. Raises ModelMissingError where none is installed."""
        return self._chosen(self.settings.translator_model, "translation", *self.settings.languages)

    def summarizer_model(self, language: str) -> str:
        """The model that writes in `language`. Raises ModelMissingError where none is installed."""
        source = self.settings.source_language if self._writes_across else language
        return self._chosen(self.settings.summarizer_model, "summarization", source, language)

    @property
    def _writes_across(self) -> bool:
        """Whether summaries are written in another language than what they are about."""
        return self.settings.route == "direct" and not self.settings.same_language

    def _chosen(self, asked: str, task: Task, source: str, target: str) -> str:
        if asked != AUTO_MODEL or self.settings.endpoint:
            return asked
        settings = self.settings
        memory = usable_memory(settings.max_memory_mb)
        folder = settings.models_folder
        best = best_installed(task, source, target, models_folder=folder, memory=memory)
        if best is None:
            none = not in_order(task, source, target)
            raise ModelMissingError(task=task, languages=settings.languages, none=none)
        return best

    def _spec(self, model: str) -> ModelSpec | None:
        """The entry of a model of ours; a server may have another by the same name."""
        return None if self.settings.endpoint else catalogue().get(model)

    def _prompt_name(self, use: PromptUse, spec: ModelSpec | None) -> str:
        """That of the settings where they say one, else that of the model's makers if there is
        one.
        """
        setting = f"{use}_prompt"
        name = str(getattr(self.settings, setting))
        if spec is None or setting in self.settings.model_fields_set:
            return name
        return spec.prompts.get(use, name)

    def summarizer(self, language: str) -> AnySummarizer:
        """One that writes in `language`.

        Raises ModelMissingError for a model that was asked for; where none is installed, sentences
        of the article have to do.
        """
        if language not in self._summarizers:
            self._summarizers[language] = self._make_summarizer(language)
        return self._summarizers[language]

    def _make_summarizer(self, language: str) -> AnySummarizer:
        settings = self.settings
        translates = self._writes_across
        asked = settings.summarizer_model
        if asked in METHODS:
            self._refuse_method(asked)
            return ExtractiveSummarizer(asked, language)
        try:
            model = self.summarizer_model(language)
            engine = self.pool.engine(model, settings.languages)
        except ModelMissingError as error:
            if asked != AUTO_MODEL or translates:
                raise
            return ExtractiveSummarizer(FALLBACK, language, reason=str(error))
        causal = engine.info.family == "causal"
        return AbstractiveSummarizer(
            engine=engine,
            language=language,
            prompts=self._summary_prompts(language) if causal else {},
            config=_prescribed(SUMMARY_CONFIG, self._spec(model)),
            store=self.store,
        )

    def _summary_prompts(self, language: str) -> dict[str, Prompt]:
        """Raises UsageError for one of other languages."""
        settings = self.settings
        name = settings.form.prompt
        source = language if settings.route == "translate-first" else settings.source_language
        prompt = settings.summarization_prompt or name
        prompts = {name: load_prompt("summarization", prompt, languages=(source, language))}
        for name in (PART.prompt, STATEMENT):
            if name not in prompts:
                prompts[name] = load_prompt("summarization", name)
        return prompts

    def _refuse_method(self, method: str) -> None:
        if self._writes_across:
            raise UsageError(f"{method} copies sentences, so on --route direct it can't translate")

    def take_turns(self, language: str) -> bool:
        """Whether the model that translates and the one that writes in `language` don't fit into
        memory together. Raises ModelError for one that doesn't fit alone.
        """
        try:
            models = {self.translator_model, self.summarizer_model(language)}
        except ModelMissingError:
            return False
        return not self.pool.fit(models)


def _prescribed(ours: GenerationConfig, spec: ModelSpec | None) -> GenerationConfig:
    """What the model's makers prescribe, and `ours` for the rest."""
    return replace(ours, **spec.generation.settings) if spec else ours


def models_in_use(settings: Settings) -> list[str | ModelError]:
    """The models that make a summary as the settings say, each once; for what none can be chosen
    for, the error that says so.
    """
    if settings.source_language == AUTO:
        settings = settings.model_copy(update={"source_language": DEFAULT_SOURCE})
    components = Components(settings)
    source, target = settings.languages
    written = source if settings.route == "summarize-first" else target
    wanted: list[Callable[[], str]] = [lambda: components.summarizer_model(written)]
    if not settings.same_language:
        wanted.insert(0, lambda: components.translator_model)
    found: list[str | ModelError] = []
    for choose in wanted:
        try:
            model: str | ModelError = choose()
        except ModelError as error:
            model = error
        if model not in found:
            found.append(model)
    return found


def open_store(
    settings: Settings, *, on_trouble: Callable[[str], None] | None = None
) -> Store | None:
    """Where what models answer is kept, None when that is switched off."""
    if not settings.cache:
        return None
    max_bytes = settings.cache_max_mb * 1_000_000
    return Store(settings.cache_file, max_bytes=max_bytes, on_trouble=on_trouble)
