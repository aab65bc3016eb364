"""Files that were made for clients, to be fetched by a name that nobody can guess."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from toolkit.server.errors import ApiError
from toolkit.server.exports import Export

KEPT_SECONDS = 1800.0
MAX_BYTES = 200_000_000


class Downloads:
    """Each file is kept for `seconds`, as long as all together have no more than `max_bytes`: the
    oldest go first.
    """

    def __init__(
        self,
        *,
        seconds: float = KEPT_SECONDS,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, Export]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def add(self, made: Export) -> str:
        """The name that it is had by."""
        name = secrets.token_urlsafe(24)
        with self._lock:
            self._kept[name] = self._clock() + self._seconds, made
            self._bytes += len(made.content)
            self._forget()
        return name

    def find(self, name: str) -> Export:
        """Raises ApiError where there is none, or none any more."""
        with self._lock:
            self._forget()
            if name not in self._kept:
                raise ApiError(404, "not_found", "there is no such file, or it is gone")
            return self._kept[name][1]

    def _forget(self) -> None:
        while self._kept:
            end, made = next(iter(self._kept.values()))
            if end > self._clock() and self._bytes <= self._max_bytes:
                return
            self._kept.popitem(last=False)
            self._bytes -= len(made.content)
