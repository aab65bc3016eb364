import pytest

from toolkit.cli.doubt import tell_doubt

DOUBT = "was unsure about 7 of 31 lines"


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("page.txt", " page.txt"),
        ("a page.txt", " 'a page.txt'"),
        ("-", " -"),
        ("corpus.jsonl:2", ""),
    ],
)
def test_a_doubt_comes_with_the_command_that_shows_it(tmp_path, monkeypatch, capsys, name, command):
    monkeypatch.chdir(tmp_path)
    for each in ("page.txt", "a page.txt", "corpus.jsonl"):
        (tmp_path / each).touch()
    tell_doubt(name, DOUBT)
    told = f"toolkit: {name}: cleaning {DOUBT}; see toolkit clean --explain{command}\n"
    assert capsys.readouterr().err == told


def test_without_a_doubt_nothing_is_said_and_explained_lines_need_no_hint(capsys):
    tell_doubt("page.txt", "")
    assert capsys.readouterr().err == ""
    tell_doubt("page.txt", DOUBT, explained=True)
    assert capsys.readouterr().err == f"toolkit: page.txt: cleaning {DOUBT}\n"
