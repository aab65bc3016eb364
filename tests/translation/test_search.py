"""How much is searched, and which of the candidates is kept."""

from dataclasses import replace
from typing import get_args

import pytest

from tests.translation.helpers import counted, translator
from toolkit.checks import Check
from toolkit.engines.base import Candidate, Family, GenerationConfig, ranked
from toolkit.engines.fake import FakeEngine
from toolkit.errors import TooLongError
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.prompts import load_prompt
from toolkit.segmentation import split_sentences
from toolkit.store import Store
from toolkit.translation.attempts import Attempt
from toolkit.translation.search import MAX_SCORED, Found, Quality

LOOP = "again and then " * 9


class Engine(FakeEngine):
    """Gives the candidates `found(config)` as pairs of a text and its log-probability."""

    def __init__(self, found, *, family: Family = "causal"):
        super().__init__(family=family, max_source_tokens=10_000)
        self._found = found
        self.asked = []

    def stream(self, pull):
        while request := pull():
            self.asked.append((request.source, request.config))
            candidates = [
                Candidate(text=text, log_prob=log_prob, new_tokens=10, finished=True)
                for text, log_prob in self._found(request.config)
            ]
            yield request, ranked(candidates, 5)


def translated(engine, text, *, lexicon=False, **changes):
    lexicons = load_lexicons("fr", "en") if lexicon else None
    model = replace(translator(str.upper), engine=engine, lexicons=lexicons, **changes)
    (result,) = model.translate(split_sentences(text))
    return result


def searched(engine):
    return [
        (config.num_beams, config.num_return_sequences, config.do_sample)
        for _, config in engine.asked
    ]


ONE, FOUR, SAMPLES = (1, 1, False), (4, 4, False), (1, 8, True)


@pytest.mark.parametrize(
    ("quality", "family", "sure", "unsure"),
    [
        ("fast", "causal", [ONE], [ONE]),
        ("standard", "causal", [ONE], [ONE, FOUR]),
        ("best", "causal", [FOUR], [FOUR, SAMPLES]),
        ("fast", "seq2seq", [ONE], [ONE]),
        ("standard", "seq2seq", [ONE], [ONE]),
        ("best", "seq2seq", [FOUR], [FOUR]),
    ],
)
def test_a_sound_answer_is_searched_further_only_where_the_model_was_not_sure(
    quality, family, sure, unsure
):
    for log_prob, expected in ((-1.0, sure), (-5.0, unsure)):
        engine = Engine(lambda config, it=log_prob: [("He sleeps.", it)], family=family)
        result = translated(engine, "Il dort.", quality=quality)
        assert searched(engine) == expected
        assert result.tries == len(expected)
        assert len({source for source, _ in engine.asked}) == 1


def test_a_fault_is_corrected_with_beams_and_not_searched_wider():
    def found(config):
        good = [("He met him on Monday.", -9.0)] if config.num_beams > 1 else []
        return [("He met him.", -9.0), *good]

    engine = Engine(found)
    result = translated(engine, "Il le rencontre lundi.", quality="standard")
    assert (result.text, result.failed, result.tries) == ("He met him on Monday.", (), 2)
    assert searched(engine) == [ONE, FOUR]
    (first, _), (second, _) = engine.asked
    assert "Monday" not in first[-1].content
    assert "Monday" in second[-1].content


def test_a_correction_with_hints_uses_beams():
    def found(config):
        good = [("The melting of the glaciers.", -2.0)] if config.num_beams > 1 else []
        return [("The glaciers have oil.", -0.5), *good]

    engine = Engine(found)
    result = translated(engine, "La fonte des glaciers.", quality="standard", lexicon=True)
    assert (result.text, result.unanswered) == ("The melting of the glaciers.", ())
    assert searched(engine) == [ONE, FOUR]
    (first, _), (second, _) = engine.asked
    assert "fonte = " not in first[-1].content
    assert "fonte = " in second[-1].content


@pytest.mark.parametrize("quality", get_args(Quality))
def test_no_search_has_fewer_beams_than_the_settings_ask_for(quality):
    engine = Engine(lambda config: [("He met him.", -5.0)])
    text = "Il le rencontre lundi."
    translated(engine, text, quality=quality, config=GenerationConfig(num_beams=6))
    last = [SAMPLES] if quality == "best" else []
    assert searched(engine) == [(6, 6, False), (6, 6, False), *last]


def test_what_no_other_try_puts_right_is_searched_for_more_widely_last():
    text = "Le président Poutine dort lundi."

    def beam(config):
        return [("The president sleeps on Monday.", -1.0)]

    def found(config):
        return [("Putin sleeps on Monday.", -9.0)] if config.do_sample else beam(config)

    engine = Engine(found)
    result = translated(engine, text, quality="standard")
    assert searched(engine) == [ONE, FOUR, FOUR, SAMPLES]
    assert (result.text, result.failed) == ("Putin sleeps on Monday.", ())
    for family, quality in (("causal", "fast"), ("seq2seq", "standard")):
        engine = Engine(found, family=family)
        assert translated(engine, text, quality=quality).failed
        assert SAMPLES not in searched(engine)


