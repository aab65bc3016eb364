import pytest

from toolkit.checks import Check
from toolkit.models.catalogue import catalogue
from toolkit.translation.attempts import Attempt
from toolkit.translation.confidence.estimator import (
    ANY_MODEL,
    Confidence,
    Estimator,
    confidence_for,
)
from toolkit.translation.confidence.signals import SIGNALS, Observation

MEASURED = "qwen2.5-coder-1.5b-instruct"
LOST = Check(name="numbers", relation="lost", values=("3",))


def seen(**attempt):
    attempt = Attempt(**{"text": "The lease runs.", **attempt})
    return Observation(source="Le bail court.", source_language="fr", attempt=attempt)


def test_the_richest_estimator_is_taken_that_has_its_signals():
    rich = Estimator(model="m", bias=0.0, weights={"log_probability": 2.0})
    poor = Estimator(model="m", bias=-1.0, weights={"uncovered": -1.0})
    both = Confidence(estimators=(rich, poor))
    assert both.of(seen(log_prob=-0.1, new_tokens=1)) == pytest.approx(0.450, abs=1e-3)
    assert both.of(seen()) == pytest.approx(0.269, abs=1e-3)


@pytest.mark.parametrize("model", [MEASURED, "qwen2.5-coder-0.5b-instruct", "never measured"])
@pytest.mark.parametrize(
    "told", [{}, {"log_prob": -2.0, "new_tokens": 5}, {"log_prob": -2.0, "reverse": -9.0}]
)
def test_every_model_has_a_confidence_whatever_its_engine_tells(model, told):
    assert 0 < confidence_for(model).of(seen(**told)) < 1


@pytest.mark.parametrize("model", [MEASURED, "never measured"])
def test_faults_make_it_less_sure(model):
    confidence = confidence_for(model)
    sound = confidence.of(seen())
    assert confidence.of(seen(covered=0.5)) < sound
    assert confidence.of(seen(failed=(LOST,))) < sound


def test_an_unlikely_answer_is_less_sure():
    confidence = confidence_for(MEASURED)
    likely, unlikely = (seen(log_prob=-each, new_tokens=5) for each in (0.5, 5.0))
    assert confidence.of(unlikely) < 0.5 < confidence.of(likely)


@pytest.mark.parametrize("name", ["empty", "echo", "copied", "language", "lost"])
def test_what_is_no_translation_has_none(name):
    failed = (Check(name=name, relation="x"),)
    assert confidence_for(MEASURED).of(seen(failed=failed, log_prob=-0.1, new_tokens=9)) == 0.0


def test_which_models_were_measured_is_known():
    assert confidence_for(MEASURED).measured_on == MEASURED
    assert confidence_for("never measured").measured_on == ANY_MODEL
    assert ANY_MODEL not in catalogue()


def test_the_data_names_signals_that_there_are_and_one_that_needs_nothing_comes_last():
    for model in (MEASURED, "qwen2.5-coder-0.5b-instruct", ANY_MODEL):
        estimators = confidence_for(model).estimators
        assert all(each.weights.keys() <= SIGNALS.keys() for each in estimators)
        assert estimators[-1].probability(seen()) is not None
