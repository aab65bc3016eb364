import gzip
import json

import pytest

from tests.corpus.formats.helpers import bad, read, read_data, write
from toolkit.corpus.formats import Piece, read_rows
from toolkit.corpus.formats.base import MAX_ROW_BYTES


def test_byte_order_mark_blank_lines_and_both_line_ends(tmp_path):
    data = b'\xef\xbb\xbf{"a": 1}\r\n\r\n  \n{"a": "\\u00e9"}\n\n{"a": null}'
    assert read_data(tmp_path, "a.jsonl", data) == [{"a": 1}, {"a": "é"}, {"a": None}]


def test_an_empty_file_has_no_rows(tmp_path):
    assert read_data(tmp_path, "a.jsonl", b"") == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"a": ', "is not valid JSON"),
        (b"[1]", "is not a JSON object"),
        (b'{"a": "\xff"}', "is not UTF-8"),
        (b'{"a": NaN}', "is not valid JSON"),
        (b'{"a": 1, "a": 2}', "is there twice"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"a": "' + b"x" * MAX_ROW_BYTES + b'"}', "is longer than 10 MB"),
    ],
    ids=lambda value: value[:12],
)
def test_a_row_that_cannot_be_read_is_told_in_its_place(tmp_path, line, reason):
    rows = read_data(tmp_path, "a.jsonl", b'{"a": 1}\n\n' + line + b'\n{"a": 2}\n')
    assert [rows[0], rows[2]] == [{"a": 1}, {"a": 2}]
    [(place, said)] = bad(rows)
    assert place == 1
    assert reason in said


def test_a_row_is_named_by_the_byte_at_which_its_line_begins(tmp_path):
    data = '{"a": "é"}\n\n  \n{"a": \n{"a": 3}\n'.encode()
    (tmp_path / "a.jsonl").write_bytes(data)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(data))
    begins = [0, data.index(b'{"a": \n'), data.index(b'{"a": 3')]
    path = str(tmp_path / "a.jsonl")
    found = [place for cut in ((0, 5), (5, None)) for place, _ in read_rows(Piece(path, *cut))]
    assert found == [f"row at byte {byte}" for byte in begins]
    packed = [place for place, _ in read_rows(Piece(f"{path}.gz"))]
    assert packed == [f"row at byte {byte} when unpacked" for byte in begins]


def test_a_piece_of_a_file_that_became_shorter_is_told(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a": 1}\n' * 9)
    *rows, (place, last) = read_rows(Piece(str(path), 20, 200))
    assert [row for _, row in rows] == [{"a": 1}] * 6
    assert (place, last.cuts_off) == ("row at byte 81", True)


def test_values_of_every_type_stay_as_they_are(tmp_path):
    rows = [{"a": 1, "b": [None, {"c": 1.5}], "é": "\u2028"}, {"a": "1", "z": 10**40}, {}]
    data = write(tmp_path / "a.jsonl", rows)
    assert data.count(b"\n") == 3
    assert read(tmp_path / "a.jsonl") == [json.loads(line) for line in data.splitlines()] == rows
