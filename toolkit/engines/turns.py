"""Models that don't fit into memory together take turns."""

import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager
from threading import Condition

SLICE_SECONDS = 30.0  # several times what it takes to load a model
CHECK_SECONDS = 0.5  # between two looks whether somebody still wants to wait


def nothing() -> None:
    """The check of those who wait for as long as it takes."""


class Turns:
    """`fit` says which models go into memory together; one alone always has its turn.

    Those who wait come in their order, but for those who are in nobody's way.
    """

    def __init__(
        self,
        fit: Callable[[Collection[Hashable]], bool],
        *,
        slice_seconds: float = SLICE_SECONDS,
    ) -> None:
        self._fit = fit
        self._slice_seconds = slice_seconds
        self._in_use: Counter[Hashable] = Counter()
        self._since: dict[Hashable, float] = {}
        self._waiting: deque[list[Hashable]] = deque()  # each a list, so that none equals another
        self._condition = Condition()

    @property
    def in_use(self) -> set[Hashable]:
        """The models that have their turn."""
        with self._condition:
            return {*+self._in_use}

    @contextmanager
    def turn(self, model: Hashable, *, check: Callable[[], None] = nothing) -> Iterator[None]:
        """The turn of `model`, once it comes. What `check` raises ends the waiting."""
        self._take(model, check)
        try:
            yield
        finally:
            with self._condition:
                self._in_use[model] -= 1
                self._condition.notify_all()

    def restart(self, model: Hashable) -> None:
        """Count the slice of `model`, which has its turn, from now: it was loaded meanwhile."""
        with self._condition:
            self._since[model] = time.monotonic()

    def is_over(self, model: Hashable) -> bool:
        """Whether `model` had its share, and is in the way of another one that waits."""
        if not self._waiting:
            return False
        with self._condition:
            others = {*+self._in_use}
            return time.monotonic() - self._since[model] >= self._slice_seconds and not all(
                self._fit({*others, each}) for (each,) in self._waiting
            )

    def _take(self, model: Hashable, check: Callable[[], None]) -> None:
        ticket = [model]
        with self._condition:
            self._waiting.append(ticket)
            try:
                while not self._condition.wait_for(lambda: self._may(ticket), CHECK_SECONDS):
                    check()
                if not self._in_use[model]:
                    self._since[model] = time.monotonic()
                self._in_use[model] += 1
            finally:
                del self._waiting[self._place(ticket)]
                self._condition.notify_all()

    def _may(self, ticket: list[Hashable]) -> bool:
        before = [each for (each,) in list(self._waiting)[: self._place(ticket)]]
        models = {*ticket, *+self._in_use, *before}
        return len(models) == 1 or self._fit(models)

    def _place(self, ticket: list[Hashable]) -> int:
        return next(place for place, each in enumerate(self._waiting) if each is ticket)
