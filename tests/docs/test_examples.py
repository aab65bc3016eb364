import csv
import io
import runpy
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def run(stocked, monkeypatch, capsys):
    def run_one(name, *arguments):
        monkeypatch.setattr(sys, "argv", [name, *arguments])
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
        return capsys.readouterr()

    return run_one


@pytest.mark.usefixtures("fake_by_default")
def test_a_sentence_is_translated_and_its_faults_are_listed(run):
    out, err = run("translate_sentence.py", "La fonte des glaciers s'accélère depuis dix ans.")
    assert out == "[fake] La fonte des glaciers s'accélère depuis dix ans.\n"
    assert "language: still French" in err


@pytest.mark.usefixtures("fake_by_default")
def test_a_folder_becomes_a_table(run):
    out, _ = run("folder_to_table.py", "pages")
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[0] == ["page", "words", "summary"]
    assert [row[0] for row in rows[1:]] == ["two.txt"]
    assert "[fake]" in rows[1][2]


def test_outputs_are_scored(run, stocked):
    out, _ = run("score_outputs.py", "out.txt", "ref.txt")
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["BLEU", "100.0"],
        ["chrF2++", "100.0"],
    ]
    (stocked / "out.txt").write_text("One.\nTwo.\n")
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        run("score_outputs.py", "out.txt", "ref.txt")


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_every_example_is_tested_here(path):
    assert f'"{path.name}"' in Path(__file__).read_text("utf-8")
