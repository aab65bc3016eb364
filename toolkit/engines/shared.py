"""One engine for many threads at once, whose requests run in the same batch."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from copy import copy
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from threading import Condition, Thread
from typing import TypeVar, cast

from toolkit.engines.base import (
    Candidate,
    Engine,
    EngineInfo,
    GenerationRequest,
    Output,
    Pull,
    Source,
    refuse_long,
)

Asked = TypeVar("Asked")
MAX_PENDING = 64  # requests of one stream: two of the largest batches, so that none is short


@dataclass(eq=False, slots=True)
class _Client:
    """A stream: what it waits for, and what has come for it."""

    waiting: deque[GenerationRequest] = field(default_factory=deque)
    running: int = 0
    answers: SimpleQueue[tuple[GenerationRequest, Output] | Exception] = field(
        default_factory=SimpleQueue
    )


@dataclass(eq=False, frozen=True, slots=True)
class _Place:
    client: _Client
    request: GenerationRequest


@dataclass(eq=False, frozen=True, slots=True)
class _Scoring:
    sources: Sequence[Source]
    targets: Sequence[str]
    future: Future[list[Candidate]] = field(default_factory=Future)


class SharedEngine:
    """Streams of several threads become one of `engine`, which only one thread ever runs.

    A place that gets free goes to the stream that has fewest, so that a sentence needn't wait until
    a long document is done. A stream that is closed gives up what it still waits for.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._clients: deque[_Client] = deque()  # whose turn is longest ago first
        self._scorings: deque[_Scoring] = deque()
        self._condition = Condition()
        self._thread: Thread | None = None

    @property
    def info(self) -> EngineInfo:
        return self._engine.info

    @property
    def max_source_tokens(self) -> int:
        return self._engine.max_source_tokens

    def count_tokens(self, source: Source) -> int:
        return self._engine.count_tokens(source)

    def stream(self, pull: Pull) -> Iterator[tuple[GenerationRequest, Output]]:
        client, pending = _Client(), 0
        with self._condition:
            self._clients.append(client)
        try:
            while True:
                while pending < MAX_PENDING and (request := pull()) is not None:
                    # One that is too long would end the stream of all.
                    refuse_long([self.count_tokens(request.source)], self.max_source_tokens)
                    self._run(client.waiting, request)
                    pending += 1
                if not pending:
                    return
                answer = client.answers.get()
                if isinstance(answer, Exception):
                    raise answer
                pending -= 1
                yield answer
        finally:
            with self._condition:
                self._clients.remove(client)

    def score(self, sources: Sequence[Source], targets: Sequence[str]) -> list[Candidate]:
        scoring = _Scoring(sources, targets)
        self._run(self._scorings, scoring)
        return scoring.future.result()

    def _run(self, queue: deque[Asked], asked: Asked) -> None:
        with self._condition:
            queue.append(asked)
            if self._thread is None:
                self._thread = Thread(target=self._work, name="engine", daemon=True)
                self._thread.start()
            self._condition.notify()

    def _work(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(
                    lambda: self._scorings or any(client.waiting for client in self._clients)
                )
            try:
                self._score()
                for request, output in self._engine.stream(self._next):
                    place = cast(_Place, request.key)
                    place.client.running -= 1
                    place.client.answers.put((place.request, output))
                    self._score()
            except Exception as error:  # noqa: BLE001 - it belongs to those who asked
                self._fail(error)

    def _next(self) -> GenerationRequest | None:
        with self._condition:
            waiting = [client for client in self._clients if client.waiting]
            if not waiting:
                return None
            client = min(waiting, key=lambda client: client.running)
            self._clients.remove(client)
            self._clients.append(client)
            client.running += 1
            request = client.waiting.popleft()
        return replace(request, key=_Place(client, request))

    def _score(self) -> None:
        while self._scorings:
            asked = self._scorings.popleft()
            try:
                asked.future.set_result(self._engine.score(asked.sources, asked.targets))
            except Exception as error:  # noqa: BLE001 - it belongs to who asked
                asked.future.set_exception(error)

    def _fail(self, error: Exception) -> None:
        """Tells those whose requests ran; where none did, those who wait for the first one."""
        with self._condition:
            failed = [client for client in self._clients if client.running] or [
                client for client in self._clients if client.waiting
            ]
            for client in failed:
                client.waiting.clear()
                client.running = 0
                client.answers.put(copy(error))
