"""Shards on this machine: in this process, or in several with a worker each."""

import os
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

from toolkit.corpus.job import Job
from toolkit.corpus.marks import Failure, ShardReport, mark_failed, now
from toolkit.corpus.shard import Outcome, sweep_outputs, try_shard
from toolkit.corpus.storage import Storage
from toolkit.corpus.worker import Machine, Worker
from toolkit.errors import ModelError, ToolkitError

MAX_TRIES = 3  # of a shard whose processes end
ROWS_EVERY_S = 0.5  # how often a process tells how many rows it has done


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Hears of rows that are done, of shards that are done or failed, and of what goes on all the
    same.
    """

    on_rows: Callable[[int], None] = lambda rows: None
    on_end: Callable[[Outcome], None] = lambda outcome: None
    on_trouble: Callable[[str], None] = lambda message: None


def run_local(
    job: Job,
    numbers: Sequence[int],
    machine: Machine,
    *,
    workers: int = 1,
    watcher: Watcher = Watcher(),
) -> None:
    """Do these shards with so many workers, which share the cores unless `machine` says otherwise.

    A worker whose process ends is replaced and its shard made again, MAX_TRIES times in all; then
    it is marked as failed, and the others go on. Raises ModelError, OutputError or StorageError for
    what would meet every other shard too.
    """
    if workers > 1 and len(numbers) > 1:
        _Processes(job, numbers, machine, min(workers, len(numbers)), watcher).run()
        return
    worker = Worker.start(job, machine, on_trouble=watcher.on_trouble)
    try:
        for number in numbers:
            watcher.on_end(try_shard(job, number, worker, on_row=lambda: watcher.on_rows(1)))
    finally:
        worker.close()


@dataclass(eq=False, slots=True)
class _Process:
    process: SpawnProcess
    connection: Connection
    number: int | None = None  # of the shard that it works on
    is_ready: bool = False

    @classmethod
    def start(cls, context: SpawnContext, job: Job, machine: Machine) -> "_Process":
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(job, machine, theirs), daemon=True)
        process.start()
        theirs.close()  # so that the end of the process is the end of the pipe
        return cls(process, ours)

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


class _Processes:
    def __init__(
        self, job: Job, numbers: Sequence[int], machine: Machine, workers: int, watcher: Watcher
    ) -> None:
        self._job = job
        self._watcher = watcher
        self._waiting = deque(numbers)
        self._tries = Counter[int]()
        self._lost_early = 0  # processes in a row that ended before they could work
        self._running: list[_Process] = []
        self._workers = workers
        threads = machine.threads or max(1, cores() // workers)
        self._machine = replace(machine, threads=threads)
        self._context = get_context("spawn")

    def run(self) -> None:
        try:
            while self._waiting or self._running:
                self._replenish()
                by_connection = {each.connection: each for each in self._running}
                for connection in wait([*by_connection]):
                    each = by_connection[connection]  # type: ignore[index]
                    try:
                        message = each.connection.recv()
                    except (EOFError, OSError):
                        self._ended(each)
                        continue
                    self._heard(each, message)
        finally:
            for each in self._running:
                each.end()
            sweep_outputs(self._job)

    def _replenish(self) -> None:
        """As many processes as there is work for."""
        idle = sum(each.number is None for each in self._running)
        while len(self._running) < self._workers and idle < len(self._waiting):
            self._running.append(_Process.start(self._context, self._job, self._machine))
            idle += 1

    def _heard(self, each: _Process, message: Any) -> None:
        if isinstance(message, int):
            self._watcher.on_rows(message)
        elif isinstance(message, str):
            self._watcher.on_trouble(message)
        elif isinstance(message, Exception):
            raise message
        else:
            if message:
                self._watcher.on_end(message)
            self._lost_early, each.is_ready = 0, True
            each.number = self._waiting.popleft() if self._waiting else None
            each.connection.send(each.number)

    def _ended(self, each: _Process) -> None:
        """Have what it was at done again, or give up. A process that had nothing left is done."""
        self._running.remove(each)
        each.end()
        if not each.is_ready:
            self._lost_early += 1
            if self._lost_early >= MAX_TRIES:
                raise ModelError(
                    f"worker processes end while they load the models ({_how(each)}); fewer "
                    "--workers take less memory"
                )
        if (number := each.number) is None:
            return
        self._tries[number] += 1
        if self._tries[number] < MAX_TRIES:
            self._waiting.appendleft(number)
            self._watcher.on_trouble(f"shard {number}: {_how(each)}; it is made again")
            return
        reason = f"{_how(each)}, {MAX_TRIES} times"
        failure = Failure(number=number, reason=reason, tries=MAX_TRIES, finished=now())
        mark_failed(Storage.of(self._job.to), failure)
        self._watcher.on_end(failure)


def _how(each: _Process) -> str:
    code = each.process.exitcode or 0
    if code < 0:
        name = signal.Signals(-code).name
        memory = "; the system does that where memory runs out" if name == "SIGKILL" else ""
        return f"its process was ended by {name}{memory}"
    return f"its process ended with exit code {code}"


def _serve(job: Job, machine: Machine, connection: Connection) -> None:
    """The life of a worker's process: a number is a shard to do, None the end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it says when it ends
    threading.Thread(target=_end_with_parent, daemon=True).start()
    rows, told = 0, time.monotonic()

    def count() -> None:
        nonlocal rows, told
        rows += 1
        if time.monotonic() - told >= ROWS_EVERY_S:
            tell_rows()

    def tell_rows() -> None:
        nonlocal rows, told
        connection.send(rows)
        rows, told = 0, time.monotonic()

    try:
        worker = Worker.start(job, machine, on_trouble=connection.send)
        outcome: ShardReport | Failure | None = None
        while True:
            connection.send(outcome)
            if (number := connection.recv()) is None:
                worker.close()
                return
            outcome = try_shard(job, number, worker, on_row=count)
            tell_rows()
    except ToolkitError as error:
        connection.send(error)


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
