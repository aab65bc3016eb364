from dataclasses import replace

import pytest

from tests.helpers import doubted, result_of
from toolkit.api import Cleaner, Pipeline
from toolkit.checks import Check
from toolkit.documents import Doubt, Statement, Summary
from toolkit.schema import (
    RECORDS,
    SCHEMA_VERSION,
    ArticleRecord,
    CleaningRecord,
    MultiDocumentRecord,
    SummaryRecord,
    Versioned,
    article_record,
    summary_record,
)


def test_records_are_versioned_first_of_all():
    for record in RECORDS.values():
        assert issubclass(record, Versioned)
        assert next(iter(record.model_fields)) == "schema_version"


def test_a_failed_check_is_written_as_data_and_in_words():
    failed = (Check(name="numbers", relation="unsupported", values=("7",)),)
    value = Summary(
        text="7 came.", max_words=10, failed=failed, statements=(Statement(text="7 came."),)
    )
    written = summary_record(value).to_dict()
    assert written["failed"][0] == {
        "name": "numbers",
        "detail": "not in the article: 7",
        "relation": "unsupported",
        "values": ("7",),
    }
    assert written["schema_version"] == SCHEMA_VERSION


def test_without_a_summary_there_is_no_such_key():
    made = Pipeline.from_pretrained("fake", cache=False)
    page = Cleaner()("Le maire a présenté jeudi un plan aux élèves réunis à Brive.").document
    (result,) = made.translate([made.prepare(page, cleaned=True)])
    assert "summary" not in article_record(result).to_dict()


def test_an_odd_name_of_a_file_is_kept_as_it_is():
    old = {"documents": [], "summary": {}, "strangers": ["a\udcff.txt"]}
    with pytest.raises(ValueError, match="summary"):
        MultiDocumentRecord.model_validate(old)
    summary = {"text": "", "words": 0, "max_words": 1, "method": "none", "attempts": 0}
    rest = {"provenance": {}, "seconds": {}, "summary": summary}
    assert MultiDocumentRecord.model_validate(old | rest).unrelated == ("a\udcff.txt",)
    assert SummaryRecord.model_validate(summary).schema_version == 1


def test_what_cleaning_wrote_before_there_were_probabilities_is_read():
    cleaned = Cleaner()("Accueil\nLe maire a présenté jeudi un plan aux élèves réunis à Brive.")
    written = cleaned.to_dict()
    assert written["lines"][1]["probability"] == round(cleaned.lines[1].probability, 3)
    del written["doubtful"], written["doubt"], written["lines"][1]["probability"]
    read = CleaningRecord.model_validate(written)
    assert (read.lines[1].probability, read.doubtful, read.doubt) == (None, (), "")


def test_confidence_is_written_with_the_words_to_compare():
    result = result_of(("Un chat dort.", "A hat sleeps."), ("Il pleut.", "It rains."))
    doubts = (Doubt(3, 7, "a hat is no cat"),)
    written = article_record(
        doubted(result, 0.38251, None, doubts=doubts, title=("Le chat", "The hat", 0.1))
    ).to_dict()
    first, second = written["segments"]
    assert (first["confidence"], second["confidence"]) == (0.383, None)
    assert first["doubts"] == (
        {
            "side": "source",
            "start": 3,
            "end": 7,
            "words": "chat",
            "reason": "a hat is no cat",
        },
    )
    assert written["doubtful"] == ("title", 1)
    statement = Statement(text="It rains.", confidence=0.61009)
    summary = Summary(text="It rains.", max_words=9, statements=(statement,))
    assert summary_record(summary).to_dict()["statements"][0]["confidence"] == 0.61


def test_the_title_has_its_sentences_and_is_doubtful_once():
    result = doubted(result_of(("Il pleut.", "It rains.")), 0.9, title=("Bêtes !", "Beasts!", 0.1))
    (first,) = result.title
    second = replace(first, failed=(Check(name="copied", relation="source"),))
    written = article_record(replace(result, title=(first, second))).to_dict()
    one, two = written["title_segments"]
    assert (one["source"], one["target"], one["confidence"]) == ("Bêtes !", "Beasts!", 0.1)
    assert two["failed"][0]["name"] == "copied"
    assert written["doubtful"] == ("title",)


def test_what_was_written_before_there_was_a_confidence_is_read():
    written = article_record(result_of(("Il pleut.", "It rains."))).to_dict()
    del written["doubtful"], written["title_segments"]
    for key in ("confidence", "doubts", "terms"):
        del written["segments"][0][key]
    read = ArticleRecord.model_validate(written)
    (segment,) = read.segments
    assert (segment.confidence, segment.doubts, segment.terms, read.doubtful) == (None, (), (), ())


def test_a_translation_that_is_written_withholds_what_is_doubtful_and_segments_do_not():
    result = doubted(result_of(("Un chat dort.", "A hat sleeps.")), 0.1, withhold=True)
    written = article_record(result).to_dict()
    assert written["translation"] == "[French: Un chat dort.]"
    assert written["segments"][0]["target"] == "A hat sleeps."
