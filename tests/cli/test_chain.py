import csv
import os
import subprocess
import sys

import pytest

from tests.cli.helpers import ARTICLE, corpus
from toolkit.cli import chain
from toolkit.errors import ModelMissingError
from toolkit.settings import resolve_settings
from toolkit.store import Store

FAKE = ("--model", "fake")


def test_html_goes_through_the_chain(run, tmp_path):
    text = "Le maire a déclaré jeudi la fête ouverte à tous les habitants de la ville."
    page = f"<html><head><title>La fête</title></head><body><article><p>{text}</p></article></body>"
    (tmp_path / "p.html").write_text(page)
    assert run("clean", "p.html")[1] == text + "\n"
    assert run("translate", "p.html", "--model", "fake", "-q")[0] == 0


def test_verbose_names_the_checks_and_quiet_says_nothing(run, page):
    arguments = ("summarize", page, "--model", "fake", "--glossary", "none")
    assert "coverage: nothing answers emplois: Il a promis" in run(*arguments, "-v")[2]
    assert "--verbose or --format json names them" in run(*arguments)[2]
    assert run(*arguments, "-q")[2] == ""


def test_a_line_of_five_megabytes_is_cleaned_but_not_translated(run, tmp_path):
    sentence = "Le ministre présente jeudi son plan devant les députés réunis à Paris. "
    (tmp_path / "long.txt").write_text(sentence * 70_000)
    code, out, _ = run("clean", "long.txt")
    assert (code, len(out)) == (0, 70_000 * len(sentence))
    code, out, err = run("translate", "long.txt", "--model", "fake")
    assert (code, out) == (3, "")
    assert "over the limit of 1,000,000; split the text" in err


def test_a_missing_model_ends_with_4_and_the_command_to_type(run, page):
    code, out, err = run("summarize", page)
    assert (code, out) == (4, "")
    assert "no model for translation is installed; type: toolkit models pull" in err


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


KILLED = (
    "import os, signal, toolkit.engines.fake as fake\n"
    "real, left = fake.FakeEngine.stream, [int(os.environ['CALLS'])]\n"
    "def stream(self, pull):\n"
    "    for answered in real(self, pull):\n"
    "        left[0] -= 1\n"
    "        if left[0] < 0: os.kill(os.getpid(), signal.SIGKILL)\n"
    "        yield answered\n"
    "fake.FakeEngine.stream = stream\n"
    "from toolkit.cli import run; run()"
)


def test_a_killed_run_goes_on_where_it_was_and_ends_like_an_undisturbed_one(tmp_path):
    corpus(tmp_path, 70)
    arguments = ["translate", "in", "--model", "fake", "--quiet", "-o"]

    def start(out, calls):
        environment = {**os.environ, "CALLS": str(calls)}
        command = [sys.executable, "-c", KILLED, *arguments, out]
        return subprocess.run(command, cwd=tmp_path, env=environment, check=False).returncode

    assert start("whole", 999) == 0
    Store(user_store(), max_bytes=1).clear()
    # Each goes on at most 15 answers before the place where the one before it was killed.
    assert [start("out", 40) for _ in range(3)] == [-9, -9, -9]
    assert start("out", 999) == 0
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert start("out", 0) == 0  # nothing is left for the model


def user_store():
    return resolve_settings({})[0].cache_file


def test_a_run_ends_with_its_count(run, tmp_path):
    corpus(tmp_path, 2)
    (tmp_path / "in/1/1.txt").write_text("L’ONU ouvre un bureau à Brive, a dit jeudi le maire.")
    _, _, err = run("translate", "in", "--model", "fake", "-o", "out")
    assert "documents: 2; sentences: 3, " in err
    assert "glossary terms kept: 1 of 1" in err  # the fake one leaves it, and it is put right


def test_strict_ends_with_3_when_a_sentence_is_flagged(run, page):
    code, out, _ = run("translate", page, "--model", "fake", "--strict")
    assert code == 3
    assert out


def asking(monkeypatch, answer):
    """Somebody at a terminal who answers so; gives what is pulled."""
    pulled = []
    monkeypatch.setattr(chain, "is_terminal", lambda: True)
    monkeypatch.setattr(chain.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(chain.typer, "confirm", lambda text, **_: answer)
    monkeypatch.setattr(chain, "pull", pulled.append)
    return pulled


def test_somebody_at_a_terminal_is_offered_the_missing_model(monkeypatch):
    pulled = asking(monkeypatch, True)
    runs = []

    def work():
        runs.append(list(pulled))
        if not pulled:
            raise ModelMissingError("some-model")

    chain.offer_pull(work)
    assert runs == [[], ["some-model"]]


def test_somebody_at_a_terminal_without_any_model_is_offered_the_best(monkeypatch):
    pulled = asking(monkeypatch, True)
    monkeypatch.setattr(chain, "pull_best", lambda **languages: pulled.append(languages))

    def work():
        if not pulled:
            raise ModelMissingError(task="translation", languages=("en", "fr"))

    chain.offer_pull(work)
    assert pulled == [{"source": "en", "target": "fr"}]


def test_a_model_that_is_not_wanted_stays_missing(monkeypatch):
    pulled = asking(monkeypatch, False)

    def work():
        raise ModelMissingError("some-model")

    with pytest.raises(ModelMissingError):
        chain.offer_pull(work)
    assert pulled == []


def test_columns_of_ours_that_a_table_has_already_get_another_name(run, tmp_path):
    (tmp_path / "c.csv").write_text("translation,text\nmine,Le maire dort jeudi à la mairie.\n")
    arguments = ("translate", "c.csv", "--model", "fake", "-f", "csv", "--glossary", "none")
    code, out, err = run(*arguments)
    (row,) = csv.DictReader(out.splitlines())
    assert code == 0
    assert row["translation"] == "mine"
    assert row["toolkit_translation"].startswith("[fake]")
    assert "has columns translation already; ours are toolkit_translation" in err


@pytest.mark.parametrize("command", ["translate", "summarize"])
def test_what_was_left_out_of_a_page_is_told(run, page, tmp_path, command):
    told = f"toolkit: {page}: left out 2 lines of page furniture; --no-clean keeps them\n"
    assert told in run(command, page, *FAKE)[2]
    assert "furniture" not in run(command, page, *FAKE, "-q")[2]
    assert "furniture" not in run(command, page, *FAKE, "--no-clean")[2]
    (tmp_path / "plain.txt").write_text(ARTICLE, "utf-8")
    assert "furniture" not in run(command, "plain.txt", *FAKE)[2]
    (tmp_path / "one.txt").write_text(f"{ARTICLE}Partager\n", "utf-8")
    assert (
        "left out 1 line of page furniture; --no-clean keeps it"
        in run(command, "one.txt", *FAKE)[2]
    )


def test_of_many_pages_the_sum_is_told(run, page, tmp_path):
    (tmp_path / "b.txt").write_text(f"{ARTICLE}Partager\n", "utf-8")
    inputs = (page, "b.txt", *FAKE)
    for command in (("translate", "-o", "out"), ("summarize", "--together")):
        err = run(*command, *inputs)[2]
        assert err.count("furniture") == 1
        assert "left out 3 lines of page furniture; --no-clean keeps them\n" in err
