import pytest

from tests.summarization.helpers import grounds
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, SourceSentence
from toolkit.summarization.faithfulness.facts import unsupported_facts

ARTICLE = grounds(
    "Le billet coûte 8 euros, 5 pour les jeunes, et 312 billets ont été vendus à Metz et à Nancy. "
    "Les ventes ont triplé, et 80 % des places sont prises. Le guichet ouvre à 8 h. Une seule "
    "visite a été annulée.",
    "fr",
)


@pytest.mark.parametrize(
    "statement",
    [
        "More than 300 tickets have been sold.",
        "Nearly 320 tickets have been sold.",
        "About 310 tickets have been sold.",
        "Young people pay three euros less.",
        "Sales are three times as high.",
        "Four fifths of the seats are taken.",
        "The office opens at eight.",
        "Tickets were sold in two cities.",
        "Sales rose twice.",
    ],
)
def test_numbers_may_follow_from_others(statement):
    assert unsupported_facts(statement, ARTICLE, "en") == []


@pytest.mark.parametrize(
    "statement",
    [
        "More than 320 tickets have been sold.",
        "More than 30 tickets have been sold.",
        "About 250 tickets have been sold.",
        "Young people pay four euros less.",
        "Young people pay three euros.",
        "Sales are twice as high.",
        "Three fifths of the seats are taken.",
        "The office opens at nine hours.",
        "Two visits were cancelled.",
        "2 cities sold tickets.",
    ],
)
def test_numbers_that_follow_from_nothing_are_found(statement):
    assert [check.name for check in unsupported_facts(statement, ARTICLE, "en")] == ["numbers"]


def test_a_number_and_its_translation_do_not_add_up():
    both = SourceSentence("Le club a marqué 35 buts.", "The club scored 35 goals.", 0)
    article = EvidenceIndex((both,))
    assert unsupported_facts("The club scored 35 goals.", article, "en") == []
    assert unsupported_facts("The club scored 70 goals in total.", article, "en")
