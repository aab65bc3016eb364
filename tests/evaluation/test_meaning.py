import json

import pytest

from toolkit.assets import asset_folder
from toolkit.errors import InputError
from toolkit.evaluation.calibration import doubted_words
from toolkit.evaluation.meaning import JUDGED, SCORES, Documents, load_judged

MEANING = asset_folder("eval") / "gold/meaning"
SOURCE, TARGET = "Le bail court jusqu’à mardi.", "The lease runs until Tuesday."
LEASE = {"category": "wrong sense", "severity": "major", "source": "bail", "target": "lease"}
# The words that the model was least sure of: "lease".
TOKENS = [[0, 3, -0.1], [4, 9, -4.0], [10, 14, -0.1], [15, 20, -0.1], [21, 28, -0.1]]


@pytest.fixture
def folder(tmp_path):
    """Two judged translations of one sentence, one of which misleads."""
    judged = [
        {
            "id": "page#1",
            "system": f"{model}, fast",
            "source": SOURCE,
            "target": TARGET,
            "errors": errors,
            "judge": "anna",
            "judged": "2026-11-27",
        }
        for model, errors in (("one", [LEASE]), ("two", []))
    ]
    scores = [
        {
            "id": "page#1",
            "system": each["system"],
            "log_prob": -4.4,
            "new_tokens": 6,
            "tokens": TOKENS,
            "reverse": -9.0,
        }
        for each in judged
    ]
    write(tmp_path / JUDGED[0], judged)
    write(tmp_path / JUDGED[1], [])
    write(tmp_path / SCORES, scores)
    write(tmp_path / "sources.jsonl", [])
    (tmp_path / "parts.json").write_text('{"test": ["page"]}', "utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def judged():
    """All that was judged."""
    return load_judged(MEANING)


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def test_a_judged_translation_comes_with_what_the_toolkit_can_tell_of_it(folder):
    wrong, right = load_judged(folder)
    assert (wrong.misleads, right.misleads) == (True, False)
    assert (wrong.model, wrong.part, wrong.document) == ("one", "test", "page")
    assert 0 < wrong.confidence == right.confidence < 1
    assert {TARGET[each.start : each.end] for each in wrong.doubts if each.side == "target"} == {
        "lease"
    }


def test_words_are_counted_inside_and_outside_of_what_judges_marked(folder):
    wrong, right = load_judged(folder)
    found = doubted_words([wrong])["target"]
    assert (found.wrong, found.named, found.hits) == (1, 1, 1)
    assert doubted_words([right])["target"].hits == 0


def test_a_translation_without_scores_is_named(folder):
    write(folder / SCORES, [])
    with pytest.raises(InputError, match="page#1 by one, fast has no scores"):
        load_judged(folder)


def test_no_document_is_in_both_parts(judged):
    parts = {}
    for each in judged:
        parts.setdefault(each.document, set()).add(each.part)
    assert all(len(each) == 1 for each in parts.values())
    share = sum(each == {"test"} for each in parts.values()) / len(parts)
    assert 0.3 < share < 0.4
    # Documents judged in both sets, as those of the references, are known by their names.
    assert Documents(MEANING).of("002_dcbedcca45f563d5#3") == ("002_dcbedcca45f563d5", "test")
