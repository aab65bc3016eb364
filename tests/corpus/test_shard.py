import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

from tests.corpus.helpers import TEXT, opened, outputs, plan_of, read_rows, rows, write_rows
from toolkit.corpus import preparing
from toolkit.corpus.marks import done_numbers, failures
from toolkit.corpus.shard import run_shard, sweep_outputs, try_shard
from toolkit.corpus.storage import Storage
from toolkit.engines.fake import FakeEngine, fake_answer
from toolkit.errors import InputError, OutputError
from toolkit.files import AtomicFile
from toolkit.pipeline import engine_pool

ENGLISH = "The minister presented his plan to members of parliament in Paris on Thursday. " * 3


def made(tmp_path, given, **options):
    source = write_rows(tmp_path / "rows.jsonl", given)
    job, worker = opened(source, tmp_path / "out", **options)
    report = run_shard(job, 0, worker)
    return read_rows(tmp_path / "out/part-00000.jsonl"), report


def test_each_row_is_written_in_its_place_with_what_was_made_of_it(tmp_path):
    found, report = made(tmp_path, rows(3, site="a"), stages=("clean", "translate", "summarize"))
    assert [(row["id"], row["site"]) for row in found] == [(0, "a"), (1, "a"), (2, "a")]
    for number, row in enumerate(found):
        assert f"[fake] Il a promis {number} emplois" in row["translation"]
        assert row["summary"].startswith("[fake]")
        assert row["error"] is None
    assert json.loads(found[0]["provenance"])["translation"]["model"] == "fake"
    assert (report.rows, report.errors, report.sentences) == (3, 0, 6)
    assert report.tokens > 60
    data = (tmp_path / "out/part-00000.jsonl").read_bytes()
    assert report.bytes == len(data)
    assert report.sha256.endswith(hashlib.sha256(data).hexdigest())


def test_whatever_is_wrong_with_a_row_stands_in_its_column_of_errors(tmp_path):
    given = [
        *rows(1),
        {"id": "null", "text": None},
        {"id": "number", "text": 7},
        {"id": "other", "body": "x"},
        "not json",
        {"id": "english", "text": ENGLISH},
        {"id": "long", "text": "".join(map(TEXT.format, range(200)))},
        *rows(1),
    ]
    found, report = made(tmp_path, given, stages=("clean", "translate"), max_document_chars=5_000)
    assert len(found) == len(given) == report.rows
    assert report.errors == 6
    assert report.errors_by_kind == {"no_text": 3, "unreadable": 1, "language": 1, "too_long": 1}
    assert found[0]["error"] is found[-1]["error"] is None
    reasons = {row.get("id"): row["error"] for row in found[1:-1]}
    assert reasons["null"] == reasons["number"] == "has no text in its field 'text'"
    assert "has no field 'text' (there are: id, body)" in reasons["other"]
    assert "is not valid JSON" in reasons[None]
    data = (tmp_path / "rows.jsonl").read_bytes()
    at_byte = f"({tmp_path}/rows.jsonl: row at byte {data.index(b'not json')})"
    assert reasons[None].endswith(at_byte), "there is nothing else to find it by"
    assert "looks English" in reasons["english"]
    assert "over the limit of 5,000" in reasons["long"]
    assert found[3]["body"] == "x"


def test_a_row_that_breaks_our_code_or_the_models_has_an_error_too(tmp_path, monkeypatch):
    source = write_rows(tmp_path / "rows.jsonl", rows(4))
    job, worker = opened(source, tmp_path / "out")
    prepare = worker.prepare

    def breaking(row, name):
        if row["id"] == 1:
            raise RecursionError("too deep")
        return prepare(row, name)

    monkeypatch.setattr(worker, "prepare", breaking)
    assert run_shard(job, 0, worker).errors_by_kind == {"bug": 1}
    errors = [row["error"] for row in read_rows(tmp_path / "out/part-00000.jsonl")]
    assert errors == [None, "RecursionError: too deep", None, None]


def test_only_cleaning_needs_no_model(tmp_path):
    found, _ = made(tmp_path, rows(2), stages=("clean",), model="not-installed")
    assert "translation" not in found[0]
    assert found[0]["article"].startswith("Le ministre")


class Remembering(FakeEngine):
    """What it was asked before has a part in its answers, as pages of keys and values have."""

    def __init__(self):
        asked = count()
        super().__init__(lambda text: f"{fake_answer(text)} {next(asked)}")


