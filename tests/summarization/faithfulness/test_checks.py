from dataclasses import replace

from tests.summarization.helpers import XI_AND_LAVROV
from toolkit.summarization.faithfulness.checks import check_statement
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, SourceSentence


def test_a_statement_that_no_sentence_says_is_found():
    invented = "They dream of an honest world and a harmonious society."
    checks = check_statement(invented, XI_AND_LAVROV, "en")
    assert [check.name for check in checks] == ["content"]
    assert check_statement("Trade is growing.", XI_AND_LAVROV, "en") == []


def test_what_is_said_in_other_words_is_no_fault():
    sentences = (
        SourceSentence("Le sous-préfet a exhorté à inscrire aussi les filles.", "He urged it.", 0),
        SourceSentence("Les travaux coûtent cher.", "The work is expensive.", 60),
    )
    article = EvidenceIndex(sentences)
    daughters = "Daughters should be enrolled too, it was urged."
    assert check_statement(daughters, article, "en") == []
    alone = EvidenceIndex(tuple(replace(each, translation="") for each in sentences))
    assert check_statement(daughters, alone, "en") == []
    invented = check_statement("They serve a harmonious society.", alone, "en")
    assert [check.name for check in invented] == ["content"]
