import time

import pytest

from toolkit.lexicon.coverage import coverage


def test_words_are_answered_by_any_translation_in_any_form(few):
    assert coverage("Les usines ferment", "The factories are closing", few).unanswered == ()
    (lost,) = coverage("Les usines ferment", "The plant wineries", few).unanswered
    assert (lost.word, lost.start, lost.end, lost.weight) == ("ferment", 11, 18, 3.1)
    assert [each.word for each in lost.meanings] == ["closing", "shut", "are"]


def test_a_share_is_of_the_weights(few):
    assert coverage("Les usines ferment", "factories", few).share == pytest.approx(3.5 / 6.6)
    assert coverage("Oui", "Yes", few).share == 1.0


def test_words_that_translators_leave_out_names_numbers_dates_and_terms_dont_count(few):
    source = "Lundi, Ferment doit effectuer 12 visites à l'usine."
    assert coverage(source, "On Monday", few, known=frozenset({"usine"})).missing(1.0) == ()


def test_a_phrase_counts_as_one_word(few):
    assert coverage("Un parc éolien", "A wind farm", few).unanswered == ()
    (lost,) = coverage("Un parc éolien", "A zoo", few).unanswered
    assert lost.word == "parc éolien"


def test_rare_words_may_be_answered_by_what_looks_like_them(few):
    assert coverage("Le glacier", "The glacier", few).unanswered == ()


@pytest.mark.parametrize(
    ("source", "wrong", "right", "word"),
    [
        ("Certaines ferment.", "Some wineries.", "Some are closing.", "ferment"),
        ("des éoliennes flottantes", "floating oil", "floating wind turbines", "éoliennes"),
        ("la fonte des glaciers", "the sources of the glaciers", "the melting glaciers", "fonte"),
    ],
)
def test_what_a_small_model_misread_is_named(real, source, wrong, right, word):
    assert word in [each.word for each in coverage(source, wrong, real).missing(1.0)]
    assert word not in [each.word for each in coverage(source, right, real).unanswered]


def test_a_line_of_capitals_takes_no_quadratic_time(real):
    started = time.perf_counter()
    coverage("A " * 20_000, "x", real)
    assert time.perf_counter() - started < 3


def test_a_name_that_begins_the_sentence_and_stays_is_answered(real):
    target = "Clémence Roussel sleeps."
    assert coverage("Clémence Roussel dort.", target, real).unanswered == ()
    assert coverage("Éoliennes en mer", "Oil at sea", real).unanswered


def test_a_symbol_answers_the_word_that_it_stands_for(real):
    source = "Une bouteille à 2 euros et du cidre à 3 dollars."
    assert coverage(source, "A bottle at €2 and cider at $3.", real).unanswered == ()
    lost = coverage(source, "A bottle at 2 and cider at $3.", real).unanswered
    assert [each.word for each in lost] == ["euros"]
