"""One engine for many threads at once, whose requests run in the same batch."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import dataclass, field, replace
from functools import partial
from queue import Empty, SimpleQueue
from threading import Condition, Thread
from typing import Any, TypeVar, cast

from toolkit.engines.admission import Admission, MakeRoomError
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
from toolkit.engines.reloadable import ReloadableEngine
from toolkit.engines.turns import CHECK_SECONDS, nothing

Asked = TypeVar("Asked")
Made = TypeVar("Made")
MAX_PENDING = 64  # requests of one stream: two of the largest batches, so that none is short
# After an answer, in which who got it may ask for more, before the others go on without.
GRACE_SECONDS = 0.01
URGENT = 4  # requests of a stream; one that asks for more can wait
LINGER_SECONDS = 0.5  # with open streams that ask for nothing, before another model has its turn


@dataclass(eq=False, slots=True)
class _Client:
    """A stream: what it waits for, and what has come for it."""

    is_urgent: bool = False
    answered_at: float = field(default_factory=time.monotonic)
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
class _Call:
    """What is to be done with the engine beside its stream."""

    work: Callable[[], Any]
    future: Future[Any] = field(default_factory=Future)


class SharedEngine:
    """Streams of several threads become one of `engine`, which only one thread ever runs.

    A place that gets free goes to the stream that has fewest, so that a sentence needn't wait until
    a long document is done. When something urgent comes and documents have more than one place
    each, all that runs is put back, four times a minute at most, and what was half written is
    written again. A stream that is closed gives up what it still waits for. An error ends the
    streams that it concerns: where several had requests running, each is tried once more by itself.

    The engine works within a `turn`, which it gives up when there is nothing to do, or it `is_over`
    and what runs is done; something is done in each. Whoever waits has its `check` called now and
    then, and may raise there.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        turn: Callable[[], AbstractContextManager[None]] = nullcontext,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:
        self._engine = engine
        self._turn = turn
        self._is_over = is_over
        self._clients: deque[_Client] = deque()  # whose turn is longest ago first
        self._calls: deque[_Call] = deque()
        self._condition = Condition()
        self._thread: Thread | None = None
        self._served = 0  # requests and calls, in this turn
        self._running: dict[_Place, GenerationRequest] = {}
        self._answered = 0  # for which no other request has come yet
        self._grace_until = 0.0
        self._admission = Admission()

    @property
    def info(self) -> EngineInfo:
        return self._engine.info

    @property
    def max_source_tokens(self) -> int:
        return self._engine.max_source_tokens

    def count_tokens(self, source: Source, *, check: Callable[[], None] = nothing) -> int:
        engine: Engine | None = self._engine
        if isinstance(engine, ReloadableEngine):
            engine = engine.loaded  # to load it again has to wait for its turn
        if engine:
            return engine.count_tokens(source)
        return self._called(lambda: self._engine.count_tokens(source), check)

    def stream(
        self, pull: Pull, *, check: Callable[[], None] = nothing, urgent: bool = False
    ) -> Iterator[tuple[GenerationRequest, Output]]:
        """Somebody waits for an `urgent` one, which goes first if it is short."""
        client, pending = _Client(), 0
        with self._condition:
            self._clients.append(client)
        try:
            while True:
                while pending < MAX_PENDING and (request := pull()) is not None:
                    # One that is too long would end the stream of all.
                    tokens = self.count_tokens(request.source, check=check)
                    refuse_long([tokens], self.max_source_tokens)
                    self._run(client.waiting, request)
                    pending += 1
                if not pending:
                    return
                urgent = urgent and pending <= URGENT
                self._set_urgent(client, urgent)
                answer = _next_answer(client, check)
                if isinstance(answer, Exception):
                    raise answer
                pending -= 1
                yield answer
        finally:
            with self._condition:
                self._clients.remove(client)

    def score(
        self,
        sources: Sequence[Source],
        targets: Sequence[str],
        *,
        check: Callable[[], None] = nothing,
    ) -> list[Candidate]:
        return self._called(lambda: self._engine.score(sources, targets), check)

    def _set_urgent(self, client: _Client, is_urgent: bool) -> None:
        if client.is_urgent != is_urgent:
            with self._condition:
                client.is_urgent = is_urgent
                self._condition.notify()  # what it asked for before may have had no place

    def _called(self, work: Callable[[], Made], check: Callable[[], None]) -> Made:
        call = _Call(work)
        self._run(self._calls, call)
        while not wait([call.future], CHECK_SECONDS).done:
            check()
        return cast(Made, call.future.result())

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
                self._condition.wait_for(self._is_wanted)
            has_turn = False
            try:
                with self._turn():
                    has_turn = True
                    self._serve()
            except Exception as error:  # noqa: BLE001 - it belongs to those who asked
                with self._condition:
                    self._fail([client for client in self._clients if client.waiting], error)
                    while self._calls and not has_turn:
                        self._calls.popleft().future.set_exception(_copied(error))

    def _serve(self) -> None:
        """What there is to do, until that is nothing, or the turn is over."""
        self._served = 0
        while True:
            self._call()
            try:
                self._stream(self._next)
            except MakeRoomError:
                self._put_back()
            except Exception as error:
                if not self._running:
                    raise
                self._try_apart(error)
            with self._condition:
                going_on = not self._has_to_end() and self._condition.wait_for(
                    lambda: self._calls or self._first(), LINGER_SECONDS if self._clients else 0
                )
            if not going_on:
                return

    def _stream(self, pull: Pull) -> None:
        for request, output in self._engine.stream(pull):
            place = cast(_Place, request.key)
            self._running.pop(place)
            place.client.running -= 1
            place.client.answered_at = time.monotonic()
            place.client.answers.put((place.request, output))
            self._answered += 1
            self._grace_until = time.monotonic() + GRACE_SECONDS
            self._call()

    def _try_apart(self, error: Exception) -> None:
        """Tell `error` to those whose requests ran: to several only where they fail alone too."""
        ran: dict[_Client, list[GenerationRequest]] = {}
        for place, request in self._running.items():
            ran.setdefault(place.client, []).append(request)
        with self._condition:
            clients = [client for client in self._clients if client in ran]
        for client in clients:
            try:
                if len(ran) == 1:
                    raise error
                self._stream(partial(next, iter(ran[client]), None))
            except Exception as own:  # noqa: BLE001 - it belongs to who asked
                self._fail([client], own)
        self._running.clear()

    def _is_wanted(self) -> bool:
        return bool(self._calls) or any(client.waiting for client in self._clients)

    def _has_to_end(self) -> bool:
        return self._served > 0 and self._is_over()

    def _next(self) -> GenerationRequest | None:
        if self._has_to_end():
            return None
        with self._condition:
            if self._answered:
                self._condition.wait_for(self._first, self._grace_until - time.monotonic())
            waiting = self._first()
            if not waiting:
                self._answered = 0
                return None
            self._answered = max(0, self._answered - 1)
            client = min(waiting, key=lambda client: client.running)
            self._clients.remove(client)
            self._clients.append(client)
            client.running += 1
            self._served += 1
            request = client.waiting.popleft()
        place = _Place(client, request)
        self._running[place] = replace(request, key=place)
        return self._running[place]

    def _first(self) -> list[_Client]:
        return self._admission.admit(self._clients)

    def _put_back(self) -> None:
        """Have all that ran wait again, before what waits already."""
        with self._condition:
            for place in reversed(self._running):
                place.client.running -= 1
                place.client.waiting.appendleft(place.request)
        self._running.clear()

    def _call(self) -> None:
        for _ in range(len(self._calls)):  # who is answered may call again at once
            asked = self._calls.popleft()
            self._served += 1
            try:
                asked.future.set_result(asked.work())
            except Exception as error:  # noqa: BLE001 - it belongs to who asked
                asked.future.set_exception(error)

    def _fail(self, clients: Sequence[_Client], error: Exception) -> None:
        with self._condition:
            for client in clients:
                client.waiting.clear()
                client.running = 0
                client.answers.put(_copied(error))


def _copied(error: Exception) -> Exception:
    """One for each thread, where libraries' errors can be copied."""
    try:
        return copy(error)
    except Exception:  # noqa: BLE001 - they may want more than they keep
        return error


def _next_answer(
    client: _Client, check: Callable[[], None]
) -> tuple[GenerationRequest, Output] | Exception:
    while True:
        try:
            return client.answers.get(timeout=CHECK_SECONDS)
        except Empty:
            check()
