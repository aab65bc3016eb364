from dataclasses import dataclass, field

import pytest

from toolkit.engines.admission import (
    HOLD_SECONDS,
    MAKE_ROOM_SECONDS,
    MANY,
    PATIENCE_SECONDS,
    PLACES_SOON,
    SOON_SECONDS,
    Admission,
    MakeRoomError,
)


@dataclass
class Stream:
    running: int = 0
    waiting: list = field(default_factory=lambda: [1])
    is_urgent: bool = False
    answered_at: float = 1000.0


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def admission(clock):
    return Admission(clock)


def urgent(**values):
    return Stream(is_urgent=True, **values)


def places(admission, document, *others):
    """How many the document gets until it has to wait."""
    document.running = 0
    while document in admission.admit([document, *others]) and document.running < 100:
        document.running += 1
    return document.running


def test_without_anything_urgent_all_that_wait_may_come(admission):
    document = Stream()
    assert places(admission, document) == 100
    assert admission.admit([Stream(waiting=[])]) == []


def test_documents_have_no_place_beside_something_urgent_nor_right_behind_it(admission, clock):
    document, text = Stream(), urgent(running=1, waiting=[])
    assert places(admission, document, text) == 0
    text.running = 0
    clock.now += HOLD_SECONDS / 2
    assert places(admission, document, text) == 0
    clock.now += HOLD_SECONDS
    assert places(admission, document, text) == PLACES_SOON
    assert places(admission, document, Stream()) == PLACES_SOON // 2
    clock.now += SOON_SECONDS
    assert places(admission, document) == 100


def test_beside_many_urgent_ones_a_document_has_a_place(admission):
    assert places(admission, Stream(), *[urgent(running=1)] * (MANY // 2)) == 1


def test_nobody_waits_for_ever(admission, clock):
    document, text = Stream(), urgent(running=1)
    clock.now += PATIENCE_SECONDS + 1
    assert places(admission, document, text) == 1
    document.answered_at = clock.now
    assert places(admission, document, text) == 0


def test_a_document_in_the_way_of_something_urgent_has_to_make_room_now_and_then(admission, clock):
    document, text = Stream(running=50), urgent()
    with pytest.raises(MakeRoomError):
        admission.admit([document, text])
    clock.now += MAKE_ROOM_SECONDS / 2
    assert admission.admit([document, text]) == [text]
    clock.now += MAKE_ROOM_SECONDS
    with pytest.raises(MakeRoomError):
        admission.admit([document, text])


def test_one_sentence_of_a_document_is_not_in_the_way(admission):
    text = urgent()
    assert admission.admit([Stream(running=1, waiting=[]), text]) == [text]
    running = urgent(running=1, waiting=[])
    assert admission.admit([Stream(running=50), running]) == [], "nothing urgent waits"
