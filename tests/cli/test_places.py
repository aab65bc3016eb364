from pathlib import Path

import pytest

from toolkit.cli import places
from toolkit.cli.places import clash, place_of

OUT = Path("out")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.txt", "out/a.md"),
        ("deep/a.b.html", "out/deep/a.b.md"),
        ("a", "out/a.md"),
        (".txt", "out/.txt.md"),
        ("..txt", "out/..txt.md"),
        ("", "out/input.md"),
    ],
)
def test_an_output_keeps_the_name_of_its_input_and_never_leaves_the_folder(name, written):
    assert place_of(Path(name)).path(OUT, "markdown") == Path(written)


def test_records_share_a_table_or_get_a_folder_of_their_own():
    record = place_of(Path("deep/c.jsonl")).record(7)
    assert record.path(OUT, "text") == OUT / "deep/c/000007.txt"
    assert record.path(OUT, "jsonl") == OUT / "deep/c.jsonl"
    assert record.path(OUT, "csv") == OUT / "deep/c.csv"


def test_two_inputs_that_claim_one_file_are_found():
    claims = [("x/a.txt", Path("a.txt")), ("b.txt", Path("b.txt")), ("y/a.html", Path("a.txt"))]
    assert clash(claims) == ("x/a.txt", "y/a.html", Path("a.txt"))
    assert clash(claims[:2]) is None
    assert clash([claims[0], claims[0]]) is None


@pytest.mark.parametrize("other", ["A.txt", "E\u0301.txt"])
def test_names_that_differ_in_case_or_form_are_one_where_the_disk_has_it_so(monkeypatch, other):
    claims = [("1", Path("a.txt")), ("2", Path("é.txt")), ("3", Path(other))]
    monkeypatch.setattr(places, "IGNORES_CASE", False)
    assert clash(claims) is None
    monkeypatch.setattr(places, "IGNORES_CASE", True)
    found = clash(claims)
    assert found
    assert found[1:] == ("3", Path(other))
