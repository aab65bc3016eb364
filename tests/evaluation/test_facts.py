import pytest

from toolkit.evaluation.facts import (
    fact_precision,
    fact_recall,
    facts_stated,
    share_told,
    states,
)
from toolkit.evaluation.references import Fact

MET = Fact(
    text="China's minister met his Russian colleague in Goa.",
    central=True,
    sentences=(1,),
    carries=("Goa|India", "China|Chinese"),
)
TALKS = Fact(text="The talks will go on in June.", central=False, sentences=(2,), carries=("June",))


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("The Chinese minister met the Russian minister in India.", True),
        ("In Goa, China's minister meets his Russian colleague.", True),
        ("The Chinese minister met the Russian minister.", False),  # where?
        ("Goa and China are far apart.", False),
        ("", False),
    ],
)
def test_a_sentence_tells_a_fact_by_half_of_its_words_and_all_that_it_must_carry(sentence, told):
    assert states(sentence, MET) == told


def test_what_a_fact_must_carry_may_stand_in_the_sentence_before():
    sentence = "The minister met his Russian colleague there."
    assert states(sentence, MET, before="China's minister came to Goa.")
    summary = "Chinese officials came to Goa. The minister met his Russian colleague."
    assert facts_stated(summary, [MET, TALKS]) == [True, False]


def test_a_central_fact_counts_twice_and_a_sentence_without_fact_costs_precision():
    summary = "The Chinese minister met his Russian colleague in Goa. The weather was fine."
    assert fact_recall(summary, [MET, TALKS]) == pytest.approx(2 / 3)
    assert fact_precision(summary, [MET, TALKS]) == 0.5
    assert fact_recall("Talks go on in June.", [MET, TALKS]) == pytest.approx(1 / 3)


def test_central_facts_and_the_others_are_counted_apart():
    again = TALKS.model_copy(update={"text": "It rained in Goa.", "carries": ("rain",)})
    summary = "The Chinese minister met his Russian colleague in Goa. Talks go on in June."
    assert share_told(summary, [MET, TALKS, again], central=True) == 1
    assert share_told(summary, [MET, TALKS, again], central=False) == 0.5
    assert share_told("", [MET], central=True) == 0
    assert share_told("", [MET], central=False) == 1
