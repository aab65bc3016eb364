import json
from dataclasses import replace

import pytest

from tests.helpers import doubted, failed_checks, result_of, summary_of
from toolkit.corpus.job import STAGES
from toolkit.corpus.rows import Columns, columns, reason_of, tokens_of
from toolkit.errors import InputError, LanguageError, UsageError
from toolkit.results import Caution
from toolkit.schema import article_record

PAIRS = (("Un.", "One."), ("Deux.", "Two."))


def row(made, stages=STAGES, **given):
    return Columns(stages).row(given, made, "x.jsonl: row 3")


def test_a_row_has_its_own_columns_as_they_were_and_then_ours():
    found = row(result_of(*PAIRS), text="Un. Deux.", when=[1, None])
    assert list(found) == ["text", "when", *columns(STAGES)]
    assert (found["text"], found["when"]) == ("Un. Deux.", [1, None])
    assert found["translation"] == "One.\n\nTwo."
    assert (found["article"], found["error"]) == ("Un.\n\nDeux.", None)


def test_stages_that_were_not_asked_for_leave_their_columns_out():
    assert not columns(["clean"]).keys() & {"translation", "summary", "confidence"}
    assert not columns(["translate"]).keys() & {"article", "summary", "paywalled"}
    article = result_of(*PAIRS).article
    assert list(row(article, ("clean",))) == [
        "article",
        "error",
        "paywalled",
        "cleaning_doubt",
        "provenance",
    ]


def test_sentences_are_counted_with_their_flags_and_confidences():
    result = doubted(result_of(*PAIRS, failed=failed_checks()), 0.25, 0.75)
    found = row(replace(result, summary=summary_of(("One.", []), failed=failed_checks())))
    assert (found["sentences"], found["flagged"], found["doubtful"]) == (2, 1, 1)
    assert (found["confidence"], found["confidence_min"]) == (0.5, 0.25)
    assert (found["summary"], found["summary_flagged"], found["summary_doubtful"]) == ("One.", 0, 0)
    unknown = row(doubted(result_of(*PAIRS), None, None))
    assert (unknown["confidence"], unknown["confidence_min"]) == (None, None)
    assert tokens_of(InputError("bad")) == tokens_of(result.article) == 0


def test_a_row_names_its_flagged_and_doubtful_sentences_as_other_json_does():
    result = doubted(
        result_of(*PAIRS, ("Trois.", "Three."), failed=failed_checks()),
        0.8,
        0.25,
        0.9,
        title=("Titre", "Title.", 0.1234),
    )
    result = replace(result, caution=Caution(min_confidence=0.3, withhold=True))
    title, flagged, doubtful = json.loads(row(result)["doubts"])
    assert title == {
        "number": "title",
        "source": "Titre",
        "target": "Title.",
        "failed": [],
        "confidence": 0.123,
    }
    assert flagged["number"] == 1
    assert {check["name"] for check in flagged["failed"]} == {"numbers"}
    assert (doubtful["number"], doubtful["target"]) == (2, "Two."), "also where it is withheld"
    segments = article_record(result).to_dict()["segments"]
    for told, segment in ((flagged, segments[0]), (doubtful, segments[1])):
        assert all(told[name] == segment[name] for name in ("source", "target", "confidence"))
        assert [each["detail"] for each in told["failed"]] == [
            each["detail"] for each in segment["failed"]
        ]
    assert row(result_of(*PAIRS))["doubts"] is None


def test_a_row_names_the_sentences_of_its_summary_and_what_that_failed_as_a_whole():
    summary = summary_of(("One.", []), ("Two.", []))
    sure = replace(summary.statements[0], confidence=0.9)
    unsure = replace(summary.statements[1], confidence=0.2)
    summary = replace(summary, statements=(sure, unsure), failed=failed_checks())
    doubtful, whole = json.loads(row(replace(result_of(*PAIRS), summary=summary))["summary_doubts"])
    assert doubtful == {"number": 2, "text": "Two.", "failed": [], "confidence": 0.2}
    assert (whole["number"], whole["failed"][0]["name"]) == (None, "numbers")
    certain = replace(summary, statements=(sure,), failed=())
    assert row(replace(result_of(*PAIRS), summary=certain))["summary_doubts"] is None


def test_what_was_done_to_a_row_is_one_text_that_never_varies():
    result = replace(result_of(*PAIRS), provenance={"translation": {"model": "é"}, "a": 1})
    text = row(result)["provenance"]
    assert json.loads(text)["translation"] == {"model": "é"}
    assert json.loads(text)["schema"] == 1
    assert (
        text
        == row(replace(result, provenance=dict(reversed(result.provenance.items()))))["provenance"]
    )


def test_a_row_says_what_was_doubtful_and_how_its_text_shows_that():
    caution = Caution(min_confidence=0.7, withhold=True)
    text = row(replace(result_of(*PAIRS), caution=caution))["provenance"]
    assert json.loads(text)["caution"] == {"min_confidence": 0.7, "mark": False, "withhold": True}


def test_a_row_with_an_error_keeps_its_columns_and_has_no_others_of_ours():
    found = row(InputError("x.jsonl: row 3: holds\nno article"), id=7)
    assert {name for name, value in found.items() if value is not None} == {
        "id",
        "error",
        "provenance",
    }
    assert found["error"] == "holds no article"


def test_a_row_says_of_which_it_is_a_duplicate_where_that_was_asked():
    article = result_of(*PAIRS).article
    told = {"duplicate_of": "part-00000.jsonl:3"}
    asked = Columns(("clean", "duplicates"))
    assert asked.row({}, article, **told)["duplicate_of"] == "part-00000.jsonl:3"
    assert asked.row({}, article)["duplicate_of"] is None
    assert "duplicate_of" not in Columns(("clean",)).row({}, article, **told)


def test_errors_are_one_line_and_short():
    english = LanguageError("a: looks English", found="en", expected="fr")
    assert reason_of(english, "a") == "looks English; --from fr takes it all the same"
    assert reason_of(KeyError("a\nb"), "") == "KeyError: 'a\\nb'"
    assert len(reason_of(ValueError("x" * 999), "")) == 300


def test_a_column_of_the_input_is_never_lost():
    with pytest.raises(UsageError, match="row 3 has columns summary already; --prefix renames"):
        row(result_of(*PAIRS), summary="of somebody else")
    renamed = Columns(STAGES, "toolkit_").row({"summary": "kept"}, result_of(*PAIRS))
    assert renamed["summary"] == "kept"
    assert renamed["toolkit_translation"] == "One.\n\nTwo."
