import csv
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.cli.helpers import ARTICLE, CUT, corpus
from tests.helpers import doubted, failed_checks, result_of
from tests.models.helpers import pull
from toolkit.cli import chain
from toolkit.documents import Doubt
from toolkit.errors import ModelMissingError
from toolkit.models.catalogue import find_spec
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
    told = run(*arguments, "-v")[2]
    assert "coverage: perhaps not translated: emplois: Il a promis" in told
    assert "confidence for fake is a rough guess: none of its translations in this dir" in told
    assert "--verbose or --format json names them" in run(*arguments)[2]
    assert run(*arguments, "-q")[2] == ""


def test_a_long_article_is_told_what_is_quicker_where_no_route_was_asked_for(
    run, page, monkeypatch
):
    monkeypatch.setattr(chain, "LONG_ARTICLE_WORDS", 10)
    hint = "words are translated first; --route direct, which summarizes the original, is"
    assert hint in run("summarize", page, *FAKE)[2]
    assert hint not in run("summarize", page, *FAKE, "-q")[2]
    assert hint not in run("translate", page, *FAKE)[2]
    for route in ("translate-first", "direct"):
        assert hint not in run("summarize", page, *FAKE, "--route", route)[2]
    assert hint not in run("summarize", page, *FAKE, "--summarizer", "lead-3")[2]
    monkeypatch.setenv("TOOLKIT_ROUTE", "translate-first")
    assert hint not in run("summarize", page, *FAKE)[2]


def test_an_article_that_may_be_cut_off_is_told(run, tmp_path, page):
    (tmp_path / "cut.txt").write_text(CUT)
    told = "cut.txt: cleaning kept 47% of what reads like an article; see toolkit clean --explain"
    assert told in run("translate", "cut.txt", *FAKE)[2]
    assert told in run("summarize", "cut.txt", page, "--together", *FAKE)[2]
    assert run("translate", "cut.txt", *FAKE, "-q")[2] == ""
    assert "cleaning" not in run("translate", "cut.txt", *FAKE, "--no-clean")[2]
    out = run("translate", "cut.txt", *FAKE, "--format", "json")[1]
    assert json.loads(out)["cleaning"]["doubt"] == "kept 47% of what reads like an article"


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


def test_a_direction_that_has_no_model_is_told_from_one_whose_model_is_not_installed(run, page):
    code, _, err = run("translate", page, "--from", "en", "--to", "fr")
    assert code == 4
    assert "no model for translation from en to fr is installed; type: toolkit models pull" in err
    code, _, err = run("translate", page, "--from", "xx")
    assert (code, err) == (4, "toolkit: the catalogue has no model for translation from xx to en\n")


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


@pytest.mark.parametrize(
    "untranslated", [("--route", "direct"), ("--route", "summarize-first"), ("--to", "fr")]
)
def test_a_table_has_columns_of_a_translation_where_articles_are_translated(
    run, tmp_path, untranslated
):
    (tmp_path / "c.csv").write_text("id,text\n7,Le maire dort jeudi à la mairie.\n")
    summarize = ("summarize", "c.csv", *FAKE, "-f", "csv")
    of_summary = ["summary", "summary_flagged", "summary_doubtful"]
    (row,) = csv.DictReader(run(*summarize, *untranslated)[1].splitlines())
    assert list(row) == ["id", *of_summary]
    assert row["summary"]
    (row,) = csv.DictReader(run(*summarize)[1].splitlines())
    assert list(row) == ["id", "translation", *of_summary, "flagged", "doubtful"]
    assert row["translation"].startswith("[fake]")


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


@pytest.mark.parametrize("command", ["translate", "summarize"])
def test_of_a_page_in_html_what_a_reader_took_counts(run, tmp_path, command):
    paragraphs = "".join(f"<p>{line}</p>" for line in ARTICLE.splitlines())
    menu = "<nav><a href=/>Accueil</a> <a href=/s>Sports</a></nav>"
    wall = "<p>La suite de cet article est réservée aux abonnés.</p>"
    page = f"<html><body>{menu}<article>{paragraphs}<p>Partager</p></article>{wall}</body></html>"
    (tmp_path / "page.html").write_text(page, "utf-8")
    err = run(command, "page.html", *FAKE)[2]
    assert "page.html: left out 2 lines of page furniture" in err  # neither the menu
    assert "page.html: only the free part of an article for subscribers\n" in err
    assert "free part" not in run(command, "page.html", *FAKE, "-q")[2]
    code, out, _ = run(command, "page.html", *FAKE, "--no-clean", "-f", "json")
    assert code == 0
    source = json.loads(out)["source"]
    assert "Partager" in source
    assert "Accueil" not in source


