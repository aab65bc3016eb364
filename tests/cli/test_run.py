import gzip
import json
import os
import re
from pathlib import Path

import pytest

from tests.corpus.helpers import SITE, copies, outputs, pages, read_rows, rows, write_rows
from toolkit.cleaning import Repeats
from toolkit.corpus.marks import leased_learning
from toolkit.corpus.shard import run_shard
from toolkit.corpus.storage import Storage
from toolkit.corpus.worker import Worker
from toolkit.errors import OutputError

FAKE = ("--to", "out", "--model", "fake", "--stages", "clean,translate")


def fake(*arguments):
    """FAKE with other values of options."""
    pairs = zip(FAKE[::2], FAKE[1::2], strict=True)
    return [each for pair in pairs if pair[0] not in arguments for each in pair] + [*arguments]


@pytest.fixture
def source(tmp_path):
    return write_rows(tmp_path / "rows.jsonl", rows(10))


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setenv("TOOLKIT_LEXICON", "false")


def test_a_corpus_is_done_and_what_was_done_is_told(run, source, tmp_path):
    code, out, err = run("run", source, *FAKE)
    assert (code, err) == (0, "")
    assert "shards: 1 of 1\nrows: 10, 0 of them with an error\nsentences: 20, 20 of them" in out
    found = read_rows(tmp_path / "out/part-00000.jsonl")
    assert [row["id"] for row in found] == list(range(10))
    assert json.loads((tmp_path / "out/_toolkit/report.json").read_text("utf-8"))["rows"] == 10
    assert run("run", "status", "out")[1] == out


def test_a_second_run_does_what_is_missing(run, source, tmp_path, monkeypatch):
    done, real = [], run_shard

    def breaking(job, number, worker, **options):
        if number == 2 and len(done) == 2:
            raise OutputError("out/part-00002.jsonl can't be written: No space left on device")
        done.append(number)
        return real(job, number, worker, **options)

    monkeypatch.setattr("toolkit.corpus.shard.run_shard", breaking)
    code, _, err = run("run", source, *FAKE, "--shards", 4)
    assert (code, err) == (
        3,
        "toolkit: out/part-00002.jsonl can't be written: No space left on device\n",
    )
    assert "missing shards: 2-" in run("run", "status", "out")[1]
    done.append(0)
    code, out, err = run("run", source, *FAKE, "--shards", 4)
    assert (code, err) == (0, "toolkit: 2 of 4 shards are done already\n")
    assert done == [0, 1, 0, 2, 3]
    assert "rows: 10, 0 of them" in out


def test_a_mark_that_can_not_be_read_is_no_success(run, source, tmp_path):
    asked = ("run", source, *FAKE, "--shards", 4)
    assert run(*asked)[0] == 0
    mark = tmp_path / "out/_toolkit/done/00002.json"
    mark.write_bytes(b"")
    code, out, err = run(*asked)
    assert (code, out.splitlines()[0]) == (3, "shards: 3 of 4")
    assert f"marks that can't be read: 1, the first of them {mark}; remove them" in err
    mark.unlink()
    assert run(*asked)[0] == 0


def test_tasks_of_a_scheduler_do_a_shard_each_and_come_to_the_same(run, source, tmp_path):
    for shard in (3, 1, 0, 2):
        code, out, _ = run("run", source, *FAKE, "--shards", 4, "--shard", shard)
        assert (code, out.splitlines()[0]) == (0, f"shard {shard} of 4: done")
    again = run("run", source, *FAKE, "--shards", 4, "--shard", 2)
    assert again == (0, out, "toolkit: shard 2 is done already\n")
    assert not (tmp_path / "out/_toolkit/report.json").exists()
    assert run("run", source, *FAKE, "--shards", 4)[0] == 0
    whole = ("--to", "whole", *FAKE[2:])
    assert run("run", source, *whole, "--shards", 4)[0] == 0
    assert outputs(tmp_path / "out") == outputs(tmp_path / "whole")
    assert len(outputs(tmp_path / "out")) == 4


def test_tasks_after_the_first_take_no_look_at_other_sources(run, source, tmp_path, monkeypatch):
    task = ("run", source, *FAKE, "--shards", 4, "--shard")
    assert run(*task, 0)[0] == 0
    with monkeypatch.context() as patched:
        patched.setattr("toolkit.cli.run.files_of", None)
        assert run(*task, 1)[0] == 0
    write_rows(tmp_path / "rows.jsonl", rows(11))
    code, _, err = run(*task, 2)
    assert code == 2
    assert "the input files have changed since the job was begun" in err


