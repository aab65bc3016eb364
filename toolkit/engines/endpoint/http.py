"""HTTP with a server that speaks the OpenAI protocol: bounded in bytes, tries and time, and ended
at once from another thread.
"""

import json
import math
import random
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from threading import Event, Lock, Timer
from typing import Any, TypeVar

import httpx2

from toolkit.engines.endpoint.address import VERSION, Address
from toolkit.errors import ModelError, TooLongError, UsageError
from toolkit.models.boundary import one_line

KEY_VARIABLE = "TOOLKIT_API_KEY"
CONNECT_S = 5.0
PROBE_S = 5.0  # for what a server may not know
WHOLE_ANSWER = 4  # times the patience between two parts of an answer
MAX_BYTES = 16_000_000
TRIES = 4
STALLED_TRIES = 2
BUSY_TRIES = 8
PAUSE_S = 0.5  # before the second try, and twice as long before each further one
MAX_PAUSE_S = 30.0
MAX_RETRY_AFTER_S = 120.0  # a server that asks for more is told of
ERROR_NUMBER = re.compile(r"^\[Errno [^\]]*\] ?")
# In what servers say of a prompt that is too long for their model.
TOO_LONG = (
    "context_length",
    "context length",
    "context size",
    "context window",
    "prompt is too long",
    "input is too long",
)

Value = TypeVar("Value")


class Ended(Exception):  # noqa: N818 - nothing went wrong
    """Nobody waits for the answer any more."""


class UnusableError(Exception):
    """An answer that says nothing, or didn't come to its end."""

    def __init__(self, message: str, *, stalled: bool = False) -> None:
        super().__init__(message)
        self.stalled = stalled


class RefusedError(Exception):
    """The server finds fault with the request."""


class _UnreachableError(Exception):
    pass


