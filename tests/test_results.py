from dataclasses import replace

import pytest

from tests.helpers import doubted, evidence_of, failed_checks, result_of, summary_of
from toolkit.documents import Segment, Statement, Summary, Translation
from toolkit.results import Caution, MultiDocumentResult

PAIRS = [("Un chat.", "A cat."), ("Un chien.", "A dog."), ("Un rat.", "A rat.")]
TITLE = ("Trois bêtes", "Three animals.", 0.2)


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


def test_doubtful_sentences_are_known_to_be_below_the_limit():
    result = doubted(result_of(*PAIRS), 0.5, None, 0.49, title=TITLE)
    assert [number for number, _ in result.doubtful] == ["title", 3]
    assert [each.text for _, each in result.doubtful] == ["Three animals.", "A rat."]
    stricter = replace(result, caution=Caution(min_confidence=0.51))
    assert [number for number, _ in stricter.doubtful] == ["title", 1, 3]


def test_white_space_before_a_text_is_no_sentence():
    blank = Translation(segment=Segment(0, "", "\n"), text="")
    result = doubted(result_of(*PAIRS), 0.1, 0.9, 0.9)
    result = replace(result, translations=(blank, *result.translations))
    assert [number for number, _ in result.numbered] == [1, 2, 3]
    assert [number for number, _ in result.doubtful] == [1]


@pytest.mark.parametrize(
    ("caution", "title", "text"),
    [
        ({}, "Three animals", "A cat.\n\nA dog.\n\nA rat."),
        ({"mark": True}, "Three animals [?]", "A cat.\n\nA dog. [?]\n\nA rat."),
        (
            {"withhold": True, "mark": True},
            "[French: Trois bêtes]",
            "A cat.\n\n[French: Un chien.]\n\nA rat.",
        ),
    ],
)
def test_a_text_shows_what_is_doubtful_as_it_is_asked_to(caution, title, text):
    result = doubted(result_of(*PAIRS), 0.9, 0.1, None, title=TITLE, **caution)
    assert result.title_text == title
    assert result.translation_text == text
    assert result.translations[1].text == "A dog."


def test_doubtful_statements_have_numbers():
    statements = tuple(Statement(text="It.", confidence=sure) for sure in (0.9, 0.1, None))
    summary = Summary(text="It. It. It.", max_words=9, statements=statements)
    assert [number for number, _ in Caution().statements(summary)] == [2]
    assert Caution().statements(None) == ()
