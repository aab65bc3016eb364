from dataclasses import replace

import pytest

from tests.translation.helpers import TERMS, counted, translator, with_lexicon
from toolkit.documents import Segment, join_translations
from toolkit.engines.base import GenerationConfig
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.prompts import load_prompt
from toolkit.segmentation import split_sentences
from toolkit.store import Store
from toolkit.translation.checks import Limits
from toolkit.translation.glossary import Glossary, Term


def test_a_sentence_is_tried_as_often_as_asked():
    tries = []

    def answer(prompt):
        tries.append(prompt)
        return "He met him."

    model = translator(answer, family="causal", max_source_tokens=10_000)
    model = replace(model, max_tries=1)
    (result,) = model.translate(split_sentences("Il le rencontre lundi."))
    assert len(tries) == result.tries == 1


def test_sentences_come_back_in_order_with_their_paragraphs():
    text = "Un court. Deux est une phrase bien plus longue.\n\nTrois."
    result = translator(str.upper).translate(split_sentences(text))
    assert join_translations(result) == text.upper()


def test_a_segment_of_blanks_is_finished_without_the_model():
    model, asked = counted(quality="best", family="causal", max_source_tokens=10_000)
    segments = [Segment(0, text, "\n") for text in ("", " \u00a0\t")]
    results = model.translate(segments)
    assert [(each.text, each.failed) for each in results] == [("", ()), ("", ())]
    assert not asked


def test_progress_counts_every_sentence():
    heard = []
    segments = split_sentences("Un. Deux. Trois. " * 50)
    translator(str.upper).translate(segments, heard.append)
    assert sum(heard) == len(segments)


def test_a_sentence_over_the_limit_is_translated_in_pieces_and_whole():
    text = "un deux trois, quatre cinq six, sept huit neuf"
    (result,) = translator(str.upper, max_source_tokens=4).translate(split_sentences(text))
    assert result.text == text.upper()


def test_a_sentence_that_failed_is_tried_again_and_the_better_try_is_kept():
    tries = []

    def answer(prompt):
        tries.append(prompt)
        return "He met him on Monday." if "Keep: Monday" in prompt else "He met him."

    model = translator(answer, family="causal", max_source_tokens=10_000)
    (result,) = model.translate(split_sentences("Il le rencontre lundi."))
    assert result.text == "He met him on Monday."
    assert result.failed == ()
    assert len(tries) == 2


def test_what_still_fails_is_flagged():
    model = translator(lambda prompt: "He met him.", family="causal", max_source_tokens=10_000)
    (result,) = model.translate(split_sentences("Il le rencontre lundi."))
    assert [check.name for check in result.failed] == ["dates"]


def test_the_same_sentence_is_translated_once():
    model, asked = counted()
    segments = split_sentences("Il dort. Elle lit. Il dort.")
    assert [each.text for each in model.translate(segments)] == [
        "IL DORT.",
        "ELLE LIT.",
        "IL DORT.",
    ]
    assert sorted(asked) == ["Elle lit.", "Il dort."]


def test_finished_sentences_are_not_done_again(tmp_path):
    store = Store(tmp_path / "store.sqlite", max_bytes=10**9)
    model, asked = counted()
    first = replace(model, store=store).translate(split_sentences("Il dort. Elle lit."))
    asked.clear()
    again = replace(model, store=store).translate(split_sentences("Il dort. Elle lit. Il rit."))
    assert again[:2] == (first[0], replace(first[1], segment=again[1].segment))
    assert asked == ["Il rit."]


@pytest.mark.parametrize(
    ("change", "times"),
    [
        ({"target_language": "de"}, 2),  # a multilingual model answers in another language
        ({"config": GenerationConfig(num_beams=2)}, 2),
        ({"quality": "best"}, 3),  # beams, and samples since a sentence so short is never sure
        ({"prompt": load_prompt("translation", "news.v1")}, 2),
        ({"glossary": Glossary((Term("dort", "sleeps"),), digest="sha256:1")}, 2),
        ({"glossary": Glossary(TERMS, digest="sha256:1")}, 1),  # none of them is in the text
        ({"limits": Limits(loop_times=4)}, 1),
        ({"max_tries": 2}, 1),
    ],
)
def test_the_model_is_asked_again_for_what_affects_its_answer(tmp_path, change, times):
    model, asked = counted(lambda text: "He sleeps.", family="causal")
    first = load_prompt("translation", "news")
    store = Store(tmp_path / "store.sqlite", max_bytes=10**9)
    model = replace(model, prompt=first, store=store)
    model.translate(split_sentences("Il dort."))
    replace(model, **change).translate(split_sentences("Il dort."))
    assert len(asked) == times


def test_what_the_store_holds_is_checked_anew(tmp_path):
    model, asked = counted(lambda text: "He sleeps on Monday.")
    model = replace(model, store=Store(tmp_path / "store.sqlite", max_bytes=10**9), max_tries=1)
    lenient = replace(model, limits=Limits(off=("dates",)))
    assert lenient.translate(split_sentences("Il dort mardi."))[0].failed == ()
    (found,) = model.translate(split_sentences("Il dort mardi."))
    assert [check.name for check in found.failed] == ["dates"]
    assert len(asked) == 1