class _BusyError(Exception):
    def __init__(self, message: str, wait_s: float) -> None:
        super().__init__(message)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        """What the body holds as JSON. Raises UnusableError where it holds none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise UnusableError("the answer is no JSON") from None


class Calls:
    """The requests of one stream, to be ended together."""

    def __init__(self) -> None:
        self._ended = Event()
        self._sockets = set[Any]()
        self._lock = Lock()

    def end(self) -> None:
        with self._lock:
            self._ended.set()
            for each in self._sockets:
                _shut(each)

    def pause(self, seconds: float) -> None:
        """Raises Ended where the calls have been, or are meanwhile."""
        if self._ended.wait(seconds):
            raise Ended

    @contextmanager
    def watched(self, longest_s: float) -> Iterator[Callable[[str, Mapping[str, Any]], None]]:
        """Hears from the library which socket a request has, and shuts it after `longest_s`: the
        library bounds only the time between two parts of an answer.

        Raises UnusableError then.
        """
        held = set[Any]()
        late = Event()

        def cut() -> None:
            late.set()
            with self._lock:
                for each in held:
                    _shut(each)

        def trace(event: str, facts: Mapping[str, Any]) -> None:
            if not event.endswith(("connect_tcp.complete", "start_tls.complete")):
                return
            found = facts["return_value"].get_extra_info("socket")
            with self._lock:
                held.add(found)
                self._sockets.add(found)
                if self._ended.is_set() or late.is_set():
                    _shut(found)

        timer = Timer(longest_s, cut)
        timer.daemon = True
        timer.start()
        try:
            yield trace
        except Exception:
            self.pause(0)  # the fault is that it was ended
            if not (late.is_set() and held):
                raise
        finally:
            timer.cancel()
            with self._lock:
                self._sockets -= held
        self.pause(0)  # what was read may be a part
        if late.is_set():
            raise UnusableError("the answer doesn't end", stalled=True)


def _shut(connection: Any) -> None:
    """Wakes the thread that reads from it; of a socket with TLS the library keeps its state."""
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


class Server:
    """`timeout_s` is how long a part of an answer may keep one waiting.

    Proxies of the environment are for other machines only. Redirects aren't followed.
    """

    def __init__(self, address: Address, *, api_key: str = "", timeout_s: float) -> None:
        """Raises UsageError for a key that no header can hold."""
        if not (api_key.isascii() and api_key.isprintable()):
            raise UsageError(f"{KEY_VARIABLE} holds characters that a key can't have")
        self.address = address
        self._api_key = api_key
        self._timeout_s = timeout_s
        headers = {"Accept-Encoding": "identity", "User-Agent": "toolkit-fr-en"}
        if api_key:
            headers["Authorization"] = f"Bearer {api_key}"
        self._client = httpx2.Client(
            headers=headers,
            # Each request has a socket of its own, so that it can be ended.
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
            trust_env=not address.is_local,
            follow_redirects=False,
        )

    def call(
        self,
        path: str,
        read: Callable[[Reply], Value],
        calls: Calls,
        *,
        payload: Any = None,
        timeout_s: float = math.inf,
    ) -> Value:
        """What `read` makes of the answer; it is asked for again where that raises UnusableError.

        Raises ModelError where nobody answers or the answer is for people to act on, RefusedError
        and UnusableError for this request, TooLongError for one that the model can't take.
        """
        for tried in count(1):
            calls.pause(0)
            least = 0.0
            try:
                reply = self._exchange(path, payload, calls, min(timeout_s, self._timeout_s))
                return read(self._accepted(reply))
            except _UnreachableError as error:
                if tried >= TRIES:
                    raise ModelError(
                        f"nobody answers at {self.address.base} ({error}); start the server there"
                    ) from error
            except _BusyError as error:
                if tried >= BUSY_TRIES or error.wait_s > MAX_RETRY_AFTER_S:
                    raise ModelError(str(error)) from error
                least = error.wait_s
            except UnusableError as error:
                if tried >= (STALLED_TRIES if error.stalled else TRIES):
                    raise
            longest = min(MAX_PAUSE_S, PAUSE_S * 2 ** (tried - 1))
            calls.pause(least + random.uniform(longest / 2, longest))
        raise AssertionError

    def probe(self, url: str, *, payload: Any = None) -> Any:
        """What the server says at `url` in JSON, None where it doesn't know that."""
        with suppress(_UnreachableError, UnusableError):
            reply = self._exchange(url, payload, Calls(), min(PROBE_S, self._timeout_s))
            return reply.value if reply.status == httpx2.codes.OK else None
        return None

    def _exchange(self, path: str, payload: Any, calls: Calls, patience: float) -> Reply:
        url = path if path.startswith("http") else f"{self.address.base}{path}"
        body = bytearray()
        try:
            with (
                calls.watched(WHOLE_ANSWER * patience) as trace,
                self._client.stream(
                    "GET" if payload is None else "POST",
                    url,
                    content=None if payload is None else json.dumps(payload).encode(),
                    headers={} if payload is None else {"Content-Type": "application/json"},
                    timeout=httpx2.Timeout(patience, connect=CONNECT_S),
                    extensions={"trace": trace},
                ) as response,
            ):
                for part in response.iter_raw():
                    body += part
                    if len(body) > MAX_BYTES:
                        raise UnusableError(f"the answer is over {MAX_BYTES // 1_000_000} MB")
                return Reply(response.status_code, dict(response.headers), bytes(body))
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            raise _UnreachableError(ERROR_NUMBER.sub("", one_line(error))) from error
        except httpx2.TimeoutException as error:
            raise UnusableError(f"no answer within {patience:g} s", stalled=True) from error
        except httpx2.HTTPError as error:
            raise UnusableError(f"the answer was cut off ({one_line(error)})") from error

    def _accepted(self, reply: Reply) -> Reply:
        """The reply, if it is none of an error."""
        base, status = self.address.base, reply.status
        if status < 300:
            return reply
        if status < 400:
            raise ModelError(
                f"{base} sends elsewhere, which is not followed; give --endpoint the server itself"
            )
        said = self.said(reply)
        if status in (401, 403):
            key = "the key in" if self._api_key else "a key is wanted in"
            raise ModelError(f"{base} refuses: {status}; look at {key} {KEY_VARIABLE}")
        if any(phrase in said.lower() for phrase in TOO_LONG):
            raise TooLongError(f"{base} finds a text too long for its model: {said}")
        if status == 404:
            hint = "" if self.address.has_version else f"; did you mean {base}{VERSION}?"
            raise ModelError(f"{base} doesn't know what it is asked for (404: {said}){hint}")
        if status in (429, 503):
            raise _BusyError(f"{base} is too busy ({status}: {said})", _wait_s(reply))
        if status < 500:
            raise RefusedError(f"{status}: {said}")
        raise UnusableError(f"the server failed ({status}: {said})")

    def said(self, reply: Reply) -> str:
        """The message in an answer, in one line, and without our key should it come back."""
        with suppress(UnusableError):
            value = reply.value
            for name in ("error", "message", "detail"):
                value = value.get(name, value) if isinstance(value, dict) else value
            return self.without_key(one_line(Exception(str(value))))
        return self.without_key(one_line(Exception(reply.body[:1000].decode(errors="replace"))))

    def without_key(self, text: str) -> str:
        return text.replace(self._api_key, "…") if self._api_key else text


def _wait_s(reply: Reply) -> float:
    """What Retry-After asks for, in seconds or as a date; nothing where it can't be read."""
    asked = reply.headers.get("retry-after", "")
    with suppress(ValueError, TypeError, OverflowError):
        seconds = (
            float(asked)
            if asked.strip().isdecimal()
            else (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()
        )
        return max(0.0, seconds)
    return 0.0
