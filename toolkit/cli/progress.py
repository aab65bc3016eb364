"""How far work is, on stderr: bars on a terminal, elsewhere a line now and then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Protocol

from toolkit.cli.console import is_terminal, tell

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

MESSAGE_EVERY_BYTES = 100_000_000
MESSAGE_EVERY_SECONDS = 30.0


class StageProgress(Protocol):
    """How far the stage that runs now is, and the whole corpus where its length is known."""

    def finished(self, chars: int) -> None:
        """A document of that many characters is done."""

    def stage(self, stage: str, done: int, total: int) -> None:
        """`total` is 0 where it is unknown."""


class NoProgress:
    def finished(self, chars: int) -> None: ...

    def stage(self, stage: str, done: int, total: int) -> None: ...


class StageLine:
    """For logs: `text` is where work stands now."""

    def __init__(self, *, total_chars: int = 0) -> None:
        self._chars, self._total_chars = 0, total_chars
        self._stage, self._done, self._total = "", 0, 0

    def finished(self, chars: int) -> None:
        self._chars += chars

    def stage(self, stage: str, done: int, total: int) -> None:
        self._stage, self._done, self._total = stage, done, total

    @property
    def text(self) -> str:
        if self._total_chars:  # the stage's own total is but that of the documents taken so far
            share = 100 * self._chars / self._total_chars
            return f"{share:.0f}% of the corpus is done; now {self._stage or 'reading'}"
        of = f": {self._done:,} of {self._total:,}" if self._total else ""
        return f"{self._stage or 'reading'}{of}"


class StageBars:
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
    """Bars on a terminal, where the time left is that of the whole corpus, as fast as its last part
    went; elsewhere a line twice a minute.
    """
    if quiet:
        yield NoProgress()
        return
    if not is_terminal():
        line = StageLine(total_chars=total_chars)
        with _telling_now_and_then(line):
            yield line
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
def _telling_now_and_then(line: StageLine) -> Iterator[None]:
    """From a thread, since a long article is summarized without a word in between."""
    ended = Event()

    def work() -> None:
        while not ended.wait(MESSAGE_EVERY_SECONDS):
            tell(line.text)

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


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
