import json

from tests.corpus.helpers import opened, rows, write_rows
from toolkit.corpus.marks import Failure, ShardReport, mark_failed
from toolkit.corpus.report import REPORT, Report
from toolkit.corpus.shard import run_shard
from toolkit.corpus.storage import Storage


def test_shards_are_summed_and_what_failed_is_told():
    done = [
        ShardReport(number=number, output="x", rows=1000, errors=1, sentences=5000, flagged=40)
        for number in (0, 1)
    ]
    done[0] = done[0].model_copy(update={"seconds": 100.0, "host": "a", "doubtful": 9})
    told = list(Report.summed(3, done, [Failure(number=2, reason="is cut off")]).lines())
    assert told == [
        "shards: 2 of 3",
        "rows: 2,000, 2 of them with an error (2 for other reasons)",
        "sentences: 10,000, 80 of them flagged, 9 doubtful; tokens: 0",
        "time of workers: 100 s, 0.05 s a row",
        "shard 2 failed: is cut off",
    ]


def test_of_very_many_failures_some_are_told():
    failed = [Failure(number=number, reason="is cut off") for number in range(30)]
    told = list(Report.summed(30, [], failed).lines())
    assert told[-2:] == [
        "shard 19 failed: is cut off",
        "10 more shards failed; _toolkit/failed says why",
    ]


def test_cleaning_alone_says_nothing_of_sentences():
    done = [ShardReport(number=0, output="x", rows=1)]
    assert list(Report.summed(1, done, []).lines()) == [
        "shards: 1 of 1",
        "rows: 1, 0 of them with an error",
    ]


def test_duplicates_are_counted():
    done = [ShardReport(number=0, output="x", rows=2000, duplicates=1200)] * 2
    rows = list(Report.summed(2, done, []).lines())[1]
    assert rows == "rows: 4,000, 0 of them with an error, 2,400 duplicates"


def test_errors_are_told_by_kind_and_those_of_older_marks_with_the_rest():
    kinds = {"language": 2, "no_text": 3}
    old = ShardReport.model_validate_json('{"number": 0, "output": "x", "rows": 9, "errors": 4}')
    done = [old, ShardReport(number=1, output="x", rows=9, errors=5, errors_by_kind=kinds)]
    report = Report.summed(2, done, [])
    assert report.errors_by_kind == {"other": 4, "no_text": 3, "language": 2}
    assert report.told_rows == (
        "rows: 18, 9 of them with an error "
        "(4 for other reasons, 3 without text, 2 in another language)"
    )
    assert report.scaled(20).errors_by_kind == {"other": 40, "no_text": 30, "language": 20}


def test_one_shard_is_told_by_its_number():
    done = [ShardReport(number=1, output="x", rows=7)]
    assert list(Report.summed(4, done, []).lines(1)) == [
        "shard 1 of 4: done",
        "rows: 7, 0 of them with an error",
    ]
    failed = [Failure(number=1, reason="is cut off")]
    told = list(Report.summed(4, [], failed).lines(1))
    assert (told[0], told[-1]) == ("shard 1 of 4: not done", "shard 1 failed: is cut off")


def test_the_report_lies_beside_the_outputs(tmp_path):
    source = write_rows(tmp_path / "rows.jsonl", rows(5))
    job, worker = opened(source, tmp_path / "out", shards=2)
    run_shard(job, 0, worker)
    mark_failed(Storage.of(job.to), Failure(number=1, reason="is cut off"))
    assert Report.of(job, 0).rows + len(Report.of(job, 0).failed) == Report.of(job).rows
    assert [each.number for each in Report.of(job, 1).failed] == [1]
    Report.of(job).write(job)
    found = json.loads((tmp_path / "out" / REPORT).read_text("utf-8"))
    assert (found["shards"], found["done"], found["models"]["translator"]["model"]) == (
        2,
        1,
        "fake",
    )
    assert found["failed"][0]["reason"] == "is cut off"
