"""Answers that are compared by how well the source can be told from them."""

from dataclasses import replace

import pytest

from tests.translation.helpers import translator
from toolkit.engines.base import Candidate, Family, ranked
from toolkit.engines.fake import FakeEngine
from toolkit.errors import TooLongError
from toolkit.prompts import load_prompt
from toolkit.segmentation import split_sentences
from toolkit.store import Store
from toolkit.translation.translator import MAX_SCORED

BACK = load_prompt("translation", "news", languages=("en", "fr"))
SLEEP = (("He sleeps.", -1.0), ("He is asleep.", -2.0))


class Engine(FakeEngine):
    """Answers `found`, pairs of a text and its log-probability, and scores by what the source
    ends with, as `scores` say.
    """

    def __init__(self, *found, scores, family: Family = "causal"):
        super().__init__(family=family)
        self._found = found
        self._scores = scores
        self.scored = []

    def stream(self, pull):
        while request := pull():
            candidates = [
                Candidate(text=text, log_prob=log_prob, new_tokens=10, finished=True)
                for text, log_prob in self._found
            ]
            yield request, ranked(candidates, 5)

    def score(self, sources, targets):
        answers = [source[-1].content.rpartition("\n\n")[2] for source in sources]
        self.scored += zip(answers, targets, strict=True)
        return [self._scores[answer] for answer in answers]


def translated(engine, text="Il dort.", *, quality="best", reverse_prompt=BACK, **changes):
    model = translator(str.upper)
    changes |= {"engine": engine, "quality": quality, "reverse_prompt": reverse_prompt}
    (result,) = replace(model, **changes).translate(split_sentences(text))
    return result.text


def test_at_the_best_quality_the_answer_that_tells_more_of_the_source_is_kept():
    engine = Engine(*SLEEP, scores={"He sleeps.": -40.0, "He is asleep.": -10.0})
    assert translated(engine) == "He is asleep."
    assert set(engine.scored) == {("He sleeps.", "Il dort."), ("He is asleep.", "Il dort.")}


def test_a_likelier_answer_is_kept_where_the_source_tells_no_difference():
    engine = Engine(*SLEEP, scores={"He sleeps.": -10.0, "He is asleep.": -10.0})
    assert translated(engine) == "He sleeps."


@pytest.mark.parametrize(
    ("quality", "family", "prompt"),
    [
        ("fast", "causal", BACK),
        ("standard", "causal", BACK),
        ("best", "seq2seq", BACK),
        ("best", "causal", None),
    ],
)
def test_nothing_is_scored_otherwise(quality, family, prompt):
    engine = Engine(*SLEEP, scores={}, family=family)
    assert translated(engine, quality=quality, reverse_prompt=prompt) == "He sleeps."
    assert engine.scored == []


def test_a_fault_outweighs_what_the_source_tells():
    found = (("He met him.", -1.0), ("He met him on Monday.", -2.0))
    engine = Engine(*found, scores={"He met him.": 0.0, "He met him on Monday.": -90.0})
    assert translated(engine, "Il le rencontre lundi.") == "He met him on Monday."


def test_only_the_best_answers_are_scored():
    found = [(f"He sleeps {'so ' * times}well.", -1.0 - times / 10) for times in range(1, 9)]
    engine = Engine(*found, scores={text: -10.0 for text, _ in found})
    assert translated(engine, "Il dort si bien.") == "He sleeps so well."
    assert len(engine.scored) == MAX_SCORED
    assert engine.scored[0][0] == "He sleeps so well."


def test_without_room_for_a_score_the_likeliest_answer_is_kept():
    class Full(Engine):
        def score(self, sources, targets):
            raise TooLongError("a source of 9 tokens is over the model's limit of 5")

    assert translated(Full(*SLEEP, scores={})) == "He sleeps."


def test_a_score_in_the_store_is_not_asked_for_again(tmp_path):
    scores = {"He sleeps.": -40.0, "He is asleep.": -10.0}
    store = Store(tmp_path / "store.sqlite", max_bytes=10**9)
    for asked in (2, 0):
        engine = Engine(*SLEEP, scores=scores)
        assert translated(engine, store=store) == "He is asleep."
        assert len(engine.scored) == asked