def test_of_many_pages_the_sum_is_told(run, page, tmp_path):
    (tmp_path / "b.txt").write_text(f"{ARTICLE}Partager\n", "utf-8")
    inputs = (page, "b.txt", *FAKE)
    for command in (("translate", "-o", "out"), ("summarize", "--together")):
        err = run(*command, *inputs)[2]
        assert err.count("furniture") == 1
        assert "left out 3 lines of page furniture; --no-clean keeps them\n" in err


PAIRS = [("Un chat.", "A hat."), ("Un chien.", "A dog."), ("Un rat.", "A rat.")]


@pytest.mark.parametrize(
    ("sure", "failed", "said"),
    [
        ([0.9, None, 0.6], (), ""),
        ([0.9, 0.1, 0.6], (), "1 of 3 sentences is doubtful: 2"),
        ([0.1, 0.1, None], (), "2 of 3 sentences are doubtful: 1, 2"),
        ([0.9, 0.1, 0.1], failed_checks(), "2 of 3 sentences are doubtful: 2, 3; 1 failed a check"),
        ([None] * 3, failed_checks(), "1 of 3 sentences failed a check"),
    ],
)
def test_one_line_says_what_is_left_in_a_document(capsys, sure, failed, said):
    chain.tell_flags(doubted(result_of(*PAIRS, failed=failed), *sure), verbose=False)
    hint = "; --verbose or --format json names them"
    assert capsys.readouterr().err == (said and f"toolkit: a.txt: {said}{hint}\n")


def test_verbose_numbers_a_flagged_sentence_that_is_not_doubtful(capsys):
    chain.tell_flags(
        doubted(result_of(*PAIRS, failed=failed_checks()), 0.9, 0.9, 0.9), verbose=True
    )
    checks = "; ".join(map(str, failed_checks()))
    told = f"toolkit: a.txt: sentence 1; {checks}: Un chat. -> A hat."
    assert told in capsys.readouterr().err.splitlines()


def test_a_long_list_of_doubtful_sentences_is_cut(capsys):
    result = doubted(result_of(*PAIRS * 10), *[0.1] * 30, title=("Bêtes", "Animals", 0.1))
    chain.tell_flags(result, verbose=False)
    told = "31 of 31 sentences are doubtful: title, 1, 2, 3, 4, 5, 6, 7, 8, 9, …; --verbose"
    assert told in capsys.readouterr().err


def test_verbose_names_each_doubtful_sentence_with_the_words_to_compare(capsys):
    doubts = (Doubt(3, 7, "a hat is no cat"),)
    result = result_of(*PAIRS, failed=failed_checks(), statements=[("A hat.", [1])])
    result = doubted(result, 0.384, 0.9, 0.2, doubts=doubts, title=("Bêtes", "Animals", 0.1))
    (statement,) = result.summary.statements
    summary = replace(result.summary, statements=(replace(statement, confidence=0.3),))
    chain.tell_flags(replace(result, summary=summary), verbose=True)
    lines = capsys.readouterr().err.splitlines()[:-1]  # the last has the times
    checks = "; ".join(map(str, failed_checks()))
    assert lines == [
        "toolkit: a.txt: 3 of 4 sentences are doubtful: title, 1, 3; 1 failed a check",
        "toolkit: a.txt: 1 of 1 sentences of the summary is doubtful: 1",
        "toolkit: a.txt: sentence 1 of the summary, confidence 0.30: A hat.",
        "toolkit: a.txt: title, confidence 0.10: Bêtes -> Animals",
        "toolkit: a.txt: sentence 1, confidence 0.38; 'chat': a hat is no cat; "
        f"{checks}: Un chat. -> A hat.",
        "toolkit: a.txt: sentence 3, confidence 0.20: Un rat. -> A rat.",
    ]


@pytest.mark.parametrize("command", ["translate", "summarize"])
def test_doubtful_sentences_are_told_and_quiet_tells_nothing(run, page, confidences, command):
    confidences["emplois"] = 0.3
    arguments = (command, page, *FAKE, "--glossary", "none")
    confidences["ministre"] = 0.2
    assert "2 of 3 sentences are doubtful: 1, 2; 3 failed a check; --verb" in run(*arguments)[2]
    assert "are doubtful" not in run(*arguments, "--min-confidence", "0.2")[2]
    assert run(*arguments, "-q")[2] == ""


def test_a_run_ends_with_the_count_of_what_is_doubtful(run, tmp_path, confidences):
    confidences["Brive"] = 0.1
    corpus(tmp_path, 2)
    err = run("translate", "in", *FAKE, "-o", "out")[2]
    assert "of them flagged, 2 doubtful; glossary" in err


