"""Work that a client waits for: in a thread, with a place in a queue that is freed when the client
goes away.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request

from toolkit.server.clients import client_of
from toolkit.server.control import Control, timed_out
from toolkit.server.errors import ApiError
from toolkit.server.fair_queue import FairQueue

LOOK_SECONDS = 0.25  # between two looks whether the client is still there
GONE = ApiError(499, "client_gone", "the client went away")

Made = TypeVar("Made")


class Calls:
    """Calls run in `queue`, and wait and run for `seconds` in all."""

    def __init__(self, queue: FairQueue, *, seconds: float) -> None:
        self._queue = queue
        self._seconds = seconds

    async def run(self, request: Request, work: Callable[[Control], Made]) -> Made:
        """What `work` makes, or raises. Raises ApiError where there is no place for it, or not
        enough time.
        """
        ticket = self._queue.submit(client_of(request), work, seconds=self._seconds)
        made = asyncio.wrap_future(ticket.future)
        deadline = asyncio.get_running_loop().time() + self._seconds
        why = GONE
        try:
            while not (await asyncio.wait([made], timeout=LOOK_SECONDS))[0]:
                if await request.is_disconnected():
                    raise GONE
                if asyncio.get_running_loop().time() > deadline:
                    why = timed_out(self._seconds)
                    raise why
            return made.result()
        finally:
            if not made.done():
                made.add_done_callback(_forget)
                self._queue.end(ticket, why)


def _forget(made: "asyncio.Future[Made]") -> None:
    """Nobody waits any more for what came of it."""
    if not made.cancelled():
        made.exception()
