"""How far a call is, in numbers that only grow, as the protocol wants them."""

from threading import Event
from typing import NamedTuple


class CancelledError(Exception):
    """The client doesn't want the answer any more."""


class Step(NamedTuple):
    """`total` is None where that is unknown."""

    progress: int
    total: int | None
    message: str


class Steps:
    """Takes what a pipeline tells from stage to stage, each of which counts from zero anew.

    `latest` may be read, and `cancel` be called, by another thread at any time.
    """

    def __init__(self) -> None:
        self.latest = Step(0, None, "waiting")
        self._stage = ""
        self._before = 0  # where the stage began
        self._cancelled = Event()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Note how far the work is. Raises as `check` does."""
        self.check()
        if stage != self._stage:
            self._stage, self._before = stage, self.latest.progress + 1
        progress = max(self._before + done, self.latest.progress)
        message = f"{stage}: {done} of {total}" if total else stage
        self.latest = Step(progress, self._before + total if total else None, message)

    def cancel(self) -> None:
        """Have the work end where it next looks."""
        self._cancelled.set()

    def check(self) -> None:
        """Raises CancelledError once nobody wants the answer."""
        if self._cancelled.is_set():
            raise CancelledError
