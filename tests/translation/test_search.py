"""How much is searched, and which of the candidates is kept."""

from dataclasses import replace

import pytest

from tests.translation.helpers import translator
from toolkit.engines.base import Candidate, Family, GenerationConfig, ranked
from toolkit.engines.fake import FakeEngine
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.segmentation import split_sentences
from toolkit.translation.search import QUALITIES

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


@pytest.mark.parametrize("quality", QUALITIES)
def test_no_search_has_fewer_beams_than_the_settings_ask_for(quality):
    engine = Engine(lambda config: [("He met him.", -5.0)])
    text = "Il le rencontre lundi."
    translated(engine, text, quality=quality, config=GenerationConfig(num_beams=6))
    assert searched(engine) == [(6, 6, False), (6, 6, False)]


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
    for most in range(1, 6):
        engine = Engine(lambda config: [(LOOP, -30.0)])
        text = "Il est revenu encore et encore dans la ville de ses parents."
        result = translated(engine, text, quality="standard", max_tries=most)
        assert result.tries == min(most, 3)
        assert len(engine.asked) == result.tries
        assert result.failed


def test_a_wider_search_that_would_ask_the_same_again_is_left_out():
    engine = Engine(lambda config: [("He sleeps.", -5.0)])
    config = GenerationConfig(num_beams=4)
    assert translated(engine, "Il dort.", quality="standard", config=config).tries == 1