def test_what_the_lexicon_misses_is_not_drawn_for():
    text = "La fonte des glaciers."
    for quality, tries in (("standard", [ONE, FOUR, FOUR]), ("best", [FOUR, FOUR])):
        engine = Engine(lambda config: [("The glaciers have oil.", -0.5)])
        result = translated(engine, text, quality=quality, lexicon=True)
        assert [check.name for check in result.failed] == ["coverage"]
        assert searched(engine) == tries


def test_no_beam_is_asked_for_twice():
    def found(config):
        sound, likelier = ("The melting of the glaciers.", -40.0), ("The glaciers have oil.", -0.1)
        return [likelier if config.num_beams > 1 else sound]

    engine = Engine(found)
    result = translated(engine, "La fonte des glaciers.", quality="standard", lexicon=True)
    assert [check.name for check in result.failed] == ["coverage"]
    assert searched(engine) == [ONE, FOUR, FOUR]  # the second of them is careful


def test_of_two_lost_names_one_is_better_than_none():
    text = "Le président Poutine et le ministre Lavrov dorment."
    answers = [("Both of them are asleep.", -0.5), ("Lavrov and the president sleep.", -6.0)]
    engine = Engine(lambda config: answers)
    result = translated(engine, text, quality="best")
    assert result.text == "Lavrov and the president sleep."
    assert [check.values for check in result.failed] == [("Poutine",)]


def test_of_sound_candidates_the_likeliest_is_kept():
    engine = Engine(lambda config: [("He is asleep.", -1.2), ("He sleeps.", -1.1)])
    assert translated(engine, "Il dort.", quality="best").text == "He sleeps."


def test_a_candidate_that_answers_more_of_the_source_outweighs_a_likelier_one():
    engine = Engine(lambda config: [("The source.", -0.5), ("The melting.", -3.5)])
    text = "La fonte des glaciers."
    assert translated(engine, text, quality="best", max_tries=1).text == "The source."
    engine = Engine(
        lambda config: [("The glaciers have oil.", -0.5), ("The melting of the glaciers.", -3.5)]
    )
    result = translated(engine, text, quality="best", lexicon=True)
    assert (result.text, result.unanswered) == ("The melting of the glaciers.", ())


def test_answers_that_add_something_are_worth_less():
    engine = Engine(
        lambda config: [("The cat sleeps here with fisheries.", -1.0), ("The cat sleeps here.", -2)]
    )
    result = translated(engine, "Le chat dort ici.", quality="best", lexicon=True)
    assert result.text == "The cat sleeps here."


def test_a_further_try_never_takes_the_place_of_a_better_one():
    def found(config):
        return [("It sleeps.", -7.0)] if config.num_beams > 1 else [("He slept.", -3.0)]

    engine = Engine(found)
    result = translated(engine, "Il dort.", quality="standard")
    assert searched(engine) == [ONE, FOUR]
    assert result.text == "He slept."


def test_a_penalty_is_tried_greedily():
    engine = Engine(lambda config: [(LOOP, -1.0)])
    text = "Il est revenu encore et encore dans la ville de ses parents."
    translated(engine, text, quality="standard", config=GenerationConfig(num_beams=2))
    penalties = [config for _, config in engine.asked if config.repetition_penalty > 1]
    assert [each.num_beams for each in penalties] == [1]


def test_no_text_is_tried_more_often_than_asked():
    for most in range(1, 8):
        engine = Engine(lambda config: [(LOOP, -30.0)])
        text = "Il est revenu encore et encore dans la ville de ses parents."
        result = translated(engine, text, quality="standard", max_tries=most)
        assert result.tries == min(most, 5)
        assert len(engine.asked) == result.tries
        assert result.failed


def test_a_wider_search_that_would_ask_the_same_again_is_left_out():
    engine = Engine(lambda config: [("He sleeps.", -5.0)])
    config = GenerationConfig(num_beams=4)
    assert translated(engine, "Il dort.", quality="standard", config=config).tries == 1


BACK = load_prompt("translation", "news", languages=("en", "fr"))
SLEEP = (("He sleeps.", -1.0), ("He is asleep.", -2.0))


class Scoring(Engine):
    """Gives the candidates `found`, and scores by the answer that a prompt ends with."""

    def __init__(self, *found, scores, family: Family = "causal"):
        super().__init__(lambda config: found, family=family)
        self._scores = scores
        self.scored = []

    def score(self, sources, targets):
        answers = [source[-1].content.rpartition("\n\n")[2] for source in sources]
        self.scored += zip(answers, targets, strict=True)
        return [
            Candidate(text=text, log_prob=self._scores[answer], new_tokens=1, finished=True)
            for answer, text in zip(answers, targets, strict=True)
        ]


