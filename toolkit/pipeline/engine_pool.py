"""The engines that are loaded, by model."""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from threading import Lock
from typing import NamedTuple, Protocol, cast

from toolkit.engines.base import Engine
from toolkit.engines.checked import CheckedEngine
from toolkit.engines.endpoint.address import Address
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.engines.reloadable import ReloadableEngine
from toolkit.engines.shared import SharedEngine
from toolkit.engines.turns import SLICE_SECONDS, Turns, nothing
from toolkit.models.catalogue import catalogue
from toolkit.models.choice import memory_of, refuse_large
from toolkit.models.machine import usable_memory
from toolkit.settings import Settings

Languages = tuple[str, str]  # of the input and of the output


class Pool(Protocol):
    """Where a pipeline has its engines from."""

    @property
    def loading_seconds(self) -> float: ...

    def engine(self, model: str, languages: Languages) -> Engine: ...

    def fit(self, models: Collection[str]) -> bool: ...


class _Name(NamedTuple):
    """Of an engine. Its languages matter where its tokenizer is told them."""

    model: str
    languages: Languages | None


class EnginePool:
    """Each engine is loaded when first needed, once, as `settings` say; one whose tokenizer is told
    the languages, once for each pair of them.

    `on_loading` is called before each, `on_trouble` when texts are sent elsewhere or a model is
    outdated. Engines that are `shared` may be used by several threads at once, each by `view`;
    models that don't fit into memory together take turns then. `loading_seconds` is how long
    loading took.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        on_loading: Callable[[], None] = lambda: None,
        on_trouble: Callable[[str], None] | None = None,
        engines: Mapping[str, Engine] | None = None,
        shared: bool = False,
        slice_seconds: float = SLICE_SECONDS,
    ) -> None:
        self.loading_seconds = 0.0
        self._settings = settings
        self._on_loading = on_loading
        self._on_trouble = on_trouble
        self._shared = shared
        self._given = frozenset(engines or ())
        self._turns = Turns(self._fit_together, slice_seconds=slice_seconds)
        self._reloadable: dict[_Name, ReloadableEngine] = {}
        self._locks: dict[_Name, Lock] = defaultdict(Lock)
        self._lock = Lock()
        self._engines = {
            name: self._offered(name, each)
            for model, each in (engines or {}).items()
            for name in [_Name(model, None)]
        }

    def engine(
        self, model: str, languages: Languages, check: Callable[[], None] = nothing
    ) -> Engine:
        """`check` is called while the turn of the model is waited for.

        Raises ModelError for a model that can't be loaded, or is too large for the memory.
        """
        name = self._name(model, languages)
        with self._lock:
            lock = self._locks[name]
        with lock:
            if name not in self._engines:
                with self._turn(name, check):
                    engine = ReloadableEngine(partial(self._load, name, languages))
                    self._reloadable[name] = engine
                self._engines[name] = self._offered(name, engine)
            return self._engines[name]

    def is_loaded(self, model: str, languages: Languages) -> bool:
        return self._name(model, languages) in self._engines

    @contextmanager
    def room(self, model: str, check: Callable[[], None] = nothing) -> Iterator[None]:
        """Time in which `model` may be in memory for somebody else's purposes."""
        name = self._name(model, self._settings.languages)
        with self._turn(name, check):
            self._make_room(name)
            yield

    def view(
        self,
        *,
        check: Callable[[], None],
        on_loading: Callable[[], None] = nothing,
        urgent: bool = False,
    ) -> "PoolView":
        """The pool for one pipeline; see CheckedEngine for `check` and `urgent`."""
        return PoolView(self, check=check, on_loading=on_loading, urgent=urgent)

    def fit(self, models: Collection[str]) -> bool:
        """Whether these go into memory together. Raises ModelError for one that doesn't alone."""
        for model in models:
            self._refuse_large(model)
        return self._fit_together([_Name(model, None) for model in models])

    def renew(self) -> None:
        """Have the models forget what they were asked. A causal one keeps pages of it, which change
        what it answers next; it is loaded again when it is used, unless it wasn't yet.
        """
        for engine in self._reloadable.values():
            if engine.info.family == "causal" and engine.was_used:
                engine.unload()

    def _make_room(self, name: _Name) -> None:
        """Unload the other models where they don't fit into memory together with this one; they are
        loaded again when they are needed. Those that have their turn stay.
        """
        loaded = {name for name, each in [*self._reloadable.items()] if each.loaded}
        in_use = self._turns.in_use  # some of them are being loaded
        if not self._fit_together({name, *in_use, *loaded}):
            for each in loaded - in_use:
                self._reloadable[each].unload()

    def _turn(self, name: _Name, check: Callable[[], None]) -> AbstractContextManager[None]:
        return self._turns.turn(name, check=check) if self._shared else nullcontext()

    def _name(self, model: str, languages: Languages) -> _Name:
        if self._settings.endpoint or model in self._given:
            return _Name(model, None)
        spec = catalogue().get(model)
        return _Name(model, languages if spec and spec.language_codes else None)

    def _offered(self, name: _Name, engine: Engine) -> Engine:
        if not self._shared:
            return engine
        return SharedEngine(
            engine,
            turn=partial(self._turns.turn, name),
            is_over=partial(self._turns.is_over, name),
        )

    def _load(self, name: _Name, languages: Languages) -> Engine:
        settings, model = self._settings, name.model
        self._refuse_large(model)
        self._make_room(name)
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
                beside_threads=self._shared,
                languages=languages,
                endpoint=settings.endpoint,
                endpoint_timeout_s=settings.endpoint_timeout_s,
                allow_remote=settings.allow_remote,
            ),
            on_trouble=self._on_trouble,
        )
        self.loading_seconds += time.perf_counter() - started
        self._turns.restart(name)
        return engine

    def _fit_together(self, names: Collection[Hashable]) -> bool:
        memory = usable_memory(self._settings.max_memory_mb)
        models = [cast(_Name, name).model for name in names]
        return not memory or sum(map(self._memory_of, models)) <= memory

    def _refuse_large(self, model: str) -> None:
        if not self._settings.endpoint:
            folder, most = self._settings.models_folder, self._settings.max_memory_mb
            refuse_large(model, folder, max_memory_mb=most)

    def _memory_of(self, model: str) -> int:
        """The bytes that it takes of ours; a server has its own."""
        return 0 if self._settings.endpoint else memory_of(model, self._settings.models_folder)

    def _warn_of_remote(self) -> None:
        """Nothing of ours leaves the machine unless that was asked for, and then it is told."""
        endpoint = self._settings.endpoint
        if self._on_trouble and endpoint and (warning := Address.parse(endpoint).warning):
            self._on_trouble(warning)


class PoolView:
    """A shared pool for one user. `loading_seconds` is how long loading took meanwhile."""

    def __init__(
        self,
        pool: EnginePool,
        *,
        check: Callable[[], None],
        on_loading: Callable[[], None],
        urgent: bool = False,
    ) -> None:
        self._pool = pool
        self._check = check
        self._urgent = urgent
        self._on_loading = on_loading
        self._loading_before = pool.loading_seconds

    @property
    def loading_seconds(self) -> float:
        return self._pool.loading_seconds - self._loading_before

    def engine(self, model: str, languages: Languages) -> Engine:
        """As `EnginePool.engine`."""
        if not self._pool.is_loaded(model, languages):
            self._on_loading()
        engine = self._pool.engine(model, languages, self._check)
        return CheckedEngine(cast(SharedEngine, engine), self._check, self._urgent)

    def fit(self, models: Collection[str]) -> bool:
        """As `EnginePool.fit`."""
        return self._pool.fit(models)
