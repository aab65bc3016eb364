import re
from dataclasses import replace

import pytest

from toolkit.assets import asset_folder
from toolkit.checks import Check
from toolkit.engines.fake import FakeEngine
from toolkit.files import sha256_of
from toolkit.models.catalogue import catalogue
from toolkit.translation.attempts import Attempt
from toolkit.translation.confidence.estimator import (
    ANY_MODEL,
    DATA,
    Confidence,
    Estimator,
    confidence_for,
    confidence_of,
)
from toolkit.translation.confidence.signals import LIKELY, SIGNALS, Observation

MEASURED, SMALL = "qwen2.5-coder-1.5b-instruct", "qwen2.5-coder-0.5b-instruct"
COMPARED = {"covered": 1.0, "added": 0.0}
LOST = Check(name="numbers", relation="lost", values=("3",))


def seen(**attempt):
    attempt = Attempt(**{"text": "The lease runs.", **attempt})
    return Observation(source="Le bail court.", source_language="fr", attempt=attempt)


def test_the_richest_estimator_is_taken_that_has_its_signals():
    rich = Estimator(model="m", bias=0.0, weights={"log_probability": 2.0})
    poor = Estimator(model="m", bias=-1.0, weights={"uncovered": -1.0})
    both = Confidence(estimators=(rich, poor))
    assert both.of(seen(log_prob=-0.1, new_tokens=1)) == pytest.approx(0.450, abs=1e-3)
    assert both.of(seen(covered=1.0)) == pytest.approx(0.269, abs=1e-3)
    assert both.of(seen()) is None


def info(model, engine="openvino"):
    return replace(FakeEngine(str.upper).info, engine=engine, model=model)


def test_a_measured_model_has_a_confidence_where_its_engine_or_the_lexicon_tells_something():
    for model in (MEASURED, SMALL):
        confidence = confidence_of(model)
        for told in ({"log_prob": -2.0, "new_tokens": 5}, COMPARED, COMPARED | {"log_prob": -2.0}):
            assert 0 < confidence.of(seen(**told)) < 1
        assert confidence.of(seen()) is None


def test_a_model_that_nobody_measured_needs_the_lexicon():
    confidence = confidence_of("never measured")
    assert 0 < confidence.of(seen(**COMPARED)) < 1
    assert confidence.of(seen(log_prob=-2.0, new_tokens=5)) is None


@pytest.mark.parametrize("model", [MEASURED, "never measured"])
def test_faults_make_it_less_sure(model):
    confidence = confidence_of(model)
    sound = confidence.of(seen(**COMPARED))
    assert confidence.of(seen(covered=0.5, added=0.0)) < sound
    assert confidence.of(seen(**COMPARED, failed=(LOST,))) < sound


def test_an_unlikely_answer_is_less_sure():
    confidence = confidence_of(MEASURED)
    likely, unlikely = (seen(**COMPARED, log_prob=-each, new_tokens=5) for each in (0.5, 5.0))
    assert confidence.of(unlikely) < 0.5 < confidence.of(likely)


@pytest.mark.parametrize("name", ["empty", "echo", "copied", "language", "lost"])
def test_what_is_no_translation_has_none(name):
    failed = (Check(name=name, relation="x"),)
    assert confidence_of(MEASURED).of(seen(failed=failed, log_prob=-0.1, new_tokens=9)) == 0.0


def test_no_fault_is_too_large_to_be_weighed():
    assert confidence_of(ANY_MODEL).of(seen(covered=0.0, added=1e6)) == pytest.approx(0, abs=1e-9)


def test_only_what_was_measured_counts_as_measured():
    assert confidence_for(info(MEASURED), ("fr", "en")).measured_on == MEASURED
    for other, languages in (
        (info("never measured"), ("fr", "en")),
        (info(MEASURED), ("en", "fr")),
        (info(MEASURED), ("de", "en")),
        (info(MEASURED, "endpoint"), ("fr", "en")),  # a server may give it any name
    ):
        assert confidence_for(other, languages).measured_on == ANY_MODEL
    assert ANY_MODEL not in catalogue()


def test_the_data_is_of_the_judged_translations_that_there_are_and_names_known_signals():
    folder = asset_folder("eval") / "gold/meaning"
    digests = re.findall(r"^# (\S+) (sha256:\w+)$", DATA.read_text("utf-8"), re.MULTILINE)
    assert len(digests) == 5
    assert all(sha256_of((folder / name).read_bytes()) == digest for name, digest in digests)
    for model in (MEASURED, SMALL, ANY_MODEL):
        for each in confidence_of(model).estimators:
            assert each.weights.keys() <= SIGNALS.keys()
            assert all((each.weights[name] > 0) == (name in LIKELY) for name in each.weights)