def scored(engine, text="Il dort.", **changes):
    return translated(engine, text, **{"quality": "best", "reverse_prompt": BACK, **changes})


def test_at_the_best_quality_the_answer_that_tells_more_of_the_source_is_kept():
    engine = Scoring(*SLEEP, scores={"He sleeps.": -40.0, "He is asleep.": -10.0})
    assert scored(engine).text == "He is asleep."
    assert set(engine.scored) == {("He sleeps.", "Il dort."), ("He is asleep.", "Il dort.")}


def test_a_likelier_answer_is_kept_where_the_source_tells_no_difference():
    engine = Scoring(*SLEEP, scores={"He sleeps.": -10.0, "He is asleep.": -10.0})
    assert scored(engine).text == "He sleeps."


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
    engine = Scoring(*SLEEP, scores={}, family=family)
    assert scored(engine, quality=quality, reverse_prompt=prompt).text == "He sleeps."
    assert engine.scored == []


def test_a_fault_outweighs_what_the_source_tells():
    found = (("He met him.", -1.0), ("He met him on Monday.", -2.0))
    engine = Scoring(*found, scores={"He met him.": 0.0, "He met him on Monday.": -90.0})
    assert scored(engine, "Il le rencontre lundi.").text == "He met him on Monday."


def test_only_the_best_answers_are_scored():
    found = [(f"He sleeps {'so ' * times}well.", -1.0 - times / 10) for times in range(1, 9)]
    engine = Scoring(*found, scores={text: -10.0 for text, _ in found})
    assert scored(engine, "Il dort si bien.").text == "He sleeps so well."
    assert len(engine.scored) == MAX_SCORED
    assert engine.scored[0][0] == "He sleeps so well."


def test_without_room_for_a_score_the_likeliest_answer_is_kept():
    class Full(Scoring):
        def score(self, sources, targets):
            raise TooLongError("a source of 9 tokens is over the model's limit of 5")

    assert scored(Full(*SLEEP, scores={})).text == "He sleeps."


def test_a_score_in_the_store_is_not_asked_for_again(tmp_path):
    scores = {"He sleeps.": -40.0, "He is asleep.": -10.0}
    store = Store(tmp_path / "store.sqlite", max_bytes=10**9)
    for asked in (2, 0):
        engine = Scoring(*SLEEP, scores=scores)
        assert scored(engine, store=store).text == "He is asleep."
        assert len(engine.scored) == asked


@pytest.mark.parametrize("prompt", [None, BACK])
def test_it_is_told_whether_anything_is_scored_backwards(prompt):
    changes = {"quality": "best", "reverse_prompt": prompt}
    model = replace(translator(str.upper), engine=Engine(lambda config: []), **changes)
    assert ("reverse" in model.effort.as_dict(model.config)["weights"]) == bool(prompt)


def test_what_an_engine_lacks_is_not_searched_for_and_told():
    model = replace(translator(str.upper, family="causal", quality="best"), reverse_prompt=BACK)
    assert (model.effort.first_beams, model.effort.reverse) == (4, True)
    model.engine._info = replace(model.engine.info, lacks=("beams", "openings", "scores"))
    effort = replace(model, config=GenerationConfig(num_beams=8)).effort
    assert (effort.first_beams, effort.careful_beams, effort.reverse) == (1, 1, False)
    assert effort.samples == 8
    assert "reverse" not in effort.as_dict(model.config)["weights"]


def test_alternatives_are_other_translations_the_best_first():
    best = Attempt(text="He arrived.", log_prob=-1.0)
    seen = (
        Attempt(
            text="Il est arrivé.", failed=(Check(name="echo", relation="same"),), log_prob=-0.1
        ),
        Attempt(text="He has arrived.", log_prob=-3.0),
        Attempt(text="He came.", log_prob=-2.0),
        best,
        Attempt(text="He came.", log_prob=-2.5),
    )
    assert Found(best, 1, seen).others(5) == ("He came.", "He has arrived.")
    assert Found(best, 1, seen).others(1) == ("He came.",)
    assert Found(best, 1, seen).others(0) == ()


def test_a_piece_is_not_told_of_a_fault_that_may_be_in_another():
    text = (
        "Le ministre a promis 1 200 emplois dans les usines du nord du pays, mais les syndicats"
        " doutent encore de la parole du gouvernement."
    )
    model, asked = counted(lambda _: "He left.", family="causal", max_source_tokens=10_000)
    model.translate(split_sentences(text))
    pieces = [prompt for prompt in asked if text not in prompt]
    assert any("Keep: 1200" in prompt for prompt in asked)
    assert len(pieces) > 1
    assert not any("Keep:" in prompt for prompt in pieces)
