import json
import tempfile
from functools import partial
from pathlib import Path

import pytest

from tests.corpus.formats.helpers import read, write
from toolkit.errors import OutputError

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

FULL = Path("/dev/full")
ROWS = [
    {"id": 1, "b": True, "x": 1, "m": "a", "big": 10**30, "none": None, "error": None},
    {"id": 2, "b": None, "x": 0.5, "m": [1, "é"], "big": 1, "late": "z", "error": "is bad"},
]


def test_columns_that_only_the_last_row_tells_have_their_types_in_parquet(tmp_path):
    write(tmp_path / "a.parquet", ROWS, own={"error": "string", "sentences": "int64"})
    table = pq.read_table(tmp_path / "a.parquet")
    assert {each.name: str(each.type) for each in table.schema} == {
        "id": "int64",
        "b": "bool",
        "x": "double",
        "m": "string",
        "big": "string",
        "none": "string",
        "late": "string",
        "error": "string",
        "sentences": "int64",
    }
    first, second = table.to_pylist()
    assert (first["m"], second["m"], first["big"]) == ("a", '[1, "é"]', str(10**30))
    assert (first["late"], first["sentences"], second["error"]) == (None, None, "is bad")


def test_and_stand_in_the_header_of_csv(tmp_path):
    write(tmp_path / "a.csv", ROWS, own={"error": "string"})
    first = read(tmp_path / "a.csv")[0]
    assert list(first) == ["id", "b", "x", "m", "big", "none", "late", "error"]
    assert (first["id"], first["b"], first["late"]) == ("1", "true", "")


def test_without_rows_there_are_our_columns(tmp_path):
    write(tmp_path / "a.parquet", [], own={"error": "string"})
    assert pq.read_table(tmp_path / "a.parquet").schema.names == ["error"]


def test_of_a_body_that_fails_nothing_is_written(tmp_path):
    def rows():
        yield ROWS[0]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(tmp_path / "a.parquet", rows(), own={"error": "string"})
    assert list(tmp_path.iterdir()) == []


def test_whole_numbers_that_no_double_holds_are_text_beside_fractions(tmp_path):
    path = tmp_path / "rows.parquet"
    write(path, [{"n": 2**53 + 1, "m": 2**53}, {"n": 1.5, "m": 1.5}, {"n": 2, "m": 2}])
    assert read(path) == [
        {"n": "9007199254740993", "m": 2.0**53},
        {"n": "1.5", "m": 1.5},
        {"n": "2", "m": 2.0},
    ]


def test_a_value_of_many_levels_is_text_like_any_other(tmp_path):
    deep = json.loads("[" * 800 + "]" * 800)
    write(tmp_path / "rows.parquet", [{"x": deep}, {"x": [1, "é"]}])
    assert read(tmp_path / "rows.parquet") == [
        {"x": "[" * 800 + "]" * 800},
        {"x": '[1, "é"]'},
    ]


@pytest.mark.skipif(not FULL.exists(), reason="there is no disk that is full")
@pytest.mark.parametrize("rows", [1, 1000], ids=["at the end", "before"])
def test_a_full_disk_is_told_with_its_place(tmp_path, monkeypatch, rows):
    tempfile.gettempdir()
    monkeypatch.setattr(tempfile, "TemporaryFile", partial(FULL.open, "w+b"))
    with pytest.raises(OutputError, match=f"^{tempfile.tempdir}: nothing more .* TMPDIR names"):
        write(tmp_path / "rows.parquet", [{"x": "a" * 1000}] * rows)
    assert list(tmp_path.iterdir()) == []
