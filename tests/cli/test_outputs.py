import csv
import json
import os
from io import StringIO

import pytest

from tests.cli.helpers import ARTICLE


def test_several_inputs_go_to_a_folder_and_keep_their_layout(run, tmp_path, page):
    (tmp_path / "in/deep").mkdir(parents=True)
    (tmp_path / "in/deep/a.txt").write_text(ARTICLE, "utf-8")
    (tmp_path / "in/b.txt").write_text(ARTICLE, "utf-8")
    assert run("translate", "in", "--model", "fake")[0] == 2
    code, out, _ = run("translate", "in", "--model", "fake", "-o", "out", "--format", "markdown")
    assert (code, out) == (0, "")
    assert sorted(p.name for p in (tmp_path / "out").rglob("*.*")) == ["a.md", "b.md"]
    assert (tmp_path / "out/deep/a.md").is_file()
    code, out, _ = run("translate", "in/**/*.txt", page, "--model", "fake", "--format", "jsonl")
    assert [json.loads(line)["document"]["name"] for line in out.splitlines()] == [
        "in/b.txt",
        "in/deep/a.txt",
        str(page),
    ]


def test_a_full_disk_leaves_no_half_file(run, page, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    code, _, err = run("translate", page, "--model", "fake", "-o", "out", "-q")
    assert code == 3
    assert "No space left on device" in err
    assert list((tmp_path / "out").iterdir()) == []


def test_an_output_that_is_not_ours_is_kept(run, tmp_path, page):
    target = tmp_path / "out/page.txt"
    translate = ("translate", page, "--model", "fake", "-q", "-o", "out")
    assert run(*translate)[0] == 0
    written = target.read_text()
    assert run(*translate)[0] == 0  # ours: done again, or rather not
    target.write_text("corrected by hand")
    code, _, err = run(*translate)
    assert code == 3
    assert "page.txt exists and is kept; --overwrite replaces it" in err
    assert target.read_text() == "corrected by hand"
    assert run(*translate, "--overwrite")[0] == 0
    assert target.read_text() == written


def test_records_come_back_with_their_other_fields(run, tmp_path):
    text = "Le maire a déclaré jeudi la fête ouverte à tous."
    lines = [json.dumps({"id": number, "body": f"{text} Oui.", "x": [1]}) for number in (1, 2)]
    (tmp_path / "c.jsonl").write_text("\n".join(lines))
    flags = ("--text-field", "body", "--model", "fake", "-q")
    run("translate", "c.jsonl", *flags, "-f", "jsonl", "-o", "out")
    records = [json.loads(line) for line in (tmp_path / "out/c.jsonl").read_text().splitlines()]
    assert [each["record"] for each in records] == [{"id": 1, "x": [1]}, {"id": 2, "x": [1]}]
    assert all(each["translation"] for each in records)
    (tmp_path / "c.csv").write_text(f"id;body\n7;{text}\n8;{text}\n")
    run("translate", "c.csv", *flags, "-f", "csv", "-o", "out")
    rows = list(csv.DictReader((tmp_path / "out/c.csv").read_text().splitlines()))
    assert [row["id"] for row in rows] == ["7", "8"]
    assert rows[0].keys() == {"id", "translation", "flagged", "doubtful"}
    assert run("translate", "c.jsonl", *flags, "-f", "csv")[0] == 2


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_guarded_on_demand(run, tmp_path, cell):
    with (tmp_path / "c.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([["text", "note"], ["Le maire dort à la mairie.", cell]])
    arguments = ("translate", "c.csv", "--model", "fake", "-q", "-f", "csv")
    for flags, written in (((), cell), (("--guard-formulas",), f"'{cell}")):
        (row,) = csv.DictReader(StringIO(run(*arguments, *flags)[1]))
        assert row["note"] == written
