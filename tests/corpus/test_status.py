import os
import socket
from datetime import UTC, datetime, timedelta

import pytest

from tests.corpus.helpers import job_of, rows, write_rows
from toolkit.corpus.job import open_job
from toolkit.corpus.marks import (
    LEARNING,
    RUNNING,
    Lease,
    ShardReport,
    leased_learning,
    mark_done,
    now,
)
from toolkit.corpus.status import Status, ranges, status_lines
from toolkit.corpus.storage import Storage
from toolkit.errors import UsageError


def lines(to):
    return list(Status.of(str(to)).lines())


@pytest.fixture
def job(tmp_path):
    source = write_rows(tmp_path / "rows.jsonl", rows(50))
    return open_job(job_of(source, tmp_path / "out", shards=6))


def test_missing_shards_are_told_in_ranges(job):
    for number in (0, 3):
        mark_done(Storage.of(job.to), ShardReport(number=number, output="x", rows=8))
    shown = lines(job.to)
    assert shown[:2] == [
        f"shards: 2 of {job.plan.shards}",
        "rows: 16, 0 of them with an error",
    ]
    assert shown[-1].startswith("missing shards: 1-2, 4-")


def test_who_is_at_work_is_told_and_about_how_long_it_takes(job):
    since = datetime.now(UTC) - timedelta(hours=1)
    done = ShardReport(number=0, output="x", finished=datetime.now(UTC).isoformat())
    mark_done(Storage.of(job.to), done)
    assert not any("time left" in line for line in lines(job.to))
    lease = Lease(host="node7", process=5, since=since.isoformat(), beat=done.finished)
    with Storage.of(job.to).write(f"{RUNNING}/run.json") as file:
        file.write(lease.model_dump_json().encode())
    *_, at_work, left = lines(job.to)
    assert at_work.startswith("at work on all shards: process 5 on node7, since 20")
    rest = job.plan.shards - 1
    assert left == f"time left: about {rest} h 0 min"


def test_of_very_many_shards_some_are_looked_at_unless_it_shall_be_exact(job, monkeypatch):
    monkeypatch.setattr("toolkit.corpus.status.SAMPLED", 2)
    for number in range(5):
        mark_done(Storage.of(job.to), ShardReport(number=number, output="x", rows=number))
    shown = lines(job.to)
    assert shown[:2] == ["shards: 5 of 6", "rows: 8, 0 of them with an error"]
    assert "all but the number of shards is reckoned from 2 of them; --exact reads all" in shown
    exact = list(Status.of(job.to, exact=True).lines())
    assert exact[1:] == ["rows: 10, 0 of them with an error", "missing shards: 5"]


def test_without_a_job_there_is_no_status(tmp_path):
    with pytest.raises(UsageError, match="holds no job"):
        lines(tmp_path)


def test_before_the_job_it_is_told_who_learns_what_it_goes_by(tmp_path):
    storage = Storage.of(str(tmp_path))
    with leased_learning(storage):
        (line,) = status_lines(str(tmp_path))
    assert line.startswith("reading all rows before the first shard: process ")
    assert f"process {os.getpid()} on {socket.gethostname()}, since 20" in line
    lost = Lease(host="node7", process=5, since=now(), beat="2020-01-01T00:00:00+00:00")
    with storage.write(f"{RUNNING}/{LEARNING}.json") as file:
        file.write(lost.model_dump_json().encode())
    with pytest.raises(UsageError, match="holds no job"):
        list(status_lines(str(tmp_path)))


def test_once_there_is_a_job_its_status_is_told(job):
    with leased_learning(Storage.of(job.to)):
        assert next(status_lines(job.to)).startswith("shards: 0 of ")


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((), ""),
        ((7,), "7"),
        ((0, 1, 2, 5, 7, 8), "0-2, 5, 7-8"),
        (tuple(range(0, 100, 2)), ", ".join(map(str, range(0, 40, 2))) + ", and 30 more"),
    ],
)
def test_ranges(numbers, told):
    assert ranges(numbers) == told
