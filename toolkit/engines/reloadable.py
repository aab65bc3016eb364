"""An engine whose memory can be had for another one meanwhile."""

import gc
from collections.abc import Callable, Iterator, Sequence
from threading import Lock

from toolkit.engines.base import (
    Candidate,
    Engine,
    EngineInfo,
    GenerationRequest,
    Output,
    Pull,
    Source,
)


class ReloadableEngine:
    """Loads its engine when made, and again when it is used after `unload`."""

    def __init__(self, load: Callable[[], Engine]) -> None:
        self._load = load
        self._lock = Lock()
        self.was_used = False  # since it was loaded
        self._engine: Engine | None = load()
        self._info, self._max_source_tokens = self._engine.info, self._engine.max_source_tokens

    @property
    def info(self) -> EngineInfo:
        return self._info

    @property
    def max_source_tokens(self) -> int:
        return self._max_source_tokens

    @property
    def loaded(self) -> Engine | None:
        """The engine, if it is in memory."""
        return self._engine

    def count_tokens(self, source: Source) -> int:
        return self._loaded().count_tokens(source)

    def stream(self, pull: Pull) -> Iterator[tuple[GenerationRequest, Output]]:
        return self._loaded().stream(pull)

    def score(self, sources: Sequence[Source], targets: Sequence[str]) -> list[Candidate]:
        return self._loaded().score(sources, targets)

    def unload(self) -> None:
        """Free the memory, once no stream runs any more."""
        self._engine = None
        self.was_used = False
        gc.collect()

    def _loaded(self) -> Engine:
        with self._lock:
            engine = self._engine or self._load()
            self._engine = engine
            self.was_used = True
            return engine
