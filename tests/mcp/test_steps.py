import pytest

from toolkit.mcp.steps import CancelledError, Step, Steps


def test_numbers_grow_from_stage_to_stage():
    steps, seen = Steps(), []
    told = [
        ("reading", 0, 0),
        ("translating", 0, 0),
        ("loading the model", 0, 0),
        ("translating", 1, 3),
        ("translating", 3, 3),
        ("summarizing", 0, 0),
        ("summarizing", 1, 1),
    ]
    for each in told:
        steps(*each)
        seen.append(steps.latest)
    numbers = [step.progress for step in seen]
    assert numbers == sorted(set(numbers)), "strictly"
    assert all(step.total is None or step.progress <= step.total for step in seen)
    assert seen[4] == Step(7, 7, "translating: 3 of 3")
    assert seen[2].message == "loading the model"


def test_a_stage_that_counts_back_does_not_take_us_back():
    steps = Steps()
    steps("translating", 5, 10)
    before = steps.latest
    steps("translating", 4, 12)
    assert steps.latest.progress == before.progress
    assert steps.latest.total == 13


def test_work_ends_where_it_next_tells_or_looks():
    steps = Steps()
    steps.check()
    steps.cancel()
    for look in (steps.check, lambda: steps("translating", 1, 2)):
        with pytest.raises(CancelledError):
            look()
