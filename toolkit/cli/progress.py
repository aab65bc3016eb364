"""How far work is, on stderr: bars on a terminal, elsewhere a line now and then."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from toolkit.cli.console import is_terminal, tell

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

MESSAGE_EVERY_BYTES = 100_000_000
MESSAGE_EVERY_SECONDS = 60


class StageProgress:
    """Of the stage that runs now, and of the whole corpus where its length is known.

    This one shows nothing.
    """

    def finished(self, chars: int) -> None:
        """A document of that many characters is done."""

    def stage(self, stage: str, done: int, total: int) -> None:
        """`total` is 0 where it is unknown."""


class StageLines(StageProgress):
    """A line a minute."""

    def __init__(
        self, *, total_chars: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._chars, self._total_chars = 0, total_chars
        self._clock = clock
        self._told = clock()

    def finished(self, chars: int) -> None:
        self._chars += chars

    def stage(self, stage: str, done: int, total: int) -> None:
        if self._clock() - self._told < MESSAGE_EVERY_SECONDS:
            return
        self._told = self._clock()
        of = f" of {total:,}" if total else ""
        share = 100 * self._chars // self._total_chars if self._total_chars else 0
        tell(f"{stage}: {done:,}{of}" + (f"; {share}% of the corpus is done" if share else ""))


class StageBars(StageProgress):
    def __init__(self, bar: "Progress", *, total_chars: int = 0) -> None:
        self._bar = bar
        self._stage = bar.add_task("", total=None)
        self._whole = bar.add_task("all", total=total_chars) if total_chars else None
        self._current = ""

    def finished(self, chars: int) -> None:
        if self._whole is not None:
            self._bar.advance(self._whole, chars)

    def stage(self, stage: str, done: int, total: int) -> None:
        if stage != self._current:
            self._bar.reset(self._stage, description=stage, total=total or None)
            self._current = stage
        self._bar.update(self._stage, completed=done, total=total or None)


@contextmanager
def stage_progress(*, quiet: bool, total_chars: int = 0) -> Iterator[StageProgress]:
    """The time left is that of the whole corpus, as fast as its last part went."""
    if quiet or not is_terminal():
        yield StageProgress() if quiet else StageLines(total_chars=total_chars)
        return
    from rich import progress

    columns = (
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TimeRemainingColumn(),
    )
    with _progress(*columns) as bar:
        yield StageBars(bar, total_chars=total_chars)


@contextmanager
def download_progress(description: str) -> Iterator[Callable[[int, int], None]]:
    """A bar with size and rate; without a terminal, a line now and then."""
    if not is_terminal():
        reported = 0

        def tell_now_and_then(done: int, total: int) -> None:
            nonlocal reported
            if done - reported >= MESSAGE_EVERY_BYTES or (done == total and done > reported):
                reported = done
                of = f" of {total / 1e6:,.0f}" if total else ""
                tell(f"{description}: {done / 1e6:,.0f}{of} MB")

        yield tell_now_and_then
        return
    from rich import progress

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    with _progress(*columns) as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def _progress(*columns: "ProgressColumn") -> "Progress":
    from rich.console import Console
    from rich.progress import Progress

    return Progress(*columns, console=Console(stderr=True), transient=True)
