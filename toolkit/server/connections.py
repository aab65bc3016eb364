"""Connections that ask for nothing, or don't take what they asked for, are closed: bytes now and
then would hold them for ever.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_CONNECTIONS = 500  # fewer than a process may have files open, as a rule 1024
REQUEST_SECONDS = 20.0
TAKEN_BYTES = 100_000  # of an answer, in this time at least


class Connection(H11Protocol):
    """One whose next request, but for its body, has to come within `request_seconds` of the last
    answer; then that answer has to be taken, at TAKEN_BYTES in each such time. One beyond
    `max_connections`, or half as many from one address, is closed at once.
    """

    max_connections = MAX_CONNECTIONS
    request_seconds = REQUEST_SECONDS
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        mine = sum(_host(each) == _host(self) for each in self.connections)
        if len(self.connections) > self.max_connections or mine > self.max_connections / 2:
            transport.abort()
            return
        self._expect_request_after(None)

    def on_response_complete(self) -> None:
        answered = self.cycle
        super().on_response_complete()
        self._expect_request_after(answered)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._deadline:
            self._deadline.cancel()

    def _expect_request_after(self, answered: object) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(self.request_seconds, self._close_after, answered)

    def _close_after(self, answered: object) -> None:
        """Closes where nothing was asked since. What comes of a body that was refused ends too."""
        if self.cycle is answered:
            self.transport.close()  # when all that was written is taken
            self._expect_taking()

    def _expect_taking(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._deadline = self.loop.call_later(self.request_seconds, self._abort_above, left)

    def _abort_above(self, before: int) -> None:
        if self.transport.get_write_buffer_size() > before - TAKEN_BYTES:
            self.transport.abort()
        else:
            self._expect_taking()


def _host(connection: Any) -> str | None:
    """The address that it is from, without the port."""
    return connection.client[0] if connection.client else None
