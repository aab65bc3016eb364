import gc
import threading
import time
import weakref

import pytest

from tests.server.helpers import SECONDS, wait_until
from toolkit.errors import InputError
from toolkit.server.errors import ApiError
from toolkit.server.fair_queue import FairQueue

DEFAULTS = {"workers": 1, "running_each": 8, "most": 100, "most_each": 50}


def queue_of(**limits):
    return FairQueue("test", **(DEFAULTS | limits))


class Gate:
    """Work that waits until it is let, and notes who was let in."""

    def __init__(self):
        self.began, self.open = [], threading.Event()

    def work(self, name):
        def run(control):
            self.began.append(name)
            while not self.open.wait(0.005):
                control.check()
            return name

        return run


@pytest.fixture
def gate():
    gate = Gate()
    yield gate
    gate.open.set()


def test_clients_come_in_turn_however_much_one_of_them_wants(gate):
    queue = queue_of()
    first = queue.submit("a", gate.work("a0"), seconds=60)
    wait_until(lambda: gate.began)
    tickets = [queue.submit("a", gate.work(f"a{number}"), seconds=60) for number in range(1, 5)]
    tickets += [queue.submit("b", gate.work(f"b{number}"), seconds=60) for number in range(2)]
    tickets += [queue.submit("c", gate.work("c0"), seconds=60)]
    gate.open.set()
    assert first.future.result(SECONDS) == "a0"
    assert [each.future.result(SECONDS) for each in tickets][-1] == "c0"
    assert gate.began == ["a0", "a1", "b0", "c0", "a2", "b1", "a3", "a4"]


def test_one_client_does_not_take_all_threads(gate):
    queue = queue_of(workers=4, running_each=2)
    for number in range(6):
        queue.submit("a", gate.work(f"a{number}"), seconds=60)
    wait_until(lambda: len(gate.began) == 2)
    queue.submit("b", gate.work("b0"), seconds=60)
    wait_until(lambda: "b0" in gate.began)
    time.sleep(0.05)
    assert sorted(gate.began) == ["a0", "a1", "b0"]


def test_as_many_threads_work_as_are_allowed(gate):
    queue = queue_of(workers=3)
    for number in range(5):
        queue.submit("a", gate.work(number), seconds=60)
    wait_until(lambda: len(gate.began) == 3)
    time.sleep(0.05)
    assert len(gate.began) == 3


def test_what_finds_no_place_is_refused_with_a_time_to_come_back(gate):
    queue = queue_of(most=3, most_each=2)
    queue.submit("a", gate.work(1), seconds=60)
    queue.submit("a", gate.work(2), seconds=60)
    first = []
    with pytest.raises(ApiError) as caught:
        queue.submit("a", gate.work(3), seconds=60, first=lambda: first.append("done"))
    assert (caught.value.status, caught.value.code) == (429, "too_many_requests")
    assert 1 <= int(caught.value.headers["Retry-After"]) <= 600
    queue.submit("b", gate.work(4), seconds=60)
    with pytest.raises(ApiError) as caught:
        queue.submit("c", gate.work(5), seconds=60)
    assert (caught.value.status, caught.value.code) == (503, "queue_full")
    assert "Retry-After" in caught.value.headers
    assert first == []
    queue.submit("c", gate.work(6), seconds=60, at_all=True)
    assert queue.size == 4


def test_what_waits_is_ended_at_once_and_leaves_its_place(gate):
    queue = queue_of(most=2)
    queue.submit("a", gate.work("runs"), seconds=60)
    wait_until(lambda: gate.began)
    waiting = queue.submit("a", gate.work("waits"), seconds=60)
    queue.end(waiting)
    with pytest.raises(ApiError, match="cancelled"):
        waiting.future.result(0)
    after = queue.submit("a", gate.work("after"), seconds=60)
    gate.open.set()
    after.future.result(SECONDS)
    assert gate.began == ["runs", "after"]


def test_what_runs_is_ended_where_it_looks(gate):
    queue = queue_of()
    running = queue.submit("a", gate.work("runs"), seconds=60)
    wait_until(lambda: gate.began)
    queue.end(running)
    with pytest.raises(ApiError, match="cancelled"):
        running.future.result(SECONDS)
    wait_until(lambda: queue.size == 0)


def test_what_takes_too_long_is_ended(gate):
    ticket = queue_of().submit("a", gate.work("slow"), seconds=0.05)
    with pytest.raises(ApiError) as caught:
        ticket.future.result(SECONDS)
    assert caught.value.code == "timed_out"


def test_errors_belong_to_who_asked_and_hold_on_to_nothing():
    class Stream:
        pass

    held = []

    def fail(control):
        stream = Stream()
        held.append(weakref.ref(stream))
        raise InputError("no article")

    queue = queue_of()
    ticket = queue.submit("a", fail, seconds=60)
    with pytest.raises(InputError, match="no article"):
        ticket.future.result(SECONDS)
    gc.collect()
    assert held[0]() is None
    assert queue.submit("a", lambda control: "next", seconds=60).future.result(SECONDS) == "next"


def test_whatever_is_raised_does_not_end_the_threads(caplog):
    class Panic(BaseException):
        pass

    def panic(control):
        raise Panic("of a library")

    queue = queue_of()
    with pytest.raises(Panic):
        queue.submit("a", panic, seconds=60).future.result(SECONDS)
    assert "this is a bug: Panic: of a library" in caplog.text
    assert queue.submit("a", lambda control: "next", seconds=60).future.result(SECONDS) == "next"


def test_a_queue_that_is_closed_ends_all_work_and_takes_no_more(gate):
    queue = queue_of()
    tickets = [queue.submit("a", gate.work(number), seconds=60) for number in range(3)]
    wait_until(lambda: gate.began)
    queue.close()
    for ticket in tickets:
        with pytest.raises(ApiError, match="being stopped"):
            ticket.future.result(SECONDS)
    with pytest.raises(ApiError, match="being stopped"):
        queue.submit("a", gate.work("late"), seconds=60)
