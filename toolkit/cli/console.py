"""Everything that is said on stderr: messages and progress."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

MESSAGE_EVERY_BYTES = 100_000_000


def tell(message: str) -> None:
    """One line on stderr, whatever the message holds."""
    line = " ".join(message.split())
    sys.stderr.write(f"toolkit: {line}\n".encode(errors="replace").decode())
    sys.stderr.flush()


def is_terminal() -> bool:
    return sys.stderr.isatty()


class StageProgress:
    """A bar for the stage that runs now, and one for the whole corpus where its length is known.

    Without `bar` nothing is shown.
    """

    def __init__(self, bar: Progress | None = None, *, total_chars: int = 0) -> None:
        self._bar = bar
        self._stage = bar.add_task("", total=None) if bar else None
        self._whole = bar.add_task("all", total=total_chars) if bar and total_chars else None
        self._current = ""
        self._done_chars = self._part_chars = 0

    def part(self, chars: int) -> None:
        """The next documents, of `chars` in all, begin."""
        self._done_chars += self._part_chars
        self._part_chars = chars

    def stage(self, stage: str, done: int, total: int) -> None:
        if self._bar is None or self._stage is None:
            return
        if stage != self._current:
            self._bar.reset(self._stage, description=stage, total=total or None)
            self._current = stage
        self._bar.update(self._stage, completed=done, total=total or None)
        if self._whole is not None and total:
            completed = self._done_chars + self._part_chars * done / total
            self._bar.update(self._whole, completed=completed)


@contextmanager
def stage_progress(*, quiet: bool, total_chars: int = 0) -> Iterator[StageProgress]:
    """Nothing is shown when stderr is no terminal. The time left is that of the whole corpus, as
    fast as its last part went.
    """
    if quiet or not is_terminal():
        yield StageProgress()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with _progress(*columns) as bar:
        yield StageProgress(bar, total_chars=total_chars)


@contextmanager
def download_progress(description: str) -> Iterator[Callable[[int, int], None]]:
    """A bar with size and rate; without a terminal, a line now and then."""
    if not is_terminal():
        told = 0

        def tell_now_and_then(done: int, total: int) -> None:
            nonlocal told
            if done - told >= MESSAGE_EVERY_BYTES or (done == total and done > told):
                told = done
                of = f" of {total / 1e6:,.0f}" if total else ""
                tell(f"{description}: {done / 1e6:,.0f}{of} MB")

        yield tell_now_and_then
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with _progress(*columns) as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def _progress(*columns: ProgressColumn) -> Progress:
    return Progress(*columns, console=Console(stderr=True), transient=True)
