from tests.helpers import evidence_of, failed_checks, result_of, summary_of
from toolkit.results import MultiDocumentResult


def test_flagged_sentences_are_those_that_failed_a_check():
    pairs = [("Un chat.", "A cat."), ("Un chien.", "A dog.")]
    result = result_of(*pairs, failed=failed_checks())
    assert [each.text for each in result.flagged] == ["A cat."]
    assert result_of(*pairs).flagged == ()
    assert result.translation_text == "A cat.\n\nA dog."


def test_documents_on_which_no_statement_rests_are_named():
    results = tuple(result_of(("Un chat.", "A cat."), name=name) for name in ("a", "b", "c"))
    evidence = [evidence_of(name, results[0].translations[0]) for name in ("a", "c")]
    digest = MultiDocumentResult(results=results, summary=summary_of(("A cat.", evidence)))
    assert digest.documents == ("a", "b", "c")
    assert digest.unused == ("b",)
