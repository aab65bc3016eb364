from dataclasses import replace

import pytest

from tests.summarization.helpers import grounds
from toolkit.checks import Check
from toolkit.summarization.faithfulness.checker import CheckedSentence
from toolkit.summarization.faithfulness.evidence import EvidenceIndex
from toolkit.summarization.faithfulness.statements import UNSUPPORTED, statements_of, sureness

SAYS = "Issa Kaboré wants to wait and see."
BOTH = "The price of rice is falling, and Issa Kaboré waits."


@pytest.fixture
def article():
    return grounds("The price of rice is falling in Ouagadougou. Issa Kaboré waits to see.")


def sure(article, *confidences):
    """The article with these confidences of its sentences."""
    pairs = zip(article.sentences, confidences, strict=True)
    return EvidenceIndex(tuple(replace(each, confidence=one) for each, one in pairs))


def statement(text, evidence, *, failed=(), own=None):
    (found,) = statements_of(((CheckedSentence(text, failed),),), evidence, {text: own})
    return found


def test_evidence_is_the_sentence_that_says_it(article):
    best, *_ = statement(SAYS, article).evidence
    assert best.source == "Issa Kaboré waits to see."


def test_a_statement_is_no_surer_than_what_it_rests_on(article):
    assert statement(SAYS, article).confidence is None
    assert statement(SAYS, sure(article, 0.1, 0.9)).confidence == 0.9
    assert statement(BOTH, sure(article, 0.4, 0.9)).confidence == 0.4
    assert statement(BOTH, sure(article, None, 0.9)).confidence == 0.9


def test_nor_than_its_own_translation_or_a_failed_check_allows(article):
    known = sure(article, 0.9, 0.9)
    assert statement(SAYS, known, own=0.6).confidence == 0.6
    failed = (Check(name="content", relation="unsupported"),)
    assert statement(SAYS, known, failed=failed).confidence == UNSUPPORTED
    assert statement(SAYS, sure(article, 0.1, 0.1), failed=failed).confidence == 0.1
    assert statement("Nothing of it.", article, failed=failed).confidence == UNSUPPORTED


def test_what_nothing_is_known_of_counts_as_sure(article):
    assert sureness(SAYS, sure(article, 0.1, 0.3)) == 0.3
    assert sureness(SAYS, article) == sureness(SAYS, EvidenceIndex(())) == 1.0
