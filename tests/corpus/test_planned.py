from functools import partial

import pytest

from tests.corpus.helpers import job_of, planned, rows, write_rows
from toolkit.corpus import planned as module
from toolkit.corpus.job import JOB, make_job, open_job
from toolkit.corpus.plan import files_of, plan_shards
from toolkit.corpus.planned import PLAN, keep_plan, resumed, shard_of
from toolkit.errors import InputError, UsageError
from toolkit.settings import make_settings

SETTINGS = make_settings("fake", lexicon=False)


@pytest.fixture
def source(tmp_path):
    return write_rows(tmp_path / "rows.jsonl", rows(20))


@pytest.fixture
def job(source, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SHARDS", 2)
    return planned(open_job(job_of(source, tmp_path / "out", shards=5)))


def asking(source, to, **changes):
    given = {"stages": ("translate",), "settings": SETTINGS, "shards": 5} | changes
    return partial(make_job, sources=[source], to=str(to), **given)


def test_each_shard_is_read_from_a_file_with_few_others(source, job, tmp_path):
    plan = plan_shards(files_of([source]), shards=5)
    assert [shard_of(job, number) for number in range(5)] == list(plan.shards)
    kept = sorted((tmp_path / "out" / PLAN / job.plan.sha256).iterdir())
    assert [each.name for each in kept] == ["00000.jsonl.gz", "00001.jsonl.gz", "00002.jsonl.gz"]
    before = [each.read_bytes() for each in kept]
    kept[1].unlink()
    with pytest.raises(InputError, match=r"00001.jsonl.gz is missing or damaged; .* writes it"):
        shard_of(job, 3)
    keep_plan(job, plan)
    assert [each.read_bytes() for each in kept] == before


NO_DEFLATE = b"\x1f\x8b\x08\0\0\0\0\0\0\3" + b"\xff" * 20


@pytest.mark.parametrize("written", [b"", b"no gzip", NO_DEFLATE[:10] + b"cut", NO_DEFLATE])
def test_a_plan_that_is_damaged_is_told_in_one_line(job, tmp_path, written):
    (tmp_path / "out" / PLAN / job.plan.sha256 / "00000.jsonl.gz").write_bytes(written)
    with pytest.raises(InputError, match="is missing or damaged") as caught:
        shard_of(job, 0)
    assert "\n" not in str(caught.value)
    assert resumed(job.to, asking(job.sources[0], job.to), 0) is None


def test_a_task_goes_on_without_a_look_at_other_sources(source, job, tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit.corpus.storage.Storage.expand", None)
    assert resumed(job.to, asking(source, job.to), 4) == job
    assert resumed(job.to, asking(source, job.to), 7) == job  # a task without a shard


def test_whatever_differs_is_left_to_be_explained(source, job, tmp_path):
    for changes in ({"shards": 4}, {"stages": ("clean", "translate")}, {"prefix": "en_"}):
        assert resumed(job.to, asking(source, job.to, **changes), 0) is None
    assert resumed(job.to, asking(str(tmp_path), job.to), 0) is None
    assert resumed(str(tmp_path / "new"), asking(source, tmp_path / "new"), 0) is None
    write_rows(tmp_path / "rows.jsonl", rows(21))
    assert resumed(job.to, asking(source, job.to), 0) is None


def test_a_job_of_another_layout_is_refused_in_one_line(source, job, tmp_path):
    (tmp_path / "out" / JOB).write_text('{"job_schema": 1, "plan": {"shards": []}}')
    with pytest.raises(UsageError, match=r"can't be read by toolkit .*job_schema") as caught:
        resumed(job.to, asking(source, job.to), 0)
    assert "\n" not in str(caught.value)
