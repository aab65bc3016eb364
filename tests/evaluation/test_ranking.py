import re
from dataclasses import replace

import pytest

from toolkit.evaluation.compare import p_values_of
from toolkit.evaluation.ranking import compared_parts, rank
from toolkit.evaluation.runs import run_suite
from toolkit.evaluation.suites import Suite
from toolkit.evaluation.tables import run_tables

PAIRS = [
    (f"Le maire ouvre {number} écoles.", f"The mayor opens {number} schools.")
    for number in range(11, 31)
]
RIGHT = dict(PAIRS)


def test_the_best_model_comes_first_and_is_named(compared):
    run = compared(PAIRS, {"bad": str.upper, "good": RIGHT.get})
    assert compared_parts(run) == ["own"]
    ranking = rank(run, "own")
    assert ranking.metric == "chrF2++"
    assert [each.name for each in ranking.models] == ["good", "bad"]
    best, other = ranking.models
    assert best.p is None
    assert other.p < 0.05
    assert "Best here: good, significantly better than the other" in ranking.verdict()
    taken = best.seconds_an_item  # zero where twenty lookups were too quick to be told
    assert best.words_a_second == (pytest.approx(5 / taken) if taken else 0)


def test_models_that_differ_by_chance_are_not_told_apart(compared):
    """One sentence of twenty."""
    almost = RIGHT | {PAIRS[0][0]: "The mayor opens 11 school."}
    run = compared(PAIRS, {"bad": str.upper, "almost": almost.get, "good": RIGHT.get})
    verdict = rank(run, "own").verdict()
    assert "good is first by chrF2++, but not significantly better than almost." in verdict
    assert "bad" not in verdict
    assert "quickest" in verdict
    assert "least memory" in verdict


def scored_by(run, *metrics):
    def scores(outcome):
        return tuple(filter(None, map(outcome.score, metrics)))

    return replace(run, outcomes=tuple(replace(one, scores=scores(one)) for one in run.outcomes))


def test_models_have_no_places_by_their_own_confidence(compared):
    run = compared(PAIRS, {"flagged": lambda text: text, "good": RIGHT.get})
    alone = scored_by(run, "confidence")
    assert compared_parts(alone) == []
    assert re.search(r"^confidence +\d", run_tables([alone]), re.MULTILINE)
    ranking = rank(scored_by(run, "confidence", "flagged"), "own")
    assert ranking.metric == "flagged"
    assert [each.name for each in ranking.models] == ["good", "flagged"]


def test_summarizers_are_told_apart_by_single_facts(tmp_path):
    part = {
        "name": "summaries",
        "task": "summaries",
        "data": ["seeds:translated"],
        "each_model": True,
        "settings": {"source_language": "en"},
        "systems": [
            {"name": each, "settings": {"summarizer": each}} for each in ("lead-1", "lead-3")
        ],
    }
    suite = Suite.model_validate({"name": "s", "description": "d", "parts": [part]})
    ranking = rank(run_suite(suite, tmp_path / "run", flags={}), "summaries")
    assert (ranking.metric, ranking.tested) == ("fact recall", "65 facts")
    best, other = ranking.models
    assert (best.name, other.name) == ("lead-3", "lead-1")
    assert other.p != p_values_of("fact recall", best.outcome, other.outcome)[1]
