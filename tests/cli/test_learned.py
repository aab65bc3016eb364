import json

import pytest

from tests.cli.test_clean import SITE
from toolkit.cleaning import Repeats
from toolkit.cli import learned

NEW = f"La ville ferme la piscine, a dit le maire jeudi.\n{SITE}"


def write_site(folder, count):
    folder.mkdir()
    for number in range(count):
        text = f"La ville ouvre une école dans la rue {number}, a dit jeudi le maire de Brive.\n"
        line = SITE if number > 2 else ""
        (folder / f"{number}.txt").write_text(f"{text}On l’attendait rue {number}.\n{line}")


def test_a_file_of_repeats_stands_for_the_pages(run, tmp_path):
    (tmp_path / "new.txt").write_text(NEW)
    (tmp_path / "repeats.json").write_text(Repeats.of_sites({"brive.fr": {SITE: 9}}).to_json())
    out = run("clean", "new.txt", "--learn-from", "repeats.json", "--explain")[1]
    assert "on 9 pages" in out


def test_a_page_of_a_known_site_is_cleaned_by_its_own(run, tmp_path):
    record = {"text": NEW, "site": "autre.fr"}
    (tmp_path / "new.jsonl").write_text(json.dumps(record))
    sites = {"brive.fr": {SITE: 9}}
    for known, kept in ({}, False), ({"autre.fr": {"Partager": 3}}, True):
        (tmp_path / "repeats.json").write_text(Repeats.of_sites(sites | known).to_json())
        out = f"{kept}.jsonl"
        assert run("clean", "new.jsonl", "--learn-from", "repeats.json", "-o", out)[0] == 0
        assert (SITE in json.loads((tmp_path / out).read_text())["text"]) == kept


def test_pages_beyond_the_most_for_one_pass_count_too(run, tmp_path, monkeypatch):
    write_site(tmp_path / "site", 6)
    (tmp_path / "new.txt").write_text(NEW)
    monkeypatch.setattr(learned, "MAX_PAGES", 4)
    assert SITE not in run("clean", "new.txt", "--learn-from", "site")[1]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1]",
        b"\xff",
        b'{"schema": 1, "sites": {"a": {"b": "c"}}}',
        b'{"schema": 1, "sites": {"a": {"b": -1}}}',
        b'{"schema": 99, "sites": {}}',
        b"[" * 100_000,
    ],
)
def test_another_file_is_a_wrong_call(run, tmp_path, content):
    (tmp_path / "new.txt").write_text(NEW)
    (tmp_path / "repeats.json").write_bytes(content)
    code, out, err = run("clean", "new.txt", "--learn-from", "repeats.json")
    assert (code, out) == (2, "")
    assert err.startswith("toolkit: --learn-from repeats.json: is no file of repeated lines: ")
    assert err.count("\n") == 1