def test_each_group_is_kept_as_soon_as_it_is_finished(tmp_path):
    store = Store(tmp_path / "store.sqlite", max_bytes=10**9)

    def answer(text):
        if len(text) > 300:
            raise KeyboardInterrupt
        return text.upper()

    model, _ = counted(answer)
    texts = [f"{'mot ' * (number + 1)}fin." for number in range(100)]
    with pytest.raises(KeyboardInterrupt):
        replace(model, store=store).translate(split_sentences("\n".join(texts)))
    again, asked = counted()
    replace(again, store=store).translate(split_sentences("\n".join(texts)))
    assert not set(texts[:64]) & set(asked)


def test_pieces_come_back_in_their_order_though_they_are_alike():
    text = "oui, non non non, oui, non non non non, oui"
    model, _ = counted(max_source_tokens=3)
    (result,) = model.translate(split_sentences(text))
    assert result.text == text.upper()


def test_a_word_that_nothing_answers_is_asked_about_with_what_it_can_mean():
    asked = []

    def answer(prompt):
        asked.append(prompt)
        return "The glaciers are melting." if "melting" in prompt else "The glaciers have sources."

    (result,) = with_lexicon(answer).translate(split_sentences("La fonte des glaciers."))
    assert result.text == "The glaciers are melting."
    assert result.unanswered == result.failed == ()
    assert "fonte = melting" in asked[1]
    assert len(asked) == 2


def test_words_that_stay_unanswered_are_named_with_their_places():
    (result,) = with_lexicon(lambda prompt: "The glaciers have oil.").translate(
        split_sentences("La fonte des glaciers.")
    )
    (lost,) = result.unanswered
    assert (lost.word, lost.start, lost.end) == ("fonte", 3, 8)
    assert "melting" in [meaning.word for meaning in lost.meanings]


def test_the_answer_that_covers_more_wins_unless_it_breaks_something_else():
    def answer(prompt):
        return (
            "The melting went on." if "Vocabulary" in prompt else "On Monday the sources went on."
        )

    (result,) = with_lexicon(answer).translate(split_sentences("La fonte a continué lundi."))
    assert result.text == "On Monday the sources went on."


def test_a_glossary_outranks_the_lexicon():
    model = with_lexicon(lambda prompt: "The thaw of the icefields.")
    own = replace(model, glossary=Glossary((Term("fonte", "thaw"), Term("glacier", "icefield"))))
    segments = split_sentences("La fonte des glaciers.")
    assert model.translate(segments)[0].unanswered
    assert own.translate(segments)[0].unanswered == ()


def test_without_a_lexicon_nothing_is_looked_up():
    asked = []
    model = replace(with_lexicon(lambda prompt: asked.append(prompt) or "Oil."), lexicons=None)
    (result,) = model.translate(split_sentences("La fonte."))
    assert result.unanswered == ()
    assert len(asked) == 1


def test_of_answers_as_good_the_one_without_additions_is_kept():
    def answer(prompt):
        return "The cat sleeps here." if "close to" in prompt else "The cat sleeps with fisheries."

    (result,) = with_lexicon(answer).translate(split_sentences("Le chat dort ici."))
    assert result.text == "The cat sleeps here."


def test_every_translation_has_a_confidence_and_blanks_have_none():
    segments = [Segment(0, "Il pleut fort.", ""), Segment(20, " ", "")]
    model = replace(translator(lambda prompt: "It rains hard."), lexicons=load_lexicons("fr", "en"))
    first, second = model.translate(segments)
    assert 0 < first.confidence < 1
    assert second.confidence is None


def test_without_a_lexicon_nothing_is_known_of_a_model_that_was_not_measured():
    (result,) = translator(lambda prompt: "It rains.").translate([Segment(0, "Il pleut.", "")])
    assert result.confidence is None


def test_scores_of_given_translations_are_had_without_translating():
    sources, targets = ["Il pleut.", "Il neige."], ["It rains.", "It sleeps."]
    model = translator(lambda prompt: "It rains.", family="causal", max_source_tokens=10_000)
    back = load_prompt("translation", "news", languages=("en", "fr"))
    first, second = replace(model, quality="best", reverse_prompt=back).attempts(sources, targets)
    assert (first.text, second.text) == tuple(targets)
    assert first.log_prob > second.log_prob
    assert first.reverse < 0
    (alone,) = model.attempts(sources[:1], targets[:1])
    assert alone.reverse == 0.0


def test_other_translations_are_told_where_some_are_asked_for():
    model = translator(str.upper, family="causal", max_source_tokens=10_000)
    text = "Il est arrivé lundi."
    (plain,) = model.translate(split_sentences(text))
    (found,) = replace(model, alternatives=2).translate(split_sentences(text))
    assert plain.alternatives == ()
    assert found.text == plain.text
    assert len(found.alternatives) == len({found.text, *found.alternatives}) - 1 == 2