def test_a_task_without_a_shard_has_nothing_to_do(run, tmp_path):
    """A scheduler starts as many as were asked for; CSV isn't split."""
    (tmp_path / "rows.csv").write_text('text\n"Le maire parle."\n', "utf-8")
    assert run("run", "rows.csv", *FAKE, "--shards", 40, "--shard", 39) == (0, "", "")
    code, _, err = run("run", "rows.csv", *FAKE, "--shards", 40, "--shard", 40)
    assert (code, err) == (2, "toolkit: --shard 40: there are 40, counted from 0\n")


def test_an_interrupt_leaves_a_run_that_goes_on(run, source, tmp_path, monkeypatch):
    work = Worker.work

    def interrupted(self, articles):
        for number, made in enumerate(work(self, articles)):
            if number == 1:
                raise KeyboardInterrupt
            yield made

    with monkeypatch.context() as patched:
        patched.setattr(Worker, "work", interrupted)
        assert run("run", source, *FAKE)[::2] == (
            130,
            "toolkit: finished shards are kept; the same command goes on\ntoolkit: interrupted\n",
        )
    assert outputs(tmp_path / "out") == {}
    assert not [*tmp_path.glob("out/.toolkit-*"), *tmp_path.glob("out/_toolkit/running/*")]
    assert run("run", source, *FAKE)[0] == 0


def test_rows_with_errors_end_with_3_only_if_that_is_asked(run, tmp_path):
    source = write_rows(tmp_path / "rows.jsonl", [*rows(1), "no json"])
    code, out, _ = run("run", source, *FAKE)
    assert code == 0
    rows_told = "rows: 2, 1 of them with an error (1 unreadable)"
    assert rows_told in out
    assert rows_told in run("run", "status", "out")[1]
    assert run("run", source, *FAKE, "--quiet") == (0, "", "")
    quietly = run("run", source, *FAKE, "--strict", "--quiet")
    assert quietly == (3, "", f"toolkit: {rows_told}\n")


