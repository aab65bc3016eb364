from pathlib import Path

import pytest

from toolkit.cli import places
from toolkit.cli.places import clash, in_file, in_folder, place_of

OUT = Path("out")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.txt", "out/a.md"),
        ("a.txt.gz", "out/a.md"),
        ("deep/a.b.html", "out/deep/a.b.md"),
        ("a", "out/a.md"),
        (".txt", "out/.txt.md"),
        ("..txt", "out/..txt.md"),
        ("", "out/input.md"),
    ],
)
def test_an_output_keeps_the_name_of_its_input_and_never_leaves_the_folder(name, written):
    assert in_folder(OUT).path(place_of(Path(name)), "markdown") == Path(written)


def test_records_share_a_table_or_get_a_folder_of_their_own():
    record, out = place_of(Path("deep/c.jsonl")).record("000007"), in_folder(OUT)
    assert out.path(record, "text") == OUT / "deep/c/000007.txt"
    assert out.path(record, "jsonl") == OUT / "deep/c.jsonl"
    assert out.path(record, "csv") == OUT / "deep/c.csv"


def test_one_file_takes_what_comes_and_lists_failures_only_of_many():
    place = place_of(Path("a.txt"))
    one, many = (in_file(OUT / "made.txt", of_many=each) for each in (False, True))
    assert one.path(place, "text") == many.path(place, "text") == OUT / "made.txt"
    assert (one.failed, many.failed) == (None, OUT / "made_failed.jsonl")
    assert in_folder(None).path(place, "text") is None
    assert in_folder(OUT).failed == OUT / "_failed.jsonl"


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
