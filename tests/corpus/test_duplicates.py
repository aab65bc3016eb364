import json

import pytest

from tests.corpus.helpers import (
    copies,
    job_of,
    outputs,
    plan_of,
    planned,
    read_rows,
    rows,
    write_rows,
)
from toolkit.cleaning import Repeats
from toolkit.corpus import near_duplicates
from toolkit.corpus.duplicates import LIST, Duplicates, find_duplicates
from toolkit.corpus.learning import keep_repeats, open_learned
from toolkit.corpus.marks import failures
from toolkit.corpus.planned import keep_plan
from toolkit.corpus.runners.local import run_local
from toolkit.corpus.shard import try_shard
from toolkit.corpus.storage import Storage
from toolkit.corpus.worker import Machine, Worker
from toolkit.errors import InputError, StoreError

WORDS = ("Le journal", "La rédaction", "Le site", "La lettre", "Le magazine", "La chaîne")
VERBS = ("informe chaque jour ses lecteurs", "raconte depuis longtemps la vie des habitants")
FIRST = "part-00000.jsonl:3"


@pytest.fixture
def source(tmp_path):
    """The third row, and the copies behind two others."""
    given = [*rows(2), *copies(2), *rows(2), *copies(3)]
    return write_rows(tmp_path / "rows.jsonl", given)


def found(source, to, *, duplicates="mark", stages=("clean", "translate"), **options):
    job = job_of(source, to, duplicates=duplicates, stages=stages, **options)
    return planned(open_learned(job, lambda: find_duplicates(job, plan_of(job))))


def duplicates_of(folder):
    return [
        row["duplicate_of"] for name in sorted(outputs(folder)) for row in read_rows(folder / name)
    ]


def run(job, workers=1):
    run_local(job, range(job.plan.shards), Machine(), workers=workers)


def test_copies_name_the_first_although_papers_put_other_lines_around_it(source, tmp_path):
    run(found(source, tmp_path / "out"))
    # Of `rows`, the third and fourth have the same figures as the first two.
    assert duplicates_of(tmp_path / "out") == [
        None,
        None,
        None,
        FIRST,
        "part-00000.jsonl:1",
        "part-00000.jsonl:2",
        FIRST,
        FIRST,
        FIRST,
    ]
    made = read_rows(tmp_path / "out/part-00000.jsonl")
    assert all(row["translation"] for row in made)


def test_a_row_is_named_by_its_id_where_it_has_one(tmp_path):
    source = write_rows(tmp_path / "rows.jsonl", [{"id": "x y", "text": "?"}, *copies(2)])
    run(found(source, tmp_path / "out", id_field="id"))
    assert duplicates_of(tmp_path / "out") == [None, None, "paper-0"]


def test_a_duplicate_that_is_skipped_has_an_article_and_nothing_of_a_model(source, tmp_path):
    job = found(source, tmp_path / "out", duplicates="skip", stages=("clean", "translate"))
    report = try_shard(job, 0, Worker.start(job, Machine()))
    made = read_rows(tmp_path / "out/part-00000.jsonl")
    skipped = [row for row in made if row["duplicate_of"]]
    assert (report.rows, report.errors, report.duplicates, len(skipped)) == (9, 0, 6, 6)
    for row in skipped:
        assert row["article"]
        assert row["error"] is row["translation"] is row["title_translation"] is None
        assert row["sentences"] is row["confidence"] is None
        assert set(json.loads(row["provenance"])) == {"schema", "toolkit", "cleaning"}
    assert all(row["translation"] for row in made if not row["duplicate_of"])


@pytest.mark.parametrize("duplicates", ["mark", "skip"])
def test_shards_and_processes_come_to_the_same(source, tmp_path, duplicates):
    for to, workers in (("one", 1), ("two", 2)):
        run(found(source, tmp_path / to, duplicates=duplicates, shards=3), workers)
    assert outputs(tmp_path / "one") == outputs(tmp_path / "two")
    assert len(outputs(tmp_path / "one")) == 3
    marks = duplicates_of(tmp_path / "one")
    assert len(marks) == 9
    assert marks[-3:] == marks[3:4] * 3


def test_rows_with_an_error_are_no_duplicates_and_have_none(tmp_path):
    (copy, *_) = copies(1)
    given = ["no json", {"text": copy["text"]}, *copies(2), {"id": 1, "text": ""}]
    source = write_rows(tmp_path / "rows.jsonl", given)
    run(found(source, tmp_path / "out", id_field="id"))
    assert duplicates_of(tmp_path / "out") == [None, None, None, "paper-0", None]


