"""Long work: kept in the history, done in turn, watched and ended by its owner."""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from toolkit.errors import StoreError, ToolkitError
from toolkit.server.control import Control, Progress, cancelled
from toolkit.server.errors import ApiError, api_error, error_record, is_of_server
from toolkit.server.fair_queue import FairQueue, Ticket
from toolkit.server.history import History, Job, State

LOG = logging.getLogger("toolkit.server")
MAX_TRIES = 3  # of a job during which the server was killed
LOST = ApiError(500, "lost", "the server was killed each time that it worked on this")
SUMMARIZING = "summarizing"


@dataclass(frozen=True, slots=True)
class Live:
    """A job that waits or runs."""

    state: State
    progress: Progress


class Jobs:
    """`do` makes a result, as JSON, of a job and its input; None where there is none to keep.

    Jobs run in `queue`, those that pull models in `pulls`, for no longer than `seconds`.
    """

    def __init__(
        self,
        do: Callable[[Job, bytes, Control], str | None],
        history: History,
        *,
        queue: FairQueue,
        pulls: FairQueue,
        seconds: float,
    ) -> None:
        self.history = history
        self._do = do
        self._queue = queue
        self._pulls = pulls
        self._seconds = seconds
        self._tickets: dict[str, Ticket[None]] = {}
        self._lock = Lock()
        self._unkept: dict[str, dict[str, str]] = {}  # errors that the history couldn't take
        self._is_stopped = False
        self._summary_seconds = 0.0  # how long summaries took lately

    def resume(self) -> None:
        """Queue again what a server before this one didn't finish, or say that it is lost."""
        for job in self.history.unfinished():
            if job.tries >= MAX_TRIES:
                self.history.finish(job.id, "lost", error=error_record(LOST))
            else:
                self.history.requeue(job, tries=job.tries)
                self._submit(job, lambda: None, at_all=True)

    def stop(self) -> None:
        """Leave what isn't finished to the next server; that it was begun is none of its fault."""
        self._is_stopped = True
        with suppress(StoreError):  # of which those heard who waited
            for job in self.history.unfinished():
                if job.state == "running":
                    self.history.requeue(job, tries=job.tries - 1)

    def add(self, job: Job, data: bytes) -> Job:
        """Queue a job with its input. Raises ApiError where there is no place for it."""
        self._submit(job, lambda: self.history.add(job, data))
        return job

    def add_all(self, given: Iterable[tuple[Job, bytes]]) -> list[Job]:
        """`add` for several, all or none."""
        begun: list[Job] = []
        try:
            for job, data in given:
                begun.append(self.add(job, data))
        except ApiError:
            for job in begun:
                self.end(job)
                self.history.remove(job.id)
            raise
        return begun

    def live(self, job_id: str) -> Live | None:
        """How far a job is; None for one that is finished."""
        ticket = self._tickets.get(job_id)
        if ticket is None or ticket.future.done():
            return None
        control = ticket.control
        running = ticket.future.running()
        progress = control.progress
        if progress.stage == SUMMARIZING and self._summary_seconds:
            left = max(0.0, self._summary_seconds - control.stage_seconds)
            progress = replace(progress, seconds_left=round(left, 1))
        return Live("running" if running else "queued", progress)

    def known(self, job: Job) -> Job:
        """As `job` is, also where the history couldn't be told that."""
        error = None if job.is_finished else self._unkept.get(job.id)
        return replace(job, state="failed", error=error) if error else job

    def view(self, job: Job) -> dict[str, Any]:
        """A job as clients see it, without its result."""
        job = self.known(job)
        live = None if job.is_finished else self.live(job.id)
        state = live.state if live else job.state
        progress = live.progress if live else Progress(state if job.is_finished else "waiting")
        return {
            "id": job.id,
            "task": job.task,
            "name": job.name,
            "state": state,
            "created": _moment(job.created),
            "started": _moment(job.started),
            "finished": _moment(job.finished),
            "progress": asdict(progress),
            "error": job.error,
            "options": job.options,
        }

    def end(self, job: Job) -> None:
        """Cancel a job. Its place is free as soon as it next looks."""
        ticket = self._tickets.pop(job.id, None)
        self._unkept.pop(job.id, None)
        self.history.finish(job.id, "cancelled", error=error_record(cancelled()))
        if ticket:
            (self._pulls if job.task == "pull" else self._queue).end(ticket)

    def _submit(self, job: Job, first: Callable[[], None], *, at_all: bool = False) -> None:
        queue = self._pulls if job.task == "pull" else self._queue
        with self._lock:  # so that none is done before it is known

            def work(control: Control) -> None:
                with self._lock:
                    pass
                try:
                    self._run(job.id, control)
                finally:
                    self._tickets.pop(job.id, None)

            self._tickets[job.id] = queue.submit(
                job.client, work, seconds=self._seconds, first=first, at_all=at_all
            )

    def _run(self, job_id: str, control: Control) -> None:
        try:
            self._do_kept(job_id, control)
        except StoreError as error:
            if not self._is_stopped:
                self._fail_unkept(job_id, error)
            raise

    def _fail_unkept(self, job_id: str, error: StoreError) -> None:
        """Have a job end for those who wait; the next server takes it up again."""
        LOG.warning("%s", error)
        told = error_record(api_error(error))
        try:
            self.history.finish(job_id, "failed", error=told)
        except StoreError:
            self._unkept[job_id] = told

    def _do_kept(self, job_id: str, control: Control) -> None:
        job = self.history.begin(job_id)
        if job is None:
            return  # it was cancelled or removed meanwhile
        try:
            result = self._do(job, self.history.input(job_id), control)
            control.check()
        except BaseException as error:
            told = api_error(error)
            if is_of_server(error) and isinstance(error, ToolkitError):
                LOG.warning("%s", error)
            if told.code == "stopping":
                self.history.requeue(job, tries=job.tries - 1)
            elif told.code == "cancelled":
                self.history.finish(job_id, "cancelled", error=error_record(told))
            else:
                self.history.finish(job_id, "failed", error=error_record(told))
            raise
        if control.progress.stage == SUMMARIZING:
            before = self._summary_seconds or control.stage_seconds
            self._summary_seconds = before + (control.stage_seconds - before) / 4
        self.history.finish(job_id, "done", result=result)


def _moment(seconds: float | None) -> str | None:
    """ISO 8601 in UTC, to the second."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