def test_doubtful_sentences_are_marked_where_the_limit_is_given(
    run, page, confidences, monkeypatch, tmp_path
):
    confidences["emplois"] = 0.3
    arguments = ("translate", page, *FAKE, "--glossary", "none", "-q")
    plain = run(*arguments)[1]
    assert "[?]" not in plain
    given = ("--min-confidence", "0.5")
    assert run(*arguments, *given)[1] == plain.rstrip() + " [?]\n"
    assert run(*arguments, *given, "-f", "markdown")[1].endswith(" [?]\n")
    monkeypatch.setenv("TOOLKIT_MIN_CONFIDENCE", "0.5")
    assert run(*arguments)[1] == plain.rstrip() + " [?]\n"
    assert run(*arguments, "--min-confidence", "0.1")[1] == plain


def test_the_source_stands_where_a_sentence_is_withheld(run, page, confidences, tmp_path):
    confidences["emplois"] = 0.3
    kept = f"[French: {ARTICLE.splitlines()[1]}]"
    flags = (*FAKE, "--glossary", "none", "-q", "--withhold")
    arguments = ("translate", page, *flags)
    for form in ("text", "markdown"):
        assert run(*arguments, "-f", form)[1].endswith(f"\n\n{kept}\n")
    assert json.loads(run(*arguments, "-f", "jsonl")[1])["translation"].endswith(kept)
    text = " ".join(ARTICLE.splitlines())
    (tmp_path / "c.csv").write_text(f'text\n"{text}"\n')
    (row,) = csv.DictReader(run("translate", "c.csv", *flags, "-f", "csv")[1].splitlines())
    assert row["translation"].endswith(kept)
    assert row["doubtful"] == "1"
    shown = run("summarize", page, *flags, "--summarizer", "lead-3", "--show", "translation")[1]
    assert shown.endswith(f"{kept}\n")


def test_strict_counts_doubt_where_the_limit_is_given(run, served, tmp_path, confidences):
    confidences["emplois"] = 0.3
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(ARTICLE)
    together = ("summarize", "--together", "a.txt", "b.txt", "--summarizer", "lead-3")
    for command in (("translate", "a.txt"), together):
        arguments = (*command, "--no-clean", "--endpoint", served.url, "--strict")
        assert run(*arguments)[0] == 0
        assert run(*arguments, "--withhold")[0] == 0
        assert run(*arguments, "--min-confidence", "0.2")[0] == 0
        assert run(*arguments, "--min-confidence", "0.5")[0] == 3


@pytest.mark.parametrize(
    ("sentence", "statement", "caution", "left"),
    [
        (0.1, 0.1, {}, False),
        (0.1, 0.1, {"mark": True}, True),
        (0.1, None, {"mark": True}, True),
        (None, 0.1, {"mark": True}, True),
        (0.9, 0.9, {"mark": True}, False),
    ],
)
def test_doubt_counts_where_somebody_gave_the_limit(sentence, statement, caution, left):
    result = doubted(result_of(PAIRS[0], statements=[("A hat.", [1])]), sentence, **caution)
    (told,) = result.summary.statements
    summary = replace(result.summary, statements=(replace(told, confidence=statement),))
    assert chain.is_left([result], summary, result.caution) is left


NEVER = -1
STOPPED = (
    "import os, toolkit.engines.openvino as openvino\n"
    "real, left = openvino.OpenVINOEngine._step, [int(os.environ['STEPS'])]\n"
    "def step(self):\n"
    "    real(self)\n"
    "    left[0] -= any(each.sequences > 1 for each in self._running)\n"
    "    if left[0] == 0: os.kill(os.getpid(), int(os.environ['SIGNAL']))\n"
    "openvino.OpenVINOEngine._step = step\n"
    "from toolkit.cli import run; run()"
)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGKILL", -9)])
def test_a_run_that_is_stopped_amid_a_beam_is_taken_up(run, tmp_path, gguf_file, name, code):
    pytest.importorskip("toolkit.models.openvino_runtime", reason="openvino-genai is not installed")
    assert run("models", "add", "mine", "--file", gguf_file, "--task", "both")[0] == 0
    spec = find_spec("mine")
    pull(spec, resolve_settings({})[0].models_folder, from_folder=gguf_file.parent, form="openvino")
    corpus(tmp_path, 3)
    arguments = ["translate", "in", "--model", spec.id, "--quality", "best", "--quiet", "-o"]

    def start(out, steps):
        number = str(int(getattr(signal, name)))
        environment = {**os.environ, "STEPS": str(steps), "SIGNAL": number}
        environment["TOOLKIT_MAX_TRIES"] = "1"
        command = [sys.executable, "-c", STOPPED, *arguments, out]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            # Whatever runs the tests in the background may have had them ignore interrupts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )

    stopped = start("out", 3)
    assert stopped.returncode == code, stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert contents(tmp_path / "out") == {}
    for out in ("out", "whole"):
        done = start(out, NEVER)
        assert done.returncode == 0, done.stderr
        Store(user_store(), max_bytes=1).clear()
    assert len(contents(tmp_path / "out")) == 3
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
