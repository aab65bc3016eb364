import json
from datetime import UTC, datetime
from decimal import Decimal

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
    value = {
        "t": datetime(2024, 1, 2, tzinfo=UTC),
        "b": b"\xff",
        "d": Decimal("1.50"),
        "n": [1e999],
    }
    found = json.loads(as_json(value))
    assert found == {"t": "2024-01-02T00:00:00+00:00", "b": "/w==", "d": "1.50", "n": [None]}


def test_half_a_character_comes_back_as_it_was():
    assert json.loads(as_json("a\ud800é").encode()) == "a\ud800é"


def test_text_stays_as_it_is():
    assert as_text('"é') == '"é'
    assert as_text(["é", None]) == '["é", null]'
