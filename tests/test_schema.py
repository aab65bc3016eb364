import pytest

from toolkit.api import Cleaner, Pipeline
from toolkit.checks import Check
from toolkit.documents import Statement, Summary
from toolkit.schema import (
    RECORDS,
    SCHEMA_VERSION,
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
