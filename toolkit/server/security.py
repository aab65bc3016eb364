"""What stands before all of the server: who asks, how much they send, what answers say of
themselves.
"""

import logging
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

import anyio
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from toolkit.errors import ToolkitError
from toolkit.server.access import Access, Admission
from toolkit.server.errors import ApiError, error_response

LOG = logging.getLogger("toolkit.server")
MAX_BODY_BYTES = 32_000_000
BODY_SECONDS = 120.0  # 32 MB at 2 Mbit/s
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
)
CACHED_BELOW = "/static/"
WITH_FILES = frozenset({"/api/v1/jobs", "/translate_file"})


class Guard:
    """Answers who may not ask, and bodies that are too large or too slow, itself.

    `max_body_bytes` is for what may hold files, `max_text_bytes` for everything else, which is
    parsed at once. Every answer gets HEADERS. What goes wrong unforeseen is logged, and told in the
    shape of errors that clients of the path expect.
    """

    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        *,
        max_body_bytes: int = MAX_BODY_BYTES,
        max_text_bytes: int = MAX_BODY_BYTES,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self._app = app
        self._access = access
        self._max_body_bytes = max_body_bytes
        self._max_text_bytes = min(max_text_bytes, max_body_bytes)
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._max_body_bytes if scope["path"] in WITH_FILES else self._max_text_bytes
        body = _Body(receive, most, self._body_seconds)
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                if body.error:
                    raise body.error  # whatever was made of it
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith(CACHED_BELOW):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            scope["state"] = {**scope.get("state", {}), "admission": self._admission(scope, most)}
            await self._app(scope, body, answer)
        except ClientDisconnect:
            return
        except Exception as error:
            if started:
                raise
            error = body.error or error  # which handlers of errors may have made something of
            if not isinstance(error, ToolkitError):
                LOG.exception("%s %s", scope["method"], scope["path"])
            body.error = None
            await error_response(scope["path"], error)(scope, receive, answer)

    def _admission(self, scope: Scope, most: int) -> Admission:
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            text = name.decode("latin-1").lower()
            if text in headers and text in ("host", "origin"):
                raise ApiError(400, "bad_request", f"there are two headers {text}")
            headers[text] = value.decode("latin-1")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > most:
            raise _too_large(most)
        peer = scope.get("client") or ("unknown", 0)
        own = scope.get("server") or ("", 0)
        return self._access.admit(
            scope["method"], scope["path"], headers, str(peer[0]), own=str(own[0])
        )


class _Body:
    """What a client sends, as far as it isn't too much and doesn't take too long."""

    def __init__(self, receive: Receive, most: int, seconds: float) -> None:
        self.error: ApiError | None = None
        self._receive = receive
        self._most, self._size = most, 0
        self._seconds, self._end = seconds, time.monotonic() + seconds
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        try:
            with anyio.fail_after(self._end - time.monotonic()):
                message = await self._receive()
        except TimeoutError:
            self.error = ApiError(
                408, "too_slow", f"the request didn't come within {self._seconds:g} s"
            )
            raise self.error from None
        self._size += len(message.get("body", b""))
        if self._size > self._most:
            self.error = _too_large(self._most)
            raise self.error
        self._whole = not message.get("more_body", False)
        return message


def admission_of(request: Request) -> Admission:
    """What the guard found out about who asks."""
    return cast(Admission, request.state.admission)


def _too_large(most: int) -> ApiError:
    return ApiError(
        413, "too_large", f"the request is larger than {most / 1e6:g} MB, the most that is taken"
    )
