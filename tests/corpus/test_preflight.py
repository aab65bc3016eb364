import pytest

from tests.corpus.helpers import job_of, plan_of, rows, write_rows
from toolkit.corpus import preflight as module
from toolkit.corpus.job import open_job
from toolkit.corpus.plan import files_of
from toolkit.corpus.preflight import refuse_mistakes
from toolkit.corpus.storage import Storage
from toolkit.errors import UsageError


def look(job):
    refuse_mistakes(job, files_of(job.sources), plan_of(job))


def test_a_good_job_passes_before_and_after_it_began(tmp_path):
    source = write_rows(tmp_path / "rows.jsonl", rows(2))
    job = job_of(source, tmp_path / "out")
    look(job)
    open_job(job)
    (tmp_path / "out/part-00000.jsonl").write_text("an output")
    look(job)


@pytest.mark.parametrize("to", ["in", "in/out", "link/out"])
def test_outputs_are_never_taken_for_inputs(tmp_path, to):
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    write_rows(folder / "rows.jsonl", rows(2))
    with pytest.raises(UsageError, match="lies among the sources; name another"):
        look(job_of(str(folder), tmp_path / to))
    look(job_of(str(folder), tmp_path / "in-english"))


@pytest.mark.parametrize("pattern", ["*", "*/*", "**", "**/part-*", "??/**"])
def test_outputs_are_never_taken_for_what_a_pattern_finds(tmp_path, pattern):
    (tmp_path / "fr").mkdir()
    write_rows(tmp_path / "fr" / "part-1.jsonl", rows(2))
    source = str(tmp_path / pattern)
    with pytest.raises(UsageError, match="lies among the sources; name another"):
        look(job_of(source, tmp_path / "en"))


@pytest.mark.parametrize(("pattern", "to"), [("f*/*", "en"), ("*/*.jsonl", "en"), ("*/*", "_en")])
def test_outputs_that_a_pattern_passes_over_may_lie_beside_its_files(tmp_path, pattern, to):
    (tmp_path / "fr").mkdir()
    write_rows(tmp_path / "fr" / "page-1.jsonl", rows(2))
    look(job_of(str(tmp_path / pattern), tmp_path / to))


def test_a_destination_that_can_only_be_read_is_told_before_it_is_asked(tmp_path, monkeypatch):
    def ask(*_):
        raise AssertionError("the store was asked")

    job = job_of(write_rows(tmp_path / "rows.jsonl", rows(2)), "hf://datasets/a/b")
    monkeypatch.setattr(Storage, "exists", ask)
    with pytest.raises(UsageError, match=r"^hf://datasets/a/b can only be read; write to"):
        look(job)


def test_files_of_somebody_else_are_kept(tmp_path):
    source = write_rows(tmp_path / "rows.jsonl", rows(2))
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"holds other files \(mine.txt\); --to names a new"):
        look(job_of(source, tmp_path / "out"))


def test_a_column_that_ours_would_replace_is_told_with_the_way_out(tmp_path):
    given = [*rows(1), *rows(1, summary="of somebody else")]
    source = write_rows(tmp_path / "rows.jsonl", given)
    look(job_of(source, tmp_path / "out"))
    stages = ("summarize",)
    with pytest.raises(UsageError, match="has columns summary already; --prefix renames ours"):
        look(job_of(source, tmp_path / "out", stages=stages))
    look(job_of(source, tmp_path / "out", stages=stages, prefix="en_"))


def written(folder, suffix, number, columns):
    if suffix == ".csv":
        text = f"{','.join(columns)}\n{','.join('x' for _ in columns)}\n"
        (folder / f"{number:02}.csv").write_text(text)
    else:
        pa = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        parquet.write_table(
            pa.table({name: ["x"] for name in columns}), folder / f"{number:02}.parquet"
        )


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_column_that_only_a_later_file_has_is_told_too(tmp_path, suffix, monkeypatch):
    (tmp_path / "in").mkdir()
    for number in range(20):
        written(tmp_path / "in", suffix, number, ["id", "text", *(["summary"] * (number == 16))])
    (tmp_path / "in" / f"damaged{suffix}").touch()
    job = job_of(str(tmp_path / "in"), tmp_path / "out", stages=("summarize",))
    with pytest.raises(UsageError, match=f"16{suffix} has columns summary already; --prefix"):
        look(job)
    look(job_of(str(tmp_path / "in"), tmp_path / "out"))
    looked_at, names = [], module.columns_of

    def columns_of(pieces):
        looked_at.extend(piece.url for piece in pieces)
        return names(pieces)

    monkeypatch.setattr(module, "MAX_FILES", 5)
    monkeypatch.setattr(module, "columns_of", columns_of)
    look(job)
    assert len(looked_at) == 5, "of very many files some, whose shards tell the rest"


def test_texts_may_stand_in_any_file(tmp_path):
    (tmp_path / "in").mkdir()
    written(tmp_path / "in", ".csv", 1, ["id", "body"])
    with pytest.raises(UsageError, match=r"has no column 'text' \(there are: id, body\); --text-f"):
        look(job_of(str(tmp_path / "in"), tmp_path / "out"))
    written(tmp_path / "in", ".csv", 2, ["id", "text"])
    look(job_of(str(tmp_path / "in"), tmp_path / "out"))


def test_texts_in_another_column_are_told_before_every_row_has_an_error(tmp_path):
    source = write_rows(tmp_path / "rows.jsonl", ["no json", *rows(2)])
    with pytest.raises(UsageError, match=r"has no column 'uuid' .* --id-field names"):
        look(job_of(source, tmp_path / "out", id_field="uuid"))
    told = r"has no column 'body' \(there are: id, text\); --text-field names the one"
    with pytest.raises(UsageError, match=told):
        look(job_of(source, tmp_path / "out", text_field="body"))
    sparse = write_rows(tmp_path / "sparse.jsonl", [{"id": 1}, *rows(1)])
    look(job_of(sparse, tmp_path / "out"))


def test_a_model_that_is_not_there_leaves_no_job_behind(tmp_path):
    source = write_rows(tmp_path / "rows.jsonl", rows(2))
    with pytest.raises(UsageError, match=r"^no model or folder 'nosuch'"):
        job_of(source, tmp_path / "out", model="nosuch")
    served = {"model": "nosuch", "endpoint": "http://127.0.0.1:9/v1"}
    look(job_of(source, tmp_path / "out", **served))
    look(job_of(source, tmp_path / "out", model="lead-3", stages=("clean",)))
