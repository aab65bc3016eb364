import math

import pytest

from toolkit.checks import Check
from toolkit.engines.base import TokenScore
from toolkit.translation.attempts import Attempt
from toolkit.translation.confidence.signals import SIGNALS, Observation


def values(source="Le bail court.", **attempt):
    attempt = Attempt(**{"text": "The lease runs.", **attempt})
    seen = Observation(source=source, source_language="fr", attempt=attempt)
    return {name: signal(seen) for name, signal in SIGNALS.items()}


def test_what_an_engine_does_not_tell_is_no_signal():
    told = values()
    unknown = {name for name, value in told.items() if value is None}
    assert unknown == {
        "log_probability",
        "content_log_probability",
        "weakest_token",
        "source_log_probability",
        "uncovered",
        "added",
    }
    # A text that was too long to be scored has no score either.
    assert values(reverse=-math.inf)["source_log_probability"] is None


def test_long_sentences_are_no_worse_for_being_long():
    short = values(log_prob=-4.0, new_tokens=8, reverse=-9.0)
    long = values(
        "Le bail court. " * 10, log_prob=-40.0, new_tokens=80, reverse=-90.0, text="x " * 40
    )
    for name in ("log_probability", "source_log_probability"):
        assert short[name] == pytest.approx(long[name])
    assert short["log_probability"] == -0.5
    assert short["source_log_probability"] == -3.0


def test_words_that_every_sentence_has_do_not_hide_an_unlikely_one():
    tokens = (TokenScore(0, 3, -0.01), TokenScore(4, 9, -3.0), TokenScore(10, 14, -1.0))
    told = values(tokens=tokens, log_prob=-4.01, new_tokens=3)
    assert told["content_log_probability"] == -2.0
    assert told["weakest_token"] == -3.0
    only_short = values(tokens=tokens[:1], log_prob=-0.02, new_tokens=2)
    assert only_short["content_log_probability"] == only_short["log_probability"] == -0.01


def test_faults_are_counted():
    failed = (
        Check(name="terms", relation="missing", values=("lease", "tenant")),
        Check(name="numbers", relation="lost", values=("3",)),
    )
    told = values(failed=failed, covered=0.75, added=2.5)
    assert (told["failed_checks"], told["lost_terms"]) == (1.0, 2.0)
    assert (told["uncovered"], told["added"]) == (0.25, 2.5)
    assert values()["failed_checks"] == values()["lost_terms"] == 0.0


def test_a_hard_source_shows_by_its_length_and_its_words():
    plain, hard = values(), values("L’abscons tabellion tergiverse derechef.")
    assert hard["rare_words"] > plain["rare_words"] == 0.0
    assert values("Le bail court. " * 9)["length"] > plain["length"]
    halved = values(text="The")
    assert halved["length_ratio"] > plain["length_ratio"]
    assert values("…", text="…")["length"] == 0.0
