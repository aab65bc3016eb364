import csv
import json
import sys
from decimal import Decimal
from uuid import UUID

import pytest

from tests.corpus.formats.helpers import read, write
from toolkit.corpus.formats import BadRow, Piece, columns_of
from toolkit.errors import InputError

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

NS = 1_700_000_000_000_000_001
NS_TEXT = "2023-11-14T22:13:20.000000001"
PAIR = pa.struct([("x", pa.timestamp("ns")), ("y", pa.binary())])
# By name the type, a value that can be put into a column of it, and what JSON has for that.
VALUES = {
    "int8": (pa.int8(), -7, -7),
    "uint64": (pa.uint64(), 2**64 - 1, 2**64 - 1),
    "half": (pa.float16(), 1.5, 1.5),
    "float": (pa.float32(), 0.5, 0.5),
    "bool": (pa.bool_(), True, True),
    "text": (pa.large_string(), "é", "é"),
    "text view": (pa.string_view(), "é", "é"),
    "category": (pa.dictionary(pa.int32(), pa.string()), "a", "a"),
    "bytes": (pa.large_binary(), b"\xff", "/w=="),
    "bytes view": (pa.binary_view(), b"\xff", "/w=="),
    "fixed bytes": (pa.binary(2), b"\xff\0", "/wA="),
    "null": (pa.null(), None, None),
    "decimal": (pa.decimal128(9, 2), Decimal("1.50"), "1.50"),
    "large decimal": (pa.decimal256(70, 2), Decimal("1.50"), "1.50"),
    "day": (pa.date32(), 19723, "2024-01-01"),
    "far day": (pa.date32(), 10**7, "29349-01-26"),
    "seconds of the day": (pa.time32("ms"), 86_399_000, "23:59:59"),
    "nanoseconds of the day": (pa.time64("ns"), 1, "00:00:00.000000001"),
    "moment": (pa.timestamp("ms"), 1_500, "1970-01-01T00:00:01.500000"),
    "far moment": (pa.timestamp("ms"), 10**15, "33658-09-27T01:46:40.000"),
    "nanoseconds": (pa.timestamp("ns"), NS, NS_TEXT),
    "before 1970": (pa.timestamp("ns"), -1, "1969-12-31T23:59:59.999999999"),
    "of a zone": (pa.timestamp("ns", "Europe/Paris"), NS, "2023-11-14T23:13:20.000000001+01:00"),
    "of no zone": (pa.timestamp("us", "Nowhere"), 1, "1970-01-01T00:00:00.000001+00:00"),
    "duration": (pa.duration("ns"), -1_500_000_000, "-PT1.5S"),
    "days": (pa.duration("s"), 86_400, "PT86400S"),
    "list": (pa.list_(pa.timestamp("ns")), [NS, None], [NS_TEXT, None]),
    "vector": (pa.list_(pa.float32()), [0.5, float("nan"), None], [0.5, None, None]),
    "large list": (pa.large_list(pa.int16()), [], []),
    "pair": (pa.list_(pa.date32(), 2), [0, 1], ["1970-01-01", "1970-01-02"]),
    "list view": (pa.list_view(pa.int16()), [1, 2], [1, 2]),
    "object": (PAIR, {"x": NS, "y": b"\xff"}, {"x": NS_TEXT, "y": "/w=="}),
    "map": (pa.map_(pa.string(), pa.timestamp("ns")), [("k", NS)], [["k", NS_TEXT]]),
    "objects": (pa.list_(PAIR), [{"x": None, "y": None}], [{"x": None, "y": None}]),
    "uuid": (pa.uuid(), UUID(int=5).bytes, str(UUID(int=5))),
    "json": (pa.json_(), '{"a":1}', '{"a":1}'),
    "tensor": (pa.fixed_shape_tensor(pa.int32(), (2,)), [1, 2], [1, 2]),
}


def column(kind, value):
    """`value` between nulls, where times are numbers as Arrow stores them."""
    if isinstance(kind, pa.BaseExtensionType):
        storage = column(kind.storage_type, value)
        return pa.ExtensionArray.from_storage(kind, storage)
    return pa.array([None, value, None], type=kind)


@pytest.fixture
def source(tmp_path):
    columns = {name: column(kind, value) for name, (kind, value, _) in VALUES.items()}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    return tmp_path / "a.parquet"


@pytest.fixture(params=["with pandas", "without"])
def _pandas(request, monkeypatch):
    """Arrow gives other values for nanoseconds where pandas is installed."""
    if request.param == "without":
        monkeypatch.setitem(sys.modules, "pandas", None)


