"""The engines that are loaded, by model."""

import time
from collections.abc import Callable, Collection, Mapping
from functools import partial
from threading import Lock

from toolkit.engines.base import Engine
from toolkit.engines.endpoint.address import Address
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.engines.reloadable import ReloadableEngine
from toolkit.engines.shared import SharedEngine
from toolkit.models.catalogue import catalogue
from toolkit.models.choice import memory_of, refuse_large
from toolkit.models.machine import usable_memory
from toolkit.settings import Settings

Languages = tuple[str, str]  # of the input and of the output


class EnginePool:
    """Each engine is loaded when first needed, once, as `settings` say; one whose tokenizer is told
    the languages, once for each pair of them.

    `on_loading` is called before each, `on_trouble` when texts are sent elsewhere. Engines that are
    `shared` may be used by several threads at once. `loading_seconds` is how long loading took.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        on_loading: Callable[[], None] = lambda: None,
        on_trouble: Callable[[str], None] | None = None,
        engines: Mapping[str, Engine] | None = None,
        shared: bool = False,
    ) -> None:
        self.loading_seconds = 0.0
        self._settings = settings
        self._on_loading = on_loading
        self._on_trouble = on_trouble
        self._shared = shared
        offered = {model: self._offered(each) for model, each in (engines or {}).items()}
        self._engines: dict[tuple[str, Languages | None], Engine] = {
            (model, None): each for model, each in offered.items()
        }
        self._reloadable: list[ReloadableEngine] = []
        self._lock = Lock()

    def engine(self, model: str, languages: Languages) -> Engine:
        """Raises ModelError for a model that can't be loaded, or is too large for the memory."""
        key = (model, languages if self._is_told(model) else None)
        with self._lock:
            if key not in self._engines:
                loaded = ReloadableEngine(partial(self._load, *key))
                self._reloadable.append(loaded)
                self._engines[key] = self._offered(loaded)
            return self._engines[key]

    def fit(self, models: Collection[str]) -> bool:
        """Whether these go into memory together. Raises ModelError for one that doesn't alone."""
        for model in models:
            self._refuse_large(model)
        memory = usable_memory(self._settings.max_memory_mb)
        return not memory or sum(map(self._memory_of, models)) <= memory

    def _offered(self, engine: Engine) -> Engine:
        return SharedEngine(engine) if self._shared else engine

    def _is_told(self, model: str) -> bool:
        """Whether `model` is one of ours that has to be told the languages."""
        spec = None if self._settings.endpoint else catalogue().get(model)
        return bool(spec and spec.language_codes)

    def _load(self, model: str, languages: Languages | None) -> Engine:
        settings = self._settings
        self._refuse_large(model)
        self._make_room(model, languages)
        self._on_loading()
        if not self._engines:
            self._warn_of_remote()
        started = time.perf_counter()
        engine = load_engine(
            model,
            models_folder=settings.models_folder,
            options=EngineOptions(
                engine=settings.engine,
                device=settings.device,
                compute_type=settings.compute_type,
                threads=settings.threads,
                batch_size=settings.batch_size,
                kv_cache_mb=settings.kv_cache_mb,
                languages=languages or settings.languages,
                endpoint=settings.endpoint,
                endpoint_timeout_s=settings.endpoint_timeout_s,
                allow_remote=settings.allow_remote,
            ),
        )
        self.loading_seconds += time.perf_counter() - started
        return engine

    def _refuse_large(self, model: str) -> None:
        if not self._settings.endpoint:
            folder, most = self._settings.models_folder, self._settings.max_memory_mb
            refuse_large(model, folder, max_memory_mb=most)

    def _make_room(self, model: str, languages: Languages | None) -> None:
        """Unload the other models where they and this one don't fit into memory together; they are
        loaded again when they are needed.
        """
        wanted = {(model, languages), *self._engines}
        if not self.fit([each for each, _ in wanted]):
            for engine in self._reloadable:
                engine.unload()

    def _memory_of(self, model: str) -> int:
        """The bytes that it takes of ours; a server has its own."""
        return 0 if self._settings.endpoint else memory_of(model, self._settings.models_folder)

    def _warn_of_remote(self) -> None:
        """Nothing of ours leaves the machine unless that was asked for, and then it is told."""
        endpoint = self._settings.endpoint
        if self._on_trouble and endpoint and (warning := Address.parse(endpoint).warning):
            self._on_trouble(warning)
