import pytest

from tests.corpus.helpers import SITE, TEXT, job_of, pages, plan_of, rows, write_rows
from toolkit.cleaning import Repeats
from toolkit.corpus.preparing import CutOffError, UnreadableError, prepared_rows, preparing
from toolkit.errors import LanguageError, NoTextError

ENGLISH = "The minister presented his plan to members of parliament in Paris on Thursday. " * 3
NONE = Repeats()


def prepared(tmp_path, given, repeats=NONE, **options):
    job = job_of(write_rows(tmp_path / "rows.jsonl", given), tmp_path / "out", **options)
    (shard,) = plan_of(job).shards
    return list(prepared_rows(shard, preparing(job, repeats)))


def test_each_row_has_its_article_or_why_it_has_none(tmp_path):
    given = [*rows(1), "no json", {"text": ENGLISH}, {"id": 3}]
    found = prepared(tmp_path, given, stages=("clean",))
    names = [name for (name, _), _ in found]
    assert all(name.startswith(f"{tmp_path}/rows.jsonl: row ") for name in names)
    assert len(set(names)) == 4
    (_, article), *others = found
    assert article.document.text.startswith("Le ministre présente")
    assert [type(error) for _, error in others] == [
        UnreadableError,
        LanguageError,
        NoTextError,
    ]
    assert others[2][0][1] == {"id": 3}


def test_a_row_without_its_id_has_no_article(tmp_path):
    ((_, first), (_, second)) = prepared(tmp_path, [*rows(1), {"text": TEXT}], id_field="id")
    assert not isinstance(first, Exception)
    assert "has no field 'id'" in str(second)


def test_articles_are_cleaned_by_the_lines_of_their_site(tmp_path):
    given = pages(1, site="brive.fr")
    known = Repeats.of_sites({"brive.fr": {SITE: 9}})
    for repeats, stages, stays in [
        (Repeats(), ("clean",), True),
        (known, ("clean",), False),
        (known, ("translate",), True),
    ]:
        ((_, article),) = prepared(tmp_path, given, repeats, stages=stages)
        assert (SITE in article.document.text) is stays


def test_a_file_that_breaks_off_is_told_by_its_last_row(tmp_path):
    pytest.importorskip("pyarrow")
    (tmp_path / "rows.parquet").write_bytes(b"PAR1 and no more")
    job = job_of(str(tmp_path / "rows.parquet"), tmp_path / "out")
    ((_, error),) = prepared_rows(plan_of(job).shards[0], preparing(job, Repeats()))
    assert isinstance(error, CutOffError)
