import os

import pytest

from tests.corpus.formats.helpers import bad, read, read_data, write
from toolkit.corpus.formats import Piece, columns_of, read_rows
from toolkit.corpus.formats.base import MAX_ROW_BYTES
from toolkit.errors import InputError


def test_quoted_lines_and_nul_characters(tmp_path):
    data = b'\xef\xbb\xbfid,text\r\n1,"un\r\n""deux"", trois"\r\n\r\n2,a\0b\r\n3,\r\n'
    assert read_data(tmp_path, "a.csv", data) == [
        {"id": "1", "text": 'un\r\n"deux", trois'},
        {"id": "2", "text": "a\0b"},
        {"id": "3", "text": ""},
    ]


@pytest.mark.parametrize(("name", "separator"), [("a.csv", ";"), ("a.tsv", "\t"), ("a.csv", "|")])
def test_other_separators(tmp_path, name, separator):
    data = f"id{separator}text\n1{separator}a, b\n".encode()
    assert read_data(tmp_path, name, data) == [{"id": "1", "text": "a, b"}]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"2,\xff", "is not UTF-8"),
        (b"2,a,b", "more cells than the header"),
        (b'2,"a"b', "is not valid CSV"),
        (b"2," + b"x" * MAX_ROW_BYTES, "is longer than 10 MB"),
        (b'2,"' + (b"x" * 99_999 + b"\n") * 101 + b'", c', "is longer than 10 MB"),
        (b'2,"' + b"x" * MAX_ROW_BYTES + b'\n4,d\n"', "is longer than 10 MB"),
    ],
    ids=lambda value: value[:12],
)
def test_a_row_that_cannot_be_read_is_told_in_its_place(tmp_path, row, reason):
    rows = read_data(tmp_path, "a.csv", b"id,text\n1,a\n" + row + b"\n3,c\n")
    assert (rows[0], rows[-1]) == ({"id": "1", "text": "a"}, {"id": "3", "text": "c"})
    assert reason in bad(rows)[0][1]
    assert not rows[1].cuts_off


def test_a_short_row_has_nulls(tmp_path):
    assert read_data(tmp_path, "a.csv", b"id,text\n1\n") == [{"id": "1", "text": None}]


@pytest.mark.parametrize("header", [b"a,a", b"a," + b"x" * (MAX_ROW_BYTES + 1)])
def test_under_a_header_that_is_none_no_row_is_read(tmp_path, header):
    [row] = read_data(tmp_path, "a.csv", header + b"\n1,2\n")
    assert "header" in row.reason or "two columns" in row.reason
    assert row.cuts_off


def test_of_columns_without_a_name_no_value_is_lost(tmp_path):
    rows = read_data(tmp_path, "a.csv", b"id,,text,,\n1,,a,,\n2,,b,,x\n3,y,c,,z\n")
    assert rows[:2] == [{"id": "1", "text": "a", "": ""}, {"id": "2", "text": "b", "": "x"}]
    assert bad(rows) == [(2, "has a value in a column without a name, as another one is")]


def test_columns_are_those_of_all_headers(tmp_path):
    for name, header in (("a", "id,text"), ("b", "text;site"), ("c", "")):
        (tmp_path / f"{name}.csv").write_text(f"{header}\n")
    pieces = [Piece(str(tmp_path / f"{name}.csv")) for name in "abc"]
    assert columns_of(pieces) == {"id": "string", "text": "string", "site": "string"}


def test_what_is_written_is_read(tmp_path):
    rows = [{"id": "1", "text": 'a,"b"\n'}, {"text": "é"}, {"id": [1], "text": None}]
    path = tmp_path / "a.csv.gz"
    carried = {"id": "string", "text": "string"}
    data = write(path, rows, carried=carried, own={"error": "string"})
    assert read(path) == [
        {"id": "1", "text": 'a,"b"\n', "error": ""},
        {"id": "", "text": "é", "error": ""},
        {"id": "[1]", "text": "", "error": ""},
    ]
    assert write(path, rows, carried=carried, own={"error": "string"}) == data


def test_a_header_of_no_rows(tmp_path):
    write(tmp_path / "a.tsv", [], carried={"id": "string"}, own={"error": "string"})
    assert (tmp_path / "a.tsv").read_text() == "id\terror\n"


@pytest.mark.parametrize(
    ("lines", "reason"), [(1, "is not valid CSV"), (2_600_000, "its quotes have no end")]
)
def test_quotes_without_an_end_may_have_taken_many_rows(tmp_path, lines, reason):
    rows = read_data(tmp_path, "a.csv", b'id,text\n1,a\n2,"b\n' + b"3,c\n" * lines)
    assert rows[0] == {"id": "1", "text": "a"}
    assert reason in rows[1].reason
    assert rows[1].cuts_off
    assert len(rows) == 2


def test_ten_thousand_columns_are_no_trouble(tmp_path):
    names = [f"c{number}" for number in range(10_000)]
    data = f"{','.join(names)}\n{','.join(names)}\n".encode()
    assert read_data(tmp_path, "a.csv", data) == [dict(zip(names, names, strict=True))]


def test_a_file_that_became_shorter_while_it_was_read_is_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,text\n" + "1,a\n" * 1_000_000)
    reading = read_rows(Piece(str(path)))
    next(reading)
    os.truncate(path, 3_000_000)
    *_, (place, last) = reading
    assert place.startswith("row 74")
    assert "the file became shorter meanwhile" in last.reason
    assert last.cuts_off


def test_a_name_that_tells_no_format():
    with pytest.raises(InputError, match=r"rows are read from .csv"):
        columns_of([Piece("a.txt")])
