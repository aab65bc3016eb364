import json

import pytest

from tests.cli.helpers import ARTICLE

FAKE = ("--model", "fake", "-q")
COMMANDS = [("clean",), ("translate", *FAKE), ("summarize", *FAKE)]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_one_input_goes_to_the_file_that_is_named(run, page, tmp_path, command):
    printed = run(*command, page)[1]
    assert run(*command, page, "-o", "deep/made.txt")[:2] == (0, "")
    assert (tmp_path / "deep/made.txt").read_text("utf-8") == printed
    assert [each.name for each in (tmp_path / "deep").iterdir()] == ["made.txt"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_the_name_of_the_file_says_the_format(run, page, tmp_path, command):
    assert run(*command, page, "-o", "made.json")[0] == 0
    assert json.loads((tmp_path / "made.json").read_text("utf-8"))["document"]["name"] == str(page)
    assert run(*command, page, "-o", "made.MD")[0] == 0
    assert "Un plan pour Paris" in (tmp_path / "made.MD").read_text("utf-8").splitlines()[0]
    code, _, err = run(*command, page, "-o", "other.txt", "--format", "json")
    assert code == 2
    assert "other.txt is a name for text, and --format says json" in err
    assert not (tmp_path / "other.txt").exists()


def test_a_format_that_a_command_does_not_write_is_refused(run, page):
    code, _, err = run("clean", page, "-o", "made.html")
    assert code == 2
    assert "made.html: this command writes text, markdown, json, jsonl, not html" in err
    assert run("translate", page, *FAKE, "-o", "made.csv")[0] == 2


def test_the_table_goes_into_a_text_file_as_well(run, page, tmp_path):
    assert run("translate", page, *FAKE, "--side-by-side", "-o", "made.txt")[0] == 0
    assert (tmp_path / "made.txt").read_text("utf-8").startswith("| | French | English |")


def test_a_folder_of_that_name_and_other_names_stay_folders(run, page, tmp_path):
    (tmp_path / "there.txt").mkdir()
    for name in ("there.txt", "v1.2", "out"):
        assert run("clean", page, "-o", name)[0] == 0
        assert (tmp_path / name / "page.txt").is_file()
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(ARTICLE, "utf-8")
    for inputs in (["in"], [page, "in/a.txt"]):  # a folder may hold more tomorrow
        code, _, err = run("clean", *inputs, "-o", "many.txt")
        assert code == 2
        assert "many.txt is the name of a file, and these inputs need a folder" in err
    assert not (tmp_path / "many.txt").exists()


def test_a_file_that_is_not_ours_is_kept(run, page, tmp_path):
    made = tmp_path / "made.txt"
    made.write_text("notes of mine")
    code, _, err = run("clean", page, "-o", "made.txt")
    assert code == 3
    assert "made.txt exists and is kept; --overwrite replaces it" in err
    assert made.read_text() == "notes of mine"
    assert run("clean", page, "-o", "made.txt", "--overwrite")[0] == 0
    made.unlink()
    assert [run("clean", page, "-o", "made.txt")[0] for _ in range(2)] == [0, 0]


def test_the_input_is_no_output(run, page):
    before = page.read_bytes()
    code, _, err = run("clean", page, "-o", "page.txt", "--overwrite")
    assert code == 2
    assert "is an input; name another file" in err
    assert page.read_bytes() == before


def test_a_bad_input_leaves_no_file(run, tmp_path):
    (tmp_path / "empty.txt").touch()
    assert run("clean", "empty.txt", "-o", "made/made.txt")[0] == 3
    assert not list(tmp_path.rglob("made*.*"))


def test_records_go_to_the_file_with_those_set_aside_beside_it(run, tmp_path):
    lines = [json.dumps({"text": ARTICLE}), "{", json.dumps({"text": ARTICLE})]
    (tmp_path / "c.jsonl").write_text("\n".join(lines))
    assert run("translate", "c.jsonl", *FAKE, "-o", "made.jsonl")[0] == 3
    assert len((tmp_path / "made.jsonl").read_text("utf-8").splitlines()) == 2
    (failed,) = (tmp_path / "made_failed.jsonl").read_text("utf-8").splitlines()
    assert json.loads(failed)["reason"].startswith("c.jsonl:2: is not valid JSON")
    (tmp_path / "c.jsonl").write_text(lines[0])
    assert run("translate", "c.jsonl", *FAKE, "-o", "made.jsonl")[0] == 0
    assert not (tmp_path / "made_failed.jsonl").exists()
    assert run("translate", "c.jsonl", *FAKE, "-o", "each.txt")[0] == 2
    assert run("translate", "c.jsonl", *FAKE, "-o", "each")[0] == 0
    assert (tmp_path / "each/c/000001.txt").is_file()


def test_rows_go_to_the_file(run, tmp_path):
    text = "Le maire a déclaré jeudi la fête ouverte à tous."
    (tmp_path / "c.csv").write_text(f"id,text\n1,{text}\n2,{text}\n", "utf-8")
    assert run("translate", "c.csv", *FAKE, "-o", "made.csv")[0] == 0
    header, *rows = (tmp_path / "made.csv").read_text("utf-8").splitlines()
    assert (header, len(rows)) == ("id,translation,flagged,doubtful", 2)


def test_one_summary_of_several_goes_to_the_file(run, page, tmp_path):
    (tmp_path / "b.txt").write_text(ARTICLE, "utf-8")
    (tmp_path / "empty.txt").touch()
    inputs = ("summarize", page, "b.txt", "--together", *FAKE)
    printed = run(*inputs)[1]
    assert run(*inputs, "-o", "made.txt")[:2] == (0, "")
    assert (tmp_path / "made.txt").read_text("utf-8") == printed
    assert run(*inputs, "empty.txt", "-o", "made.txt")[0] == 3
    assert "is empty" in (tmp_path / "made_failed.jsonl").read_text("utf-8")
    assert run(*inputs, "-o", "made.csv")[0] == 2
