import pytest

from toolkit.evaluation.calibration import (
    Detection,
    area_under_curve,
    calibration_error,
    reliability,
)


def test_the_area_is_the_share_of_pairs_in_the_right_order():
    truths = [True, True, False, False]
    assert area_under_curve([4, 3, 2, 1], truths) == 1.0
    assert area_under_curve([1, 2, 3, 4], truths) == 0.0
    assert area_under_curve([4, 1, 3, 2], truths) == 0.5
    assert area_under_curve([2, 2, 2, 1], truths) == 0.75
    assert area_under_curve([1, 2], [True, True]) == 0.5


def test_what_is_named_is_counted_against_what_is_wrong():
    found = Detection.of([(True, True), (True, False), (False, True), (False, False)])
    assert found == Detection(wrong=2, named=2, hits=1)
    assert (found.precision, found.recall) == (0.5, 0.5)
    assert Detection.of([]).precision == Detection.of([]).recall == 0.0


def test_confidence_that_means_what_it_says_has_no_error():
    confidences = [0.75] * 4 + [0.25] * 4
    right = [True, True, True, False, True, False, False, False]
    bins = reliability(confidences, right)
    assert [(each.count, each.confidence, each.right) for each in bins] == [
        (4, 0.25, 0.25),
        (4, 0.75, 0.75),
    ]
    assert calibration_error(bins) == 0.0
    assert calibration_error(reliability([0.9] * 4, right[:4])) == pytest.approx(0.15)
    assert calibration_error(reliability([1.0, 1.0], [False, False])) == 1.0
    assert calibration_error([]) == 0.0
