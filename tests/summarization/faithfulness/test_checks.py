from tests.summarization.helpers import XI_AND_LAVROV
from toolkit.summarization.faithfulness.checks import check_statement


def test_a_statement_that_no_sentence_says_is_found():
    invented = "They work on a better world and a harmonious society."
    checks = check_statement(invented, XI_AND_LAVROV, "en")
    assert [check.name for check in checks] == ["content"]
    assert check_statement("Trade is growing.", XI_AND_LAVROV, "en") == []
