import json

import pytest

from toolkit.corpus.formats.base import as_json, as_text, suffix_of


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.jsonl", ".jsonl"),
        ("d=1/a.b.JSONL.GZ", ".jsonl.gz"),
        ("a.csv.zst", ".csv.zst"),
        ("train-00000-of-00005.parquet", ".parquet"),
        ("a.parquet.gz", ""),
        ("a.gz", ""),
        ("jsonl", ""),
        ("a.txt", ""),
        ("https://example.org/a.jsonl.gz?download=true", ".jsonl.gz"),
    ],
)
def test_the_end_of_a_name_tells_format_and_packing(name, suffix):
    assert suffix_of(name) == suffix


def test_values_that_json_lacks():
    assert json.loads(as_json({"b": b"\xff", "n": [1e999]})) == {"b": "/w==", "n": [None]}


def test_half_a_character_comes_back_as_it_was():
    assert json.loads(as_json("a\ud800é").encode()) == "a\ud800é"


def test_text_stays_as_it_is():
    assert as_text('"é') == '"é'
    assert as_text(["é", None]) == '["é", null]'


@pytest.mark.parametrize(
    ("value", "text"),
    [(b"\xff", "/w=="), (True, "true"), (1.5, "1.5"), (float("nan"), "NaN"), (-1e999, "-Infinity")],
)
def test_a_cell_has_no_quotes_that_are_json(value, text):
    assert as_text(value) == text
