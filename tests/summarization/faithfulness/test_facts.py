import pytest

from tests.summarization.helpers import FRENCH, grounds
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, SourceSentence
from toolkit.summarization.faithfulness.facts import unsupported_facts


@pytest.mark.parametrize(
    ("statement", "faults"),
    [
        ("On Wednesday, April 9, 58 deals worth $1.2 billion were signed at 2:30 p.m.", []),
        ("58 deals worth $1.2 million were signed.", ["numbers"]),
        ("9 deals were signed.", ["numbers"]),
        ("Twelve deals worth $1.2 billion were signed.", ["numbers"]),
        ("The price has tripled in five years.", []),
        ("The price has doubled.", ["numbers"]),
        ("They were signed on Thursday.", ["dates"]),
        ("They were signed on April 9, 2023.", ["dates"]),
        ("They were signed on May 9.", ["dates"]),
        ("They were signed at 2:30 a.m.", ["dates"]),
        ("They were signed last week.", ["dates"]),
        ("The two countries signed.", []),
        ("The two firms signed.", ["numbers"]),
    ],
)
def test_numbers_and_dates_that_the_article_lacks(statement, faults):
    found = unsupported_facts(statement, grounds(FRENCH, "fr"), "en")
    assert [check.name for check in found] == faults, found


def test_a_quotation_must_be_in_the_article():
    passages = (SourceSentence("« Nous irons jusqu'au bout »", '"We will go to the end"', 0),)
    assert not unsupported_facts('He said "we will go to the end".', EvidenceIndex(passages), "en")
    found = unsupported_facts(
        'He said "nobody can stop this train".', EvidenceIndex(passages), "en"
    )
    assert [check.name for check in found] == ["quotation"]


def test_a_quotation_may_translate_what_was_said():
    article = EvidenceIndex((SourceSentence("« Les prix ont baissé trop tard. »", "", 0),))
    assert not unsupported_facts('"Prices fell too late," he said.', article, "en")


def test_a_year_is_one_with_and_without_a_month():
    article = EvidenceIndex((SourceSentence("Ouvert en 1966, fermé en mai 2021.", "", 0),))
    assert not unsupported_facts("It was shut in 2021 when it broke.", article, "en")
    found = unsupported_facts("It was shut in 2012 when it broke.", article, "en")
    assert [check.name for check in found] == ["numbers"]