def test_what_a_worker_did_before_changes_nothing(tmp_path, monkeypatch):
    """It may come from other shards, and a shard may be made again."""
    monkeypatch.setattr(engine_pool, "load_engine", lambda model, **_: Remembering())
    source = write_rows(tmp_path / "rows.jsonl", rows(20))
    job, worker = opened(source, tmp_path / "out", shards=3)
    for number in (2, 0, 1, 0):
        run_shard(job, number, worker)
    first = outputs(tmp_path / "out")
    assert len(first) == len(done_numbers(Storage.of(job.to))) == 3
    job, worker = opened(source, tmp_path / "again", shards=3)
    for number in (0, 1, 2):
        run_shard(job, number, worker)
    assert outputs(tmp_path / "again") == first


def test_what_killed_processes_left_is_removed_and_nothing_else(tmp_path):
    job, worker = opened(write_rows(tmp_path / "rows.jsonl", rows(1)), tmp_path / "out")
    run_shard(job, 0, worker)
    (tmp_path / "out/date=1").mkdir()
    for folder in ("out", "out/date=1", "out/_toolkit"):
        (tmp_path / folder / ".toolkit-abc.tmp").write_text("half")
    kept = AtomicFile(tmp_path / "out/somebody-writes-it")
    sweep_outputs(job)
    assert not [*tmp_path.rglob(".toolkit-abc.tmp")]
    kept.commit()
    assert [*outputs(tmp_path / "out")] == ["part-00000.jsonl"]


def broken(monkeypatch, error, after=1):
    """Rows that can't be read to their end."""
    read = preparing.read_rows

    def reading(piece):
        for number, row in enumerate(read(piece)):
            if number == after:
                raise error
            yield row

    monkeypatch.setattr(preparing, "read_rows", reading)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (InputError("rows.jsonl: is cut off"), "rows.jsonl: is cut off"),
        (ZeroDivisionError("oh"), "this is a bug: ZeroDivisionError: oh"),
    ],
)
def test_a_shard_that_cannot_be_read_fails_alone_and_leaves_no_half(
    tmp_path, monkeypatch, error, told
):
    job, worker = opened(write_rows(tmp_path / "rows.jsonl", rows(3)), tmp_path / "out")
    broken(monkeypatch, error)
    assert try_shard(job, 0, worker).reason == told
    assert outputs(tmp_path / "out") == {}
    storage = Storage.of(job.to)
    assert done_numbers(storage) == set()
    assert [each.reason for each in failures(storage)] == [told]
    monkeypatch.undo()
    assert try_shard(job, 0, worker).rows == 3
    assert failures(storage) == []


def test_a_full_disk_ends_more_than_the_shard(tmp_path, monkeypatch):
    job, worker = opened(write_rows(tmp_path / "rows.jsonl", rows(3)), tmp_path / "out")
    broken(monkeypatch, OutputError("out can't be written: No space left on device"))
    with pytest.raises(OutputError):
        try_shard(job, 0, worker)


def test_a_column_that_would_be_lost_fails_the_shard(tmp_path):
    given = [*rows(1), {"id": 1, "text": TEXT, "translation": "of somebody else"}]
    job, worker = opened(write_rows(tmp_path / "rows.jsonl", given), tmp_path / "out")
    failed = try_shard(job, 0, worker)
    assert "rows.jsonl: row at byte 193 has columns translation already; --pre" in failed.reason


def test_dates_numbers_and_bytes_beside_the_text_do_no_harm(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    beside = {"on": date(2026, 1, 2), "at": datetime(2026, 1, 2), "by": b"a", "of": Decimal("1.5")}
    parquet.write_table(pa.Table.from_pylist([{"text": TEXT, **beside}]), tmp_path / "a.parquet")
    job, worker = opened(str(tmp_path / "a.parquet"), tmp_path / "out", stages=("clean",))
    assert run_shard(job, 0, worker).errors == 0
    (row,) = parquet.read_table(tmp_path / "out/part-00000.parquet").to_pylist()
    assert row["article"]
    assert {name: row[name] for name in beside} == beside


def test_a_bucket_whose_answers_fail_now_and_then_holds_the_same_bytes(s3, tmp_path):
    source = write_rows(tmp_path / "rows.jsonl", rows(40))
    bucket = Storage.of("s3://news")
    with bucket.write("in/rows.jsonl") as file:
        file.write(Path(source).read_bytes())
    answers = count(1)
    s3.fails = lambda path: next(answers) % 5 == 0
    for place, to in ((source, tmp_path / "out"), ("s3://news/in/*.jsonl", "s3://news/out")):
        job, worker = opened(place, to, shards=4)
        assert sum(run_shard(job, number, worker).rows for number in range(4)) == 40
    assert done_numbers(Storage.of(job.to)) == {0, 1, 2, 3}
    found = {each.output: bucket.read(f"out/{each.output}") for each in plan_of(job).shards}
    assert found == outputs(tmp_path / "out")
