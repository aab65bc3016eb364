"""Work of many clients in the order of fairness, done by a few threads."""

import logging
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Any, Generic, TypeVar

from toolkit.errors import ToolkitError
from toolkit.server.control import Control, cancelled, stopping
from toolkit.server.errors import ApiError

LOG = logging.getLogger("toolkit.server")
MAX_RETRY_SECONDS = 600
FIRST_GUESS_SECONDS = 5.0  # that a piece of work takes, before one was done

Made = TypeVar("Made")


@dataclass(eq=False, frozen=True, slots=True)
class Ticket(Generic[Made]):
    """Work that waits, runs or is done."""

    client: str
    work: Callable[[Control], Made]
    control: Control
    future: "Future[Made]" = field(default_factory=Future)


class FairQueue:
    """Runs what is submitted in up to `workers` threads, `running_each` of one client.

    The next is of the client that has fewest running, then of the one who waits longest. All that
    waits and runs is at most `most`, of one client `most_each`.
    """

    def __init__(
        self, name: str, *, workers: int, running_each: int, most: int, most_each: int
    ) -> None:
        self._name = name
        self._workers = workers
        self._running_each = running_each
        self._most = most
        self._most_each = most_each
        self._waiting: OrderedDict[str, deque[Ticket[Any]]] = OrderedDict()
        self._running: list[Ticket[Any]] = []
        self._threads = 0
        self._idle = 0
        self._mean_seconds = FIRST_GUESS_SECONDS
        self._closed = False
        self._condition = Condition()

    def submit(
        self,
        client: str,
        work: Callable[[Control], Made],
        *,
        seconds: float,
        first: Callable[[], None] = lambda: None,
        at_all: bool = False,
    ) -> Ticket[Made]:
        """Have `work` done, and `first` of all what is to be done where there is a place for it.

        Raises ApiError where there is none; `at_all` makes one.
        """
        ticket = Ticket(client, work, Control(seconds))
        with self._condition:
            if self._closed:
                raise stopping()
            if not at_all:
                self._refuse(client)
            first()
            self._waiting.setdefault(client, deque()).append(ticket)
            if self._idle < self._waits() and self._threads < self._workers:
                self._threads += 1
                name = f"{self._name} {self._threads}"
                Thread(target=self._work, name=name, daemon=True).start()
            self._condition.notify()
        return ticket

    def end(self, ticket: Ticket[Any], why: ApiError | None = None) -> None:
        """End work that waits at once, and work that runs where it next looks."""
        why = why or cancelled()
        ticket.control.end(why)
        with self._condition:
            mine = self._waiting.get(ticket.client, deque())
            if ticket not in mine:
                return
            mine.remove(ticket)
            if not mine:
                del self._waiting[ticket.client]
        _fail(ticket, why)

    def close(self) -> None:
        """End all work, and take no more."""
        with self._condition:
            self._closed = True
            tickets = [*self._running, *(each for mine in self._waiting.values() for each in mine)]
            self._condition.notify_all()
        for ticket in tickets:
            self.end(ticket, stopping())

    @property
    def size(self) -> int:
        """How much waits or runs."""
        with self._condition:
            return self._size()

    def _size(self) -> int:
        return len(self._running) + self._waits()

    def _waits(self) -> int:
        return sum(map(len, self._waiting.values()))

    def _refuse(self, client: str) -> None:
        mine = len(self._waiting.get(client, ())) + self._running_of(client)
        if mine >= self._most_each:
            retry = self._retry(mine)
            raise ApiError(
                429, "too_many_requests", f"you have {mine} requests here already", retry
            )
        if (size := self._size()) >= self._most:
            retry = self._retry(size)
            raise ApiError(503, "queue_full", "the server is busy; try again later", retry)

    def _retry(self, ahead: int) -> dict[str, str]:
        seconds = math.ceil(self._mean_seconds * ahead / self._workers / 2)
        return {"Retry-After": str(max(1, min(seconds, MAX_RETRY_SECONDS)))}

    def _running_of(self, client: str) -> int:
        return sum(each.client == client for each in self._running)

    def _work(self) -> None:
        while True:
            with self._condition:
                self._idle += 1
                self._condition.wait_for(lambda: self._next_client() is not None or self._closed)
                self._idle -= 1
                if self._closed:
                    return
                ticket = self._take()
            started = time.monotonic()
            try:
                _run(ticket)
            finally:
                taken = time.monotonic() - started
                with self._condition:
                    self._running.remove(ticket)
                    self._mean_seconds += (taken - self._mean_seconds) / 8
                    self._condition.notify_all()
            del ticket  # with what it made

    def _next_client(self) -> str | None:
        running = {client: self._running_of(client) for client in self._waiting}
        able = [client for client in running if running[client] < self._running_each]
        return min(able, key=running.__getitem__) if able else None

    def _take(self) -> Ticket[Any]:
        client = self._next_client()
        assert client is not None
        mine = self._waiting.pop(client)
        ticket = mine.popleft()
        if mine:
            self._waiting[client] = mine  # behind all others
        self._running.append(ticket)
        return ticket


def _run(ticket: Ticket[Any]) -> None:
    if not ticket.future.set_running_or_notify_cancel():
        return
    ticket.control.start()
    try:
        ticket.control.check()
        made = ticket.work(ticket.control)
    except BaseException as error:
        if not isinstance(error, ToolkitError):
            LOG.error("this is a bug: %s: %s", type(error).__name__, error, exc_info=error)
        # Without the frames, which hold what was to be closed: the streams.
        ticket.future.set_exception(error.with_traceback(None))
    else:
        ticket.future.set_result(made)


def _fail(ticket: Ticket[Any], why: ApiError) -> None:
    with suppress(Exception):
        ticket.future.set_exception(why)