def test_every_type_comes_out_of_parquet_as_it_went_in(source, tmp_path):
    carried = columns_of([Piece(str(source))])
    write(tmp_path / "b.parquet", read(source), carried=carried, own={"error": "string"})
    before, after = pq.read_table(source), pq.read_table(tmp_path / "b.parquet").drop(["error"])
    assert after.schema.types == before.schema.types
    assert after.drop(["vector"]) == before.drop(["vector"])
    assert str(after["vector"]) == str(before["vector"]), "NaN is not equal to itself"


@pytest.mark.usefixtures("_pandas")
def test_every_type_has_a_plain_form_in_json(source, tmp_path):
    write(tmp_path / "b.jsonl", read(source))
    lines = (tmp_path / "b.jsonl").read_text("utf-8").splitlines()
    none, values, _ = map(json.loads, lines)
    assert values == {name: plain for name, (_, _, plain) in VALUES.items()}
    assert set(none.values()) == {None}


def test_a_cell_of_csv_has_the_same_without_quotes(source, tmp_path):
    write(tmp_path / "b.csv", read(source), carried=columns_of([Piece(str(source))]))
    with (tmp_path / "b.csv").open(encoding="utf-8", newline="") as file:
        _, row, _ = csv.DictReader(file)
    for name, (_, _, plain) in VALUES.items():
        is_text = plain is None or isinstance(plain, str)
        assert row[name] == ((plain or "") if is_text else json.dumps(plain))


def test_moments_of_two_precisions_become_those_of_the_finer(tmp_path):
    for name, unit, value in (("a", "us", 7), ("b", "ns", NS)):
        table = pa.table({"t": pa.array([value], pa.timestamp(unit))})
        pq.write_table(table, tmp_path / f"{name}.parquet")
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    carried = columns_of([Piece(str(path)) for path in paths])
    write(tmp_path / "c.parquet", [*read(paths[0]), *read(paths[1])], carried=carried)
    assert pq.read_table(tmp_path / "c.parquet")["t"].cast("int64").to_pylist() == [7000, NS]


def test_moments_that_a_finer_column_has_no_room_for_are_told(tmp_path):
    table = pa.table({"t": pa.array([10**18], pa.timestamp("us"))})
    pq.write_table(table, tmp_path / "a.parquet")
    carried = {"t": pa.field("t", pa.timestamp("ns"))}
    with pytest.raises(InputError, match=r"the column 't' holds what is no timestamp\[ns\]"):
        write(tmp_path / "b.parquet", read(tmp_path / "a.parquet"), carried=carried)


def test_an_object_with_a_field_twice_loses_neither(tmp_path):
    array = pa.StructArray.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"])
    pq.write_table(pa.table({"s": array}), tmp_path / "a.parquet")
    write(tmp_path / "a.jsonl", read(tmp_path / "a.parquet"))
    assert json.loads((tmp_path / "a.jsonl").read_text()) == {"s": [["x", 1], ["x", 2]]}


def test_of_text_that_is_not_utf8_only_the_row_is_lost(tmp_path):
    texts = pa.array([b"a", b"\xff", b"c"]).view(pa.string())
    pq.write_table(pa.table({"id": [1, 2, 3], "text": texts}), tmp_path / "a.parquet")
    first, second, third = read(tmp_path / "a.parquet")
    assert (first["text"], third["text"]) == ("a", "c")
    assert second == BadRow("is not UTF-8 in its column 'text'", {"id": 2})


def test_a_row_with_a_list_that_is_too_long_is_no_row(tmp_path):
    lists = pa.array([[1], list(range(1_500_000))], pa.list_(pa.int64()))
    pq.write_table(pa.table({"id": [1, 2], "l": lists}), tmp_path / "a.parquet")
    _, row = read(tmp_path / "a.parquet")
    assert row == BadRow("is longer than 10 MB, the most for one row", {"id": 2})


def test_what_the_file_says_of_a_column_stays(tmp_path):
    field = pa.field("id", pa.int32(), nullable=False, metadata={"unit": "km"})
    pq.write_table(
        pa.table({"id": pa.array([1], pa.int32())}, pa.schema([field])), tmp_path / "a.parquet"
    )
    carried = columns_of([Piece(str(tmp_path / "a.parquet"))])
    write(tmp_path / "b.parquet", [*read(tmp_path / "a.parquet"), {}], carried=carried)
    found = pq.read_table(tmp_path / "b.parquet")
    assert found.schema.field("id").metadata[b"unit"] == b"km"
    assert found["id"].to_pylist() == [1, None], "a row that can't be read has nulls"
