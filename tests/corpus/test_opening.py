import pytest

from tests.corpus.helpers import SITE, copies, job_of, pages, plan_of, write_rows
from toolkit.cleaning import Repeats
from toolkit.corpus.duplicates import Duplicates
from toolkit.corpus.job import read_job
from toolkit.corpus.learning import digest_of, repeats_of
from toolkit.corpus.opening import open_new
from toolkit.corpus.plan import files_of
from toolkit.corpus.planned import shard_of
from toolkit.errors import UsageError


@pytest.fixture
def opened(tmp_path):
    """Opens a job over rows that hold one article twice; what was said, and the job."""
    source = write_rows(tmp_path / "rows.jsonl", [*pages(3, site="brive.fr"), *copies(2)])

    def open_job(known=None, **options):
        job = job_of(source, tmp_path / "out", stages=("clean",), shards=2, **options)
        said = []
        opened = open_new(job, plan_of(job), files_of([source]), known=known, say=said.append)
        return said, opened

    return open_job


def test_who_comes_first_learns_and_writes_down_what_all_shards_go_by(opened):
    asked = {"learned_from": "corpus", "duplicates": "mark"}
    said, job = opened(**asked)
    assert [each.split(",")[0] for each in said] == ["reading all rows twice", "reading all rows"]
    assert read_job(job.to) == job
    assert [shard_of(job, number) for number in range(2)] == [*plan_of(job).shards]
    assert SITE in repeats_of(job).to_json()
    assert Duplicates.of(job).files
    assert opened(**asked) == ([], job)


def test_lines_that_are_known_are_not_learned(opened):
    known = Repeats.of_sites({"brive.fr": {SITE: 9}})
    said, job = opened(known, learned_from="file", repeats=digest_of(known))
    assert not said
    assert repeats_of(job).to_json() == known.to_json()


def test_another_job_in_the_same_place_is_refused(opened):
    opened()
    with pytest.raises(UsageError, match="duplicates: not set then, mark now"):
        opened(duplicates="mark")
