import getpass
import io
import json
from datetime import date

import pytest

from toolkit.evaluation.judgements import load_judgements, open_judgements

ROWS = (
    ("Le maire n’est pas parti.", "The mayor has left."),
    ("Il pleut à Brest.", "It rains."),
    ("Elle dort.", "She sleeps."),
)


@pytest.fixture
def annotate(run, tmp_path, monkeypatch):
    lines = ["source\ttarget", *("\t".join(row) for row in ROWS)]
    (tmp_path / "mine.tsv").write_text("\n".join(lines) + "\n", "utf-8")

    def call(answers, *options, judge="anna"):
        monkeypatch.setattr("sys.stdin", io.StringIO(answers))
        named = ("--judge", judge) if judge else ()
        return run("eval", "annotate", "mine.tsv", "-o", "judged.jsonl", *named, *options)

    return call


def test_judging_goes_on_where_it_stopped(annotate, run, tmp_path):
    code, out, err = annotate("t c 3-5 3-4\n\nq\n")
    assert (code, "2 of 3" in out) == (0, True)
    assert "1 judged as anna, 2 left" in err
    code, out, err = annotate("o j 3-4\n\n\n")
    assert (code, ROWS[0][0] in out) == (0, False)
    assert "2 judged as anna, 0 left" in err
    found = load_judgements(tmp_path / "judged.jsonl")
    assert [(each.source, each.target) for each in found] == list(ROWS)
    assert [len(each.errors) for each in found] == [1, 1, 0]
    assert "nothing is left to judge as anna" in annotate("")[2]
    code, out, _ = run("eval", "judged", "judged.jsonl")
    assert code == 0
    assert ["mine", "3", "2", "(67%)", "2", "(67%)"] in [line.split() for line in out.splitlines()]


def test_a_second_look_is_blind_and_counted_as_agreement(annotate, run, tmp_path):
    path = tmp_path / "judged.jsonl"
    annotate("t c 3-5 3-4\n\no j 3-4\n\n\n")
    assert (
        "nothing is left to judge as anna (again), of what wasn't judged today"
        in annotate("", "--again", "2")[2]
    )
    today = date.today().isoformat()
    path.write_text(path.read_text("utf-8").replace(today, "2026-01-02"), "utf-8")
    code, out, err = annotate("\n\n", "--again", "2", "--seed", "3")
    assert (code, "omission, major" in out) == (0, False)
    assert "2 judged as anna (again), 0 left" in err
    out = run("eval", "judged", "judged.jsonl", "--by", "judge")[1]
    assert "anna and anna (again)" in out
    assert annotate("", judge="anna (again)")[0] == 2


def test_the_login_names_the_judge(annotate, tmp_path, monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "root")
    annotate("\n", judge=None)
    assert json.loads((tmp_path / "judged.jsonl").read_text("utf-8"))["judge"] == "root"

    def unknown():
        raise KeyError("uid 12345")

    monkeypatch.setattr(getpass, "getuser", unknown)
    code, _, err = annotate("\n", judge=None)
    assert (code, "--judge NAME" in err) == (2, True)
    assert annotate("", judge=" ")[0] == 2
    assert annotate("", "--system", "\udcff")[0] == 2


def test_an_interrupt_keeps_what_was_judged(annotate, tmp_path, monkeypatch):
    class Interrupted(io.StringIO):
        def readline(self):
            if line := super().readline():
                return line
            raise KeyboardInterrupt

    monkeypatch.setattr(io, "StringIO", Interrupted)
    code, _, err = annotate("\no j 3-4\n")
    assert code == 130
    assert "1 judged as anna, 2 left" in err
    assert [each.source for each in load_judgements(tmp_path / "judged.jsonl")] == [ROWS[0][0]]


def test_a_file_in_use_or_damaged_is_left_alone(annotate, tmp_path):
    path = tmp_path / "judged.jsonl"
    with open_judgements(path):
        code, _, err = annotate("\n")
        assert (code, "another process" in err) == (3, True)
    path.write_text("{\n", "utf-8")
    code, _, err = annotate("\n")
    assert (code, "judged.jsonl:1: is not JSON" in err) == (3, True)
    assert path.read_text("utf-8") == "{\n"


def test_answers_need_standard_input(annotate, run, monkeypatch):
    assert run("eval", "annotate", "-", "-o", "judged.jsonl")[0] == 2
    monkeypatch.setattr("sys.stdin", None)
    assert run("eval", "annotate", "mine.tsv", "-o", "judged.jsonl")[0] == 2


def test_a_file_without_judgements_is_no_report(run, tmp_path):
    (tmp_path / "empty.jsonl").write_text("", "utf-8")
    code, _, err = run("eval", "judged", "empty.jsonl")
    assert (code, "no judgements" in err) == (3, True)
