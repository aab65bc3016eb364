"""The progress of a job as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from toolkit.server.errors import ApiError
from toolkit.server.history import Job
from toolkit.server.jobs import Jobs

LOOK_SECONDS = 0.2
HEARTBEAT_SECONDS = 15.0
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def events(
    request: Request, jobs: Jobs, job: Job, *, is_stopping: Callable[[], bool]
) -> AsyncIterator[str]:
    """`progress` whenever something has changed, the present state first, then `end`; a job
    that is removed has none.
    """
    loop = asyncio.get_running_loop()
    last, told = None, loop.time()
    while not is_stopping():
        live = jobs.live(job.id)
        if live is None:
            try:
                job = jobs.known(await run_in_threadpool(jobs.history.find, job.id))
            except ApiError:
                return  # it was removed meanwhile
            if job.is_finished:
                yield _event("end", jobs.view(job))
                return
        elif live != last:
            last, told = live, loop.time()
            yield _event("progress", asdict(live.progress) | {"state": live.state})
        elif loop.time() - told >= HEARTBEAT_SECONDS:
            told = loop.time()
            yield ": still there\n\n"
        if await request.is_disconnected():
            return
        await asyncio.sleep(LOOK_SECONDS)


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
