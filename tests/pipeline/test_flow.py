import pytest

from toolkit.errors import InputError, ModelError
from toolkit.pipeline import flow as module
from toolkit.pipeline.flow import Ready, flow


def backwards(values):
    """Done in another order than asked."""
    for key, value in reversed(list(values)):
        yield key, value.upper()


def answers(items, work=backwards):
    return list(flow(items, work))


def test_exceptions_keep_their_place_among_what_was_made():
    bad = InputError("is empty")
    assert answers([(1, "a"), (2, bad), (3, "b")]) == [(1, "A"), (2, bad), (3, "B")]


def test_what_is_ready_keeps_its_place_and_is_not_worked_on():
    assert answers([(1, Ready("a")), (2, "b"), (3, Ready("c"))]) == [(1, "a"), (2, "B"), (3, "c")]


def test_a_whole_stream_of_what_is_ready_is_passed_on_within_bounds(monkeypatch):
    monkeypatch.setattr(module, "MAX_HELD", 3)
    assert answers((number, Ready(number)) for number in range(10)) == [
        (number, number) for number in range(10)
    ]


def test_what_breaks_the_work_is_answered_by_its_error_and_the_rest_is_done():
    def work(values):
        for key, value in values:
            if value == "bad":
                raise RecursionError("too deep")
            yield key, value.upper()

    found = answers([(1, "a"), (2, "bad"), (3, "b")], work)
    assert found[0::2] == [(1, "A"), (3, "B")]
    assert isinstance(found[1][1], RecursionError)


def test_a_missing_model_ends_it():
    def work(values):
        next(values)
        raise ModelError("is not installed")
        yield

    with pytest.raises(ModelError):
        answers([(1, "a"), (2, "b")], work)


@pytest.mark.parametrize("error", [InputError("is cut off"), OSError("gone")])
def test_items_that_break_off_are_done_before_that_is_told(error):
    """An error of the source would else look like the end of it."""

    def items():
        yield 1, "a"
        yield 2, "b"
        raise error

    done = []
    with pytest.raises(type(error)):
        done.extend(flow(items(), backwards))
    assert done == [(1, "A"), (2, "B")]


@pytest.mark.parametrize("kind", ["slow", "bad"])
def test_few_items_are_held_whatever_they_are(monkeypatch, kind):
    """Neither work that answers late nor a long row of errors fills the memory."""
    monkeypatch.setattr(module, "MAX_HELD", 5)
    taken = 0

    def items():
        nonlocal taken
        for number in range(50):
            taken += 1
            yield number, InputError("bad") if kind == "bad" else "a"

    for done, _ in enumerate(flow(items(), backwards)):
        assert taken - done <= 5
    assert taken == 50


@pytest.mark.parametrize("left", [1, 2])
def test_work_that_leaves_out_an_item_is_told_instead_of_asked_for_ever(left):
    def work(values):
        for (key, value), _ in zip(values, range(left), strict=False):
            if value != "b":
                yield key, value

    with pytest.raises(RuntimeError, match="ended without an answer to each item"):
        answers([(1, "a"), (2, "b"), (3, "c"), (4, "d")], work)


def test_what_is_left_out_when_it_is_tried_alone_has_an_error():
    def work(values):
        for key, value in values:
            if value == "bad":
                raise ValueError("bad")
            if value != "b":
                yield key, value

    (_, a), (_, b), (_, c) = answers([(1, "a"), (2, "b"), (3, "bad")], work)
    assert a == "a"
    assert str(b) == "the work ended without an answer to each item"
    assert isinstance(c, ValueError)
