import pytest

from toolkit.server.control import Control, Progress, cancelled
from toolkit.server.errors import ApiError


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_the_time_left_is_as_the_last_minute_went(clock):
    control = Control(1000, clock=clock)
    assert control.progress == Progress("waiting")
    for done, moment in ((0, 100.0), (50, 100.0), (51, 150.0), (61, 200.0)):
        clock.now = moment
        control.report("translating", done, 100)
    assert control.progress.seconds_left == pytest.approx(39 / (10 / 50))
    clock.now = 210.0
    assert control.progress.seconds_left == pytest.approx(39 / (10 / 50) - 10)


def test_nothing_is_said_of_the_time_left_where_nothing_is_known(clock):
    control = Control(1000, clock=clock)
    control.report("summarizing", 0, 0)
    clock.now += 5
    control.report("summarizing", 1, 0)
    assert control.progress == Progress("summarizing", 1, 0, None)


def test_a_stage_has_its_own_speed_and_time(clock):
    control = Control(1000, clock=clock)
    control.report("translating", 0, 10)
    clock.now += 8
    control.report("translating", 10, 10)
    control.report("summarizing", 0, 0)
    assert control.progress == Progress("summarizing", 0, 0, None)
    clock.now += 3
    assert control.stage_seconds == 3


def test_work_ends_where_it_next_looks():
    control = Control(1000)
    control.report("translating", 0, 10)
    control.end(cancelled())
    for look in (control.check, lambda: control.report("translating", 1, 10)):
        with pytest.raises(ApiError, match="cancelled"):
            look()
    assert control.progress.done == 0


def test_time_runs_from_the_beginning_of_the_work(clock):
    control = Control(30, clock=clock)
    clock.now += 100
    control.check()
    control.start()
    clock.now += 29
    control.check()
    clock.now += 2
    with pytest.raises(ApiError, match="longer than the 30 s") as caught:
        control.check()
    assert caught.value.code == "timed_out"
