import json
from pathlib import Path

import pytest

from toolkit.translation.checks import Limits
from toolkit.translation.comparison import compare
from toolkit.translation.glossary import Term

# Found of the wrong words, right of the named ones, good translations flagged.
FLOORS = {"missing": (0.35, 0.55, 0.3), "added": (0.1, 0.6, 0.06)}
CASES = json.loads((Path(__file__).parents[1] / "cases/coverage.json").read_text("utf-8"))


@pytest.mark.parametrize("label", ["missing", "added"])
def test_of_the_labelled_cases_enough_is_found_and_little_is_flagged_wrongly(real, label):
    """The floors are what was measured, a little lower: docs/decisions/0012."""
    limits = Limits()
    named = right = wanted = found = flagged = good = 0
    for case in CASES:
        comparison = compare(case["source"], case["target"], real)
        words = {
            "missing": comparison.source.missing(limits.unanswered_weight),
            "added": comparison.target.missing(limits.added_weight),
        }[label]
        told = {each.word for each in words}
        if not case["missing"] and not case["added"]:
            good += 1
            flagged += bool(told)
        named += len(told)
        wanted += len(case[label])
        right += sum(any(each in word for each in case[label]) for word in told)
        found += sum(any(each in word for word in told) for each in case[label])
    assert len(CASES) >= 200
    assert good >= 100
    scores = round(found / wanted, 2), round(right / named, 2), round(flagged / good, 2)
    at_least_found, at_least_right, at_most_flagged = FLOORS[label]
    assert scores[0] >= at_least_found, scores
    assert scores[1] >= at_least_right, scores
    assert scores[2] <= at_most_flagged, scores


def test_phrases_and_ligatures_of_a_glossary_are_known(real):
    terms = (Term("effet de serre", "hothouse"), Term("cœur", "soul"))
    text = "L'effet de serre touche le cœur"
    compared = compare(text, "Hothouse touches soul", real, terms)
    assert compared.source.missing(2.0) == compared.target.missing(2.0) == ()


def test_words_of_a_phrase_are_known_only_where_it_is_answered(real):
    phrase = (Term("effet de serre", "hothouse effect", "phrase"),)
    text = "L'effet de serre croît"
    other = compare(text, "The oil grows", real, phrase)
    assert {each.word for each in other.source.missing(2.0)} == {"effet de serre"}
    answered = compare(text, "The hothouse effects grow", real, phrase)
    assert answered.source.missing(2.0) == answered.target.missing(2.0) == ()
    assert compare(text, "The greenhouse effect grows", real, phrase).source.missing(2.0) == ()
