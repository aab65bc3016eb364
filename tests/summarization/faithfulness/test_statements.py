from tests.summarization.helpers import grounds
from toolkit.summarization.faithfulness.statements import evidence_of


def test_evidence_is_the_sentence_that_says_it():
    article = grounds("Le prix du riz baisse à Ouagadougou. Issa Kaboré attend de voir.", "fr")
    (best, *_) = evidence_of("Issa Kaboré wants to wait and see.", article)
    assert best.source == "Issa Kaboré attend de voir."