def test_articles_are_compared_as_they_are_cleaned(tmp_path):
    """Each paper adds two long lines of its own, which are known to repeat there."""
    own = {
        site: [" ".join(f"{word} de {site} {verb}." for word in WORDS) for verb in VERBS]
        for site in ("brive.fr", "tulle.fr")
    }
    given = [
        {"site": site, "text": "\n".join([copy["text"], *lines])}
        for copy, (site, lines) in zip(copies(2), own.items(), strict=True)
    ]
    source = write_rows(tmp_path / "rows.jsonl", given)
    run(found(source, tmp_path / "plain", stages=("clean",)))
    assert duplicates_of(tmp_path / "plain") == [None, None]
    known = Repeats.of_sites({site: dict.fromkeys(lines, 9) for site, lines in own.items()})
    job = job_of(
        source, tmp_path / "out", stages=("clean",), duplicates="mark", learned_from="file"
    )
    run(planned(open_learned(job, lambda: find_duplicates(keep_repeats(job, known), plan_of(job)))))
    assert duplicates_of(tmp_path / "out") == [None, "part-00000.jsonl:1"]


def test_a_file_that_went_away_is_told_by_its_shard_alone(tmp_path):
    folder = tmp_path / "in"
    for name in ("a", "b", "c"):
        (folder / name).mkdir(parents=True)
        write_rows(folder / name / "rows.jsonl", copies(1))
    job = job_of(str(folder), tmp_path / "out", stages=("clean",), duplicates="mark", shards=3)
    plan = plan_of(job)
    keep_plan(job, plan)
    (folder / "b/rows.jsonl").unlink()
    job = open_learned(job, lambda: find_duplicates(job, plan))
    run(job)
    assert [each.number for each in failures(Storage.of(job.to))] == [1]
    (last,) = read_rows(tmp_path / "out/c/part-00002.jsonl")
    assert last["duplicate_of"] == "a/part-00000.jsonl:1"


def test_without_them_nothing_is_written_or_looked_for(source, tmp_path):
    run(planned(open_learned(job_of(source, tmp_path / "out"), None)))
    assert not (tmp_path / "out" / LIST).exists()
    assert "duplicate_of" not in read_rows(tmp_path / "out/part-00000.jsonl")[0]


@pytest.mark.parametrize("change", [lambda path: path.unlink(), lambda path: path.write_text("{}")])
def test_a_file_that_is_gone_or_changed_fails_its_shard(source, tmp_path, change):
    job = found(source, tmp_path / "out")
    worker = Worker.start(job, Machine())
    change(tmp_path / "out/_toolkit/duplicates/00000.json")
    failed = try_shard(job, 0, worker)
    assert "duplicates/00000.json is not what the job was made with" in failed.reason
    change(tmp_path / "out" / LIST)
    with pytest.raises(InputError, match=r"duplicates.json is not what the job was made with"):
        Duplicates.of(job)


def test_what_somebody_left_who_was_killed_has_no_part_in_it(source, tmp_path):
    run(found(source, tmp_path / "clean", shards=3))
    left = tmp_path / "out/_toolkit/duplicates"
    left.mkdir(parents=True)
    for number in range(3):
        (left / f"{number:05}.json").write_text('{"1": "of another corpus"}')
    run(found(source, tmp_path / "out", shards=3))
    assert outputs(tmp_path / "out") == outputs(tmp_path / "clean")


def test_a_full_disk_is_told_before_anything_is_done(source, tmp_path, monkeypatch):
    class Full(near_duplicates.NearDuplicates):
        def __init__(self):
            super().__init__()
            self._file.execute("PRAGMA max_page_count = 3")

    monkeypatch.setattr(near_duplicates, "NearDuplicates", Full)
    many = write_rows(tmp_path / "rows.jsonl", rows(200))
    with pytest.raises(StoreError, match=r"disk is full; TMPDIR names another folder"):
        found(many, tmp_path / "out")
    assert not (tmp_path / "out/_toolkit/job.json").exists()


def test_a_bucket_holds_them_too(source, tmp_path, s3):
    job = found(source, "s3://news/en", shards=3)
    run(found(source, tmp_path / "out", shards=3))
    assert found(source, "s3://news/en", shards=3) == job
    here = found(source, tmp_path / "out", shards=3)
    assert job.firsts == here.firsts
    for number in range(3):
        assert Duplicates.of(job).in_shard(number) == Duplicates.of(here).in_shard(number)
