import json
import re

import pytest

from tests.evaluation.helpers import write_data
from toolkit.cli.main import main
from toolkit.evaluation.gate import Verdict


@pytest.fixture
def data(tmp_path):
    return write_data(tmp_path)


def test_the_commands_run_compare_report_and_gate(data, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = main(["eval", *arguments])
        return code, *capsys.readouterr()

    code, out, err = call("run", "--data", "own.tsv", "--model", "fake", "-o", "one")
    assert code == 0, err
    assert "own: 3 items of own" in out
    assert "toolkit eval report one" in err
    assert call("compare", "one", "one:default")[0] == 0
    code, out, _ = call("report", "one", "-f", "markdown")
    assert (code, "### own" in out) == (0, True)
    assert call("report", "one", "-f", "html")[1].startswith("<!doctype html>")
    assert call("list")[1].startswith("cleaning")
    assert call("run", "--data", "own.tsv", "--system", "other")[0] == 2
    code, _, err = call("run", "facts", "--part", "tune", "--part", "brief")
    assert (code, "no part brief; there are: test, tune" in err) == (2, True)
    assert call("run", "--data", "nowhere.tsv")[0] == 3
    code, _, err = call("gate", "--run", "one")
    assert (code, "no floors" in err) == (2, True)
    monkeypatch.setattr(
        "toolkit.evaluation.gate.verdicts", lambda folder: [Verdict(name="x", value=1, limit=2)]
    )
    code, out, err = call("gate")
    assert (code, out) == (5, "x: 1.000 < 2.000\n")
    assert "1 of 1 floors" in err


def test_models_are_compared_and_one_that_fails_is_a_row(run, converted):
    options = ("eval", "run", "models", "--part", "translation", "--limit", 1, "-o", "one")
    models = ("fake", "quickmt-fr-en", converted("marian"))
    code, out, err = run(*options, *(part for model in models for part in ("--model", model)))
    assert code == 4
    assert re.search(r"^fake +(best|\d)", out, re.MULTILINE)
    assert re.search(r"^marian +(best|\d)", out, re.MULTILINE)
    assert re.search(r"^quickmt-fr-en +failed", out, re.MULTILINE)
    assert "quickmt-fr-en failed: model 'quickmt-fr-en' is not installed" in out
    assert "--resume --output one" in err
    assert "not all models could be measured: quickmt-fr-en (translation)" in err


def test_one_model_is_for_other_suites_and_several_for_those_of_models(run, data):
    code, _, err = run("eval", "run", "seeds", "--model", "fake", "--model", "fake")
    assert (code, "the suite models compares several" in err) == (2, True)
    assert run("eval", "run", "models", "--model", "nowhere")[0] == 2
    assert run("eval", "run", "models")[0] == 4
    assert "translation (translation): each model\n" in run("eval", "list")[1]
    code, out, _ = run("eval", "run", "models", "--data", data, "-m", "fake", "-o", "x")
    assert (code, "Only fake was measured." in out) == (0, True)


def test_outputs_of_others_are_scored_line_by_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, lines in (("out", "A cat sleeps.\nIt rains.\n"), ("ref", "A cat sleeps.\nRain.\n")):
        (tmp_path / name).write_text(lines, "utf-8")
    assert main(["eval", "score", "out", "-r", "ref", "-m", "BLEU", "-m", "ROUGE-1"]) == 0
    assert "ROUGE-1" in capsys.readouterr().out
    (tmp_path / "out").write_text("A cat sleeps.\n", "utf-8")
    assert main(["eval", "score", "out", "-r", "ref"]) == 3
    assert "out:2: is missing" in capsys.readouterr().err
    assert main(["eval", "score", "out", "-r", "nowhere"]) == 3


def test_own_articles_are_summarized_and_scored(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    article = "La ministre a présenté lundi son plan aux maires. Elle a promis 1 200 emplois."
    row = {"text": article, "references": ["The minister presented her plan."]}
    (tmp_path / "own.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    arguments = ["run", "--data", "own.jsonl", "--task", "summaries", "--model", "fake", "-o", "x"]
    assert main(["eval", *arguments]) == 0
    assert "ROUGE-L" in capsys.readouterr().out


@pytest.fixture
def score(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out.txt").write_text("The bridge is closed.\nIt rains in Lyon.\n", "utf-8")
    (tmp_path / "ref.txt").write_text("The bridge is closed.\nIt is raining in Lyon.\n", "utf-8")

    def run(*arguments):
        code = main(["eval", "score", "out.txt", "-r", "ref.txt", *arguments])
        return code, *capsys.readouterr()

    return run


def test_scores_are_given_as_json_with_their_signatures(score):
    code, out, _ = score("-m", "bleu,chrf2++", "-m", "ter", "-f", "json")
    found = json.loads(out)["scores"]
    assert code == 0
    assert [each["metric"] for each in found] == ["BLEU", "chrF2++", "TER"]
    assert all(each["signature"] and each["low"] <= each["high"] for each in found)
    assert [len(each["values"]) for each in found] == [2, 2, 2]
    assert score("-m", "BLEU,chrF2++", "-m", "TER", "--format", "json")[1] == out


def test_the_table_holds_the_same(score):
    code, out, _ = score("-m", "bleu")
    assert code == 0
    assert "BLEU" in out
    assert "TER" not in out
    code, _, err = score("-m", "meteor,bleu")
    assert code == 2
    assert "no metric meteor" in err
