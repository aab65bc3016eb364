"""Which streams may have a place in the batch of a shared engine.

A step takes the longer the more is written in it, so what is urgent hardly gets on beside a
document that fills the batch. While there is something urgent, and for a moment after it, documents
have no place, or one each beside many others or after a long time without an answer. Then all of
them have a few for a while, and in the end as many as there are.
"""

import sys
import time
from collections.abc import Callable, Collection, Sized
from math import inf
from typing import Protocol, TypeVar

MANY = 4  # urgent requests, beside which one more makes little difference
HOLD_SECONDS = 0.4  # shorter than a shared engine lingers, after which it looks again
PATIENCE_SECONDS = 20.0
PLACES_SOON = 8
SOON_SECONDS = 60.0
MAKE_ROOM_SECONDS = 15.0  # from one time that documents are to make room to the next


class Stream(Protocol):
    """`running` counts its requests in the batch, `waiting` holds those that are to come, and
    `answered_at` is when it was last answered, or began.
    """

    is_urgent: bool
    answered_at: float
    running: int

    @property
    def waiting(self) -> Sized: ...


AnyStream = TypeVar("AnyStream", bound=Stream)


class MakeRoomError(Exception):
    """What runs has to give up its places."""


class Admission:
    """Remembers when there was something urgent; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._urgent_at = self._made_room_at = -inf

    def admit(self, streams: Collection[AnyStream]) -> list[AnyStream]:
        """Those that wait and may have a place now.

        Raises MakeRoomError where others are in the way of something urgent.
        """
        now = self._clock()
        urgent = [each for each in streams if each.is_urgent]
        others = [each for each in streams if not each.is_urgent]
        asked = sum(each.running + len(each.waiting) for each in urgent)
        if asked:
            self._urgent_at = now
        if (
            any(len(each.waiting) for each in urgent)
            and sum(each.running for each in others) > len(others)
            and now > self._made_room_at + MAKE_ROOM_SECONDS
        ):
            self._made_room_at = now
            raise MakeRoomError
        most, patient = self._places(now, asked, len(others)), now - PATIENCE_SECONDS
        return [
            each
            for each in streams
            if len(each.waiting)
            and (each.is_urgent or each.running < max(most, each.answered_at < patient))
        ]

    def _places(self, now: float, asked: int, others: int) -> int:
        """Of each document."""
        if now < self._urgent_at + HOLD_SECONDS:
            return 1 if asked >= MANY else 0
        if now < self._urgent_at + SOON_SECONDS:
            return max(1, PLACES_SOON // max(1, others))
        return sys.maxsize
