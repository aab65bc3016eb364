from dataclasses import replace

from tests.translation.helpers import counted, translator
from toolkit.engines.fake import FakeEngine
from toolkit.segmentation import split_sentences
from toolkit.translation.attempts import Attempt, best_first
from toolkit.translation.search import PENALTY


def test_no_translation_at_all_is_worse_than_two_faults():
    def answer(prompt):
        return "He met 12 men." if "Keep" in prompt else "Il le rencontre lundi en ville le soir."

    model = translator(answer, family="causal", max_source_tokens=10_000)
    (result,) = model.translate(split_sentences("Il le rencontre lundi en ville le soir."))
    assert result.text == "He met 12 men."
    assert len(result.failed) > 1


def test_a_long_sentence_that_lost_something_is_tried_in_pieces():
    words = "the man signed many papers near one small river beside old friends".split()

    def answer(prompt):
        source = prompt.rpartition("\n")[2]
        if len(source) > 100:
            return "He signed them."
        kept = [each for each in source.split() if each.isdigit()]
        return " ".join([*words[: len(source) // 8], *kept])

    text = (
        "Il a signé 58 accords avec le président de la région, puis il est parti pour la ville "
        "voisine, où il a parlé devant 300 élus."
    )
    model, _ = counted(answer, family="causal", max_source_tokens=10_000)
    (result,) = model.translate(split_sentences(text))
    assert "58" in result.text
    assert "300" in result.text
    assert result.tries >= 3


def test_a_loop_is_tried_with_a_penalty():
    seen = []

    class Engine(FakeEngine):
        def stream(self, pull):
            for request, answer in super().stream(pull):
                seen.append(request.config.repetition_penalty)
                yield request, answer

    model = replace(
        translator(str.upper), engine=Engine(lambda text: "again and then " * 9, family="seq2seq")
    )
    model.translate(split_sentences("Il est revenu encore et encore dans la ville de ses parents."))
    assert seen == [1.0, PENALTY]


def test_a_model_whose_probabilities_are_unknown_is_not_sure():
    assert Attempt(text="Yes.", log_prob=-0.2, new_tokens=2).sure(-0.25)
    assert not Attempt(text="Yes.", log_prob=-0.6, new_tokens=2).sure(-0.25)
    assert not Attempt(text="Yes.", log_prob=0.0, new_tokens=2).sure(-0.25)


def test_a_probability_that_is_unknown_beats_none_that_is_known():
    told = Attempt(text="The whole.", log_prob=-2.0)
    untold = Attempt(text="The part.", log_prob=0.0, covered=0.95)
    assert best_first([untold, told])[0] == told
    less = replace(untold, log_prob=-0.1)
    assert best_first([told, less])[0] == less
    nothing = Attempt(text="", covered=0.0)
    assert best_first([nothing, told, less])[0] == less, "no answer has no probability to tell"
