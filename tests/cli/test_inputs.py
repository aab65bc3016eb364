import json
from pathlib import Path

import pytest

from tests.cli.helpers import ARTICLE, ENGLISH, corpus


def test_two_inputs_for_one_output_are_refused(run, tmp_path):
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(ARTICLE, "utf-8")
    code, _, err = run("translate", "x/a.txt", "y/a.txt", "--model", "fake", "-o", "out")
    assert code == 2
    assert "would both be written to" in err


def test_bad_inputs_are_named_and_the_rest_is_done(run, tmp_path, page):
    (tmp_path / "empty.txt").write_bytes(b"")
    code, _, err = run("translate", "empty.txt", page, "--model", "fake", "-o", "out", "-q")
    assert code == 3
    assert err == "toolkit: empty.txt: is empty\n"
    assert (tmp_path / "out/page.txt").is_file()


@pytest.mark.parametrize("command", ["clean", "translate", "summarize"])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"Accueil\nMenu\nPartager\n", "no article found"),
        (bytes(range(1, 32)) * 40, "binary"),
        (b"Bonjour\x00 tout le monde", "NUL byte at offset 7"),
        ("Étienne est là.".encode() + b"\xed\xa0\x80", "lone surrogate"),
        (b"\x0b\x01" * 2_500_000, "binary"),
        (ENGLISH.encode(), "looks English"),
        (b"<html><body><img src='x'>", "only markup"),
        (b"%PDF-1.4", "PDF"),
    ],
)
def test_bad_input_gives_one_clear_line_and_exit_3(run, tmp_path, command, data, message):
    (tmp_path / "bad.txt").write_bytes(data)
    model = () if command == "clean" else ("--model", "fake")
    code, out, err = run(command, "bad.txt", *model)
    assert (code, out) == (3, "")
    assert err.count("\n") == 1
    assert err.startswith("toolkit: bad.txt: ")
    assert message in err


def test_missing_things_are_named(run, tmp_path):
    assert run("clean", "absent.txt")[2] == "toolkit: absent.txt: No such file or directory\n"
    (tmp_path / "folder").mkdir()
    code, _, err = run("clean", "folder")
    assert code == 3
    assert "the folder holds none of *.txt" in err


def test_an_unreadable_file_is_named(run, page, monkeypatch):
    def refuse(path, *_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert run("clean", page) == (3, "", f"toolkit: {page}: Permission denied\n")


def test_bad_documents_are_set_aside_with_their_reasons(run, tmp_path):
    corpus(tmp_path, 3)
    (tmp_path / "in/empty.txt").write_text("")
    code, _, _ = run("translate", "in", "--model", "fake", "-q", "-o", "out")
    assert code == 3
    (failed,) = (tmp_path / "out/_failed.jsonl").read_text().splitlines()
    assert json.loads(failed) == {
        "input": "in/empty.txt",
        "reason": "is empty",
        "type": "InputError",
    }
    assert len(list((tmp_path / "out").rglob("*.txt"))) == 3
    (tmp_path / "in/empty.txt").unlink()
    assert run("translate", "in", "--model", "fake", "-q", "-o", "out")[0] == 0
    assert not (tmp_path / "out/_failed.jsonl").exists()


def test_outputs_do_not_lie_among_the_inputs(run, tmp_path):
    corpus(tmp_path, 1)
    code, _, err = run("translate", "in", "--model", "fake", "-o", "in")
    assert code == 2
    assert "lies in the output folder" in err


def test_outputs_inside_the_input_folder_are_no_inputs_of_the_next_run(run, tmp_path):
    corpus(tmp_path, 3)
    for _ in range(2):
        assert run("translate", "in", "--model", "fake", "-q", "-o", "in/out")[0] == 0
    assert len(list((tmp_path / "in/out").rglob("*.txt"))) == 3