def test_a_file_that_is_cut_off_is_no_success(run, tmp_path):
    whole = gzip.compress(Path(write_rows(tmp_path / "rows.jsonl", rows(200))).read_bytes())
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut/rows.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    code, out, _ = run("run", "cut", "--to", "out", "--stages", "clean")
    assert code == 3
    assert "files that can't be read to their end: 1;" in out
    quietly = run("run", "cut", "--to", "out", "--stages", "clean", "--quiet")
    assert quietly[:2] == (3, ""), "also when it goes on"
    assert quietly[2].startswith("toolkit: files that can't be read to their end: 1;")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--stages", "clean,print"), 2, "--stages clean,print: there are clean, translate"),
        (("--from", "auto"), 2, "--from auto goes by the first input; name the language"),
        (("--model", "hy-mt2-1.8b"), 4, "model 'hy-mt2-1.8b' is not installed; type: toolkit mo"),
        (
            ("--to-language", "fr"),
            2,
            "there is nothing to translate from fr to fr; --to-language names another",
        ),
        (("--to-language", "x"), 2, "toolkit: --to-language: 'x' is not a language code"),
        (("--from", "xx"), 2, "prompt news.v4 is for fr to en, not for xx to en; give a prompt"),
        (("--to-language", "de"), 2, "prompt news.v4 is for fr to en, not for fr to de; give a"),
        (("--model", "lead-3"), 2, "lead-3 copies sentences and can't translate; give it as --s"),
        (
            ("--stages", "summarize", "--route", "direct", "--summarizer", "lead-3"),
            2,
            "lead-3 copies sentences, so on --route direct it can't translate",
        ),
        (("--glossary", "nowhere.tsv"), 2, "glossary nowhere.tsv: No such file or directory"),
        (("--id-field", "uuid"), 2, "has no column 'uuid' (there are: "),
        (("--stores", "rows.jsonl"), 2, "--stores rows.jsonl is a file; each worker has a store"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_is_written(
    run, source, tmp_path, arguments, code, told
):
    found, _, err = run("run", source, *fake(*arguments))
    assert (found, err.count("\n")) == (code, 1)
    assert told in err
    assert not (tmp_path / "out").exists()


def test_a_folder_of_pages_becomes_rows_by_cleaning(run, tmp_path):
    (tmp_path / "pages").mkdir()
    for number, row in enumerate(rows(2)):
        (tmp_path / f"pages/{number}.txt").write_text(row["text"], "utf-8")
    code, out, _ = run("clean", "pages", "--format", "jsonl")
    assert code == 0
    (tmp_path / "corpus.jsonl").write_text(out, "utf-8")
    asked = ("--to", "out", "--model", "fake", "--stages", "translate", "--prefix", "en_")
    assert run("run", "corpus.jsonl", *asked)[0] == 0
    found = read_rows(tmp_path / "out/part-00000.jsonl")
    assert [each["document"]["name"] for each in found] == ["pages/0.txt", "pages/1.txt"]
    assert all("[fake] Il a promis" in each["en_translation"] for each in found)


def test_a_corpus_without_a_row_is_told(run, tmp_path):
    (tmp_path / "empty.jsonl").touch()
    code, _, err = run("run", "empty.jsonl", *FAKE)
    assert (code, err) == (3, f"toolkit: {tmp_path}/empty.jsonl: holds no rows\n")


def test_what_is_passed_over_is_told_once(run, source, tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("page.html", "README", "_SUCCESS"):
        (tmp_path / "in" / name).touch()
    write_rows(tmp_path / "in/rows.jsonl", rows(1))
    code, _, err = run("run", "in", *FAKE)
    assert (code, err.count("\n")) == (0, 1)
    assert "passed over files that rows aren't read from: 1 .html, 1 without an ending" in err
    assert run("run", "in", *FAKE, "--quiet") == (0, "", "")


def test_who_learns_is_told_before_there_is_a_job(run, tmp_path):
    with leased_learning(Storage.of(str(tmp_path / "out"))):
        code, out, _ = run("run", "status", "out")
    assert (code, out.count("\n")) == (0, 1)
    assert out.startswith("reading all rows before the first shard: process ")


def test_no_model_at_all_is_told_as_elsewhere(run, source):
    code, _, err = run("run", source, "--to", "out")
    assert (code, err) == (
        4,
        "toolkit: no model for translation is installed; type: toolkit models pull --from fr --to "
        "en\n",
    )


def test_a_destination_that_cannot_be_written_is_told(run, source, tmp_path):
    (tmp_path / "out").write_text("a file")
    for task in ((), ("--shard", 0)):
        code, _, err = run("run", source, *FAKE, *task)
        assert (code, err) == (
            2,
            f"toolkit: {tmp_path / 'out'} is a file; outputs and marks need a folder\n",
        )


def test_a_slip_in_the_first_command_can_be_mended(run, source):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("toolkit.cli.run.run_job", lambda *_, **__: None)
        run("run", source, *FAKE, "--prefix", "eng")
    told = "nothing is done there: if nobody is at work, remove it"
    assert told in run("run", source, *FAKE)[2]
    assert run("run", source, *FAKE, "--prefix", "eng")[0] == 0
    assert told not in run("run", source, *FAKE)[2]


def test_a_value_that_there_is_not_is_told_without_words_of_a_library(run, source):
    code, _, err = run("run", source, *FAKE, "--runner", "spark")
    assert code == 2
    assert "Invalid value for '--runner': 'spark' is not one of 'local', 'ray'" in err


def test_mistakes_are_told_before_anything_is_written(run, tmp_path):
    source = write_rows(tmp_path / "rows.jsonl", rows(2, translation="of somebody else"))
    code, _, err = run("run", source, *FAKE)
    assert code == 2
    assert "has columns translation already; --prefix renames ours" in err
    assert not (tmp_path / "out").exists()
    assert run("run", source, *FAKE, "--prefix", "en_")[0] == 0
    (first, _) = read_rows(tmp_path / "out/part-00000.jsonl")
    assert first["translation"] == "of somebody else"
    assert first["en_translation"].startswith("[fake]")


def test_answers_are_kept_and_merged_where_somebody_wants_them(run, source, tmp_path):
    assert run("run", source, *FAKE, "--stores", "stores")[0] == 0
    (store,) = Path("stores").glob("*.sqlite")
    code, out, _ = run("cache", "merge", store)
    assert code == 0
    assert out.startswith(f"{store}: ")
    assert "drafts: 0" not in run("cache", "info")[1]
    assert f"{store}: 0 sentences and drafts were new\n" in run("cache", "merge", store)[1]
    code, _, err = run("cache", "merge", "nowhere.sqlite")
    assert (code, err) == (3, "toolkit: store nowhere.sqlite is not there\n")
    assert not os.path.exists("nowhere.sqlite")  # noqa: PTH110


def test_a_file_named_status_is_a_source_by_its_path(run, source, tmp_path):
    (tmp_path / "status").write_text("")
    assert run("run", "status", "out")[2] == (
        "toolkit: out holds no job (_toolkit/job.json is missing)\n"
    )


CLEAN = ("--to", "out", "--stages", "clean", "--learn-from")


@pytest.fixture
def site(tmp_path):
    return write_rows(tmp_path / "site.jsonl", pages(6, url="https://brive.fr/"))


def articles(folder):
    return [row["article"] for path in sorted(folder.glob("part-*")) for row in read_rows(path)]


def test_lines_that_repeat_over_the_sources_go(run, site, tmp_path):
    told = "toolkit: reading all rows twice, to learn which lines repeat on their sites\n"
    code, _, err = run("run", site, *CLEAN, "corpus", "--shards", 2)
    assert (code, err) == (0, told)
    assert len(articles(tmp_path / "out")) == 6
    assert not any(SITE in article for article in articles(tmp_path / "out"))
    again = run("run", site, *CLEAN, "corpus", "--shards", 2)
    assert again[::2] == (0, "toolkit: 2 of 2 shards are done already\n")
    by_shard = ("--to", "by-shard", *CLEAN[2:], "corpus", "--shards", 2, "--shard")
    assert [run("run", site, *by_shard, number)[2] for number in (1, 0)] == [told, ""]
    assert outputs(tmp_path / "by-shard") == outputs(tmp_path / "out")


def test_lines_of_a_file_go(run, site, tmp_path):
    (tmp_path / "known.json").write_text(Repeats.of_sites({"brive.fr": {SITE: 9}}).to_json())
    assert run("run", site, *CLEAN, "known.json")[::2] == (0, "")
    assert not any(SITE in article for article in articles(tmp_path / "out"))
    (tmp_path / "known.json").write_text(Repeats.of_sites({"brive.fr": {SITE: 8}}).to_json())
    code, _, err = run("run", site, *CLEAN, "known.json")
    assert (code, err.count("\n")) == (2, 1)
    told = r"out holds the outputs of another job: learn_from: file \(sha256:\w{12}\) then, file \("
    assert re.search(told, err)


def test_duplicates_are_found_first_and_counted(run, tmp_path):
    source = write_rows(tmp_path / "rows.jsonl", [*copies(2), *rows(2), *copies(3)])
    whole = (source, "--shards", 3, "--id-field", "id", "--duplicates", "skip", *FAKE[2:])
    code, out, err = run("run", *whole, "--to", "out")
    assert (code, err) == (
        0,
        "toolkit: reading all rows, to find those that are nearly the same as an earlier one\n",
    )
    assert "rows: 7, 0 of them with an error, 4 duplicates\n" in out
    assert run("run", "status", "out")[1] == out
    made = [
        row
        for name in sorted(outputs(tmp_path / "out"))
        for row in read_rows(tmp_path / "out" / name)
    ]
    of_copies = [row for row in made if row["id"] not in (0, 1)]
    assert [row["duplicate_of"] for row in of_copies] == [None, *["paper-0"] * 4]
    assert [row["translation"] is None for row in of_copies] == [False, *[True] * 4]
    told = [run("run", *whole, "--to", "tasks", "--shard", number)[2] for number in (2, 0, 1)]
    assert [bool(each) for each in told] == [True, False, False]
    assert outputs(tmp_path / "tasks") == outputs(tmp_path / "out")


def test_duplicates_are_found_among_articles_without_lines_that_repeat(run, site, tmp_path):
    learning = (
        "--to",
        "out",
        "--stages",
        "clean",
        "--learn-from",
        "corpus",
        "--duplicates",
        "mark",
    )
    code, _, err = run("run", site, *learning)
    assert (code, err.count("\n")) == (0, 2)
    assert not any(SITE in article for article in articles(tmp_path / "out"))


@pytest.mark.parametrize(
    ("learn_from", "stages", "told"),
    [
        ("nowhere.json", "clean", "--learn-from nowhere.json: "),
        ("site.jsonl", "clean", "--learn-from site.jsonl: is no file of repeated lines: "),
        ("corpus", "translate", "--learn-from is for cleaning, and --stages translate is not"),
    ],
)
def test_what_nothing_is_learned_from_is_told(run, site, tmp_path, learn_from, stages, told):
    asked = ("--to", "out", "--stages", stages, "--learn-from", learn_from)
    code, _, err = run("run", site, *asked)
    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith(f"toolkit: {told}")
    assert not (tmp_path / "out").exists()
