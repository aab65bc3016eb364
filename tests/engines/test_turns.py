import threading
import time
from collections import Counter

import pytest

from toolkit.engines.turns import Turns

SECONDS = 20


def fit(models):
    """Two of them."""
    return len(models) <= 2


def wait_until(is_so):
    ends = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.001)


def started(target, *args):
    thread = threading.Thread(target=target, args=args)
    thread.start()
    return thread


@pytest.fixture
def working():
    """Takes a turn until it is told to end; who works now, and in which order they began."""
    began, ends = [], {}

    def begin(turns, name):
        ends[name] = threading.Event()

        def work():
            with turns.turn(name[0]):
                began.append(name)
                ends[name].wait(SECONDS)

        return started(work)

    yield begin, began, ends
    for each in ends.values():
        each.set()


def test_as_many_models_work_at_once_as_fit(working):
    begin, began, ends = working
    turns = Turns(fit)
    for name in ("a", "b", "a2"):
        begin(turns, name)
    wait_until(lambda: len(began) == 3)
    begin(turns, "c")
    wait_until(lambda: len(turns._waiting) == 1)
    assert turns.in_use == {"a", "b"}
    ends["a"].set()
    ends["a2"].set()
    wait_until(lambda: "c" in began)
    assert turns.in_use == {"b", "c"}


def test_nobody_is_overtaken_for_ever_by_those_whose_model_is_there(working):
    begin, began, ends = working
    turns = Turns(lambda models: len(models) <= 1)
    begin(turns, "a1")
    wait_until(lambda: began == ["a1"])
    begin(turns, "b")
    wait_until(lambda: len(turns._waiting) == 1)
    begin(turns, "a2")
    wait_until(lambda: len(turns._waiting) == 2)
    ends["a1"].set()
    wait_until(lambda: began == ["a1", "b"])
    ends["b"].set()
    wait_until(lambda: began == ["a1", "b", "a2"])


def test_a_turn_is_over_after_its_slice_and_only_where_somebody_waits(working):
    begin, began, _ = working
    turns = Turns(lambda models: len(models) <= 1, slice_seconds=0.05)
    begin(turns, "a")
    wait_until(lambda: began)
    time.sleep(0.06)
    assert not turns.is_over("a")
    begin(turns, "b")
    wait_until(lambda: turns._waiting)
    assert turns.is_over("a")
    lasting = Turns(lambda models: len(models) <= 1, slice_seconds=1000)
    begin(lasting, "a2")
    wait_until(lambda: "a2" in began)
    begin(lasting, "b2")
    wait_until(lambda: lasting._waiting)
    assert not lasting.is_over("a")


def test_a_model_that_fits_with_nothing_has_its_turn_alone():
    turns = Turns(lambda models: False)
    with turns.turn("large"):
        assert turns.in_use == {"large"}
    assert turns.in_use == set()


def test_who_stops_waiting_is_in_nobodys_way():
    turns = Turns(lambda models: len(models) <= 1)

    def stop():
        raise InterruptedError

    with turns.turn("a"):
        with pytest.raises(InterruptedError), turns.turn("b", check=stop):
            pass
        with turns.turn("a"):
            pass


def test_many_threads_never_hold_more_than_fits():
    turns, most, seen = Turns(fit), [], Counter()

    def work(name):
        for _ in range(20):
            with turns.turn(name):
                most.append(len(turns.in_use))
                seen[name] += 1

    for thread in [started(work, name) for name in "abcdabcd"]:
        thread.join(SECONDS)
    assert max(most) <= 2
    assert seen == dict.fromkeys("abcd", 40)
