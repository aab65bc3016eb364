"""Everything that is said on stderr: messages and progress."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
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


@contextmanager
def stage_progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar for the stage that runs now; nothing when stderr is no terminal."""
    if quiet or not is_terminal():
        yield lambda stage, done, total: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with _progress(*columns) as bar:
        task = bar.add_task("", total=None)
        current = ""

        def show(stage: str, done: int, total: int) -> None:
            nonlocal current
            if stage != current:
                bar.reset(task, description=stage, total=total or None)
                current = stage
            bar.update(task, completed=done, total=total or None)

        yield show


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
