"""How running work is watched: what it tells, and how it is ended."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from toolkit.server.errors import ApiError

WINDOW_SECONDS = 60.0  # of which the speed is taken: what was stored is done in no time
WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Progress:
    """`total` is 0 where it isn't known; so is `seconds_left` None."""

    stage: str = WAITING
    done: int = 0
    total: int = 0
    seconds_left: float | None = None


class Control:
    """One piece of work as seen by others. `seconds` is how long it may run."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._ended: ApiError | None = None
        self._deadline = float("inf")
        self._stage = WAITING
        self._stage_began = clock()
        self._steps: deque[tuple[float, int, int]] = deque()

    def start(self) -> None:
        """The time runs from now."""
        self._deadline = self._clock() + self._seconds

    def end(self, why: ApiError) -> None:
        """Have the work raise `why` where it next looks."""
        self._ended = self._ended or why

    def check(self) -> None:
        """Raises ApiError when the work is to end, or has taken too long."""
        if self._clock() > self._deadline:
            self.end(timed_out(self._seconds))
        if self._ended:
            raise self._ended.with_traceback(None)

    def report(self, stage: str, done: int, total: int) -> None:
        """Note how far the work is. Raises as `check` does."""
        self.check()
        now = self._clock()
        with self._lock:
            if stage != self._stage:
                self._stage, self._stage_began = stage, now
                self._steps.clear()
            self._steps.append((now, done, total))
            while len(self._steps) > 2 and now - self._steps[0][0] > WINDOW_SECONDS:
                self._steps.popleft()

    @property
    def stage_seconds(self) -> float:
        """How long the present stage has taken."""
        return self._clock() - self._stage_began

    @property
    def progress(self) -> Progress:
        """How far it is, with an estimate of the time left in this stage."""
        with self._lock:
            if not self._steps:
                return Progress(self._stage)
            since, before, _ = self._steps[0]
            last, done, total = self._steps[-1]
            left = None
            if total and done > before and last > since:
                speed = (done - before) / (last - since)
                left = max(0.0, (total - done) / speed - (self._clock() - last))
            return Progress(self._stage, done, total, left if left is None else round(left, 1))


def timed_out(seconds: float) -> ApiError:
    return ApiError(504, "timed_out", f"it took longer than the {seconds:,.0f} s that are allowed")


def cancelled() -> ApiError:
    return ApiError(409, "cancelled", "it was cancelled")


def stopping() -> ApiError:
    return ApiError(503, "stopping", "the server is being stopped", {"Retry-After": "10"})
