import gc
import random
from decimal import Decimal

import pytest

from tests.corpus.formats.helpers import bad, read, read_data, write
from toolkit.corpus.formats import Piece, columns_of, read_rows
from toolkit.corpus.formats.base import MAX_ROW_BYTES
from toolkit.corpus.formats.parquet import group_bytes
from toolkit.corpus.storage import Storage
from toolkit.corpus.streams import Output
from toolkit.errors import InputError, OutputError, StorageError, UsageError

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def put(path, columns, **options):
    pq.write_table(pa.table(columns), path, **options)
    return path


def numbered(path, count=1000, *, group=100):
    texts = [f"{number:09}" * 20 for number in range(count)]
    columns = {"id": list(range(count)), "text": texts}
    options = {"compression": "none", "use_dictionary": False, "write_page_checksum": True}
    return put(path, columns, row_group_size=group, **options)


def test_the_same_rows_make_the_same_bytes(tmp_path):
    rows = [{"a": number, "b": str(number)} for number in range(30_000)]
    carried = {"a": "int64", "b": "string"}
    first = write(tmp_path / "a.parquet", rows, carried=carried)
    assert write(tmp_path / "b.parquet", rows, carried=carried) == first
    assert pq.ParquetFile(tmp_path / "a.parquet").num_row_groups == 3


def test_row_groups_are_read_in_pieces(tmp_path):
    path = numbered(tmp_path / "a.parquet")
    assert [row["id"] for row in read(path, 3, 5)] == list(range(300, 500))
    assert [row["id"] for row in read(path, 8)] == list(range(800, 1000))
    assert len(group_bytes(str(path))) == 10


def test_of_a_damaged_page_only_the_rows_of_its_group_are_lost(tmp_path):
    path = numbered(tmp_path / "a.parquet")
    data = bytearray(path.read_bytes())
    at = data.index(b"000000450" * 20)
    data[at : at + 4] = b"!!!!"
    path.write_bytes(bytes(data))
    rows = read(path)
    lost = [place for place, reason in bad(rows) if "damaged row group" in reason]
    assert lost
    assert set(lost) <= set(range(400, 500))
    places = [place for place, _ in read_rows(Piece(str(path), 2))]
    assert places == [f"row {number}" for number in range(201, 1001)]
    others = [row["id"] for place, row in enumerate(rows) if place not in lost]
    assert others == [number for number in range(1000) if number not in lost]


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" + bytes(900) + b"PAR1", b"<html>" * 99])
def test_what_is_no_parquet_file_is_one_bad_row(tmp_path, data):
    [(place, reason)] = bad(read_data(tmp_path, "a.parquet", data))
    assert place == 0
    assert "can't be read" in reason


def test_a_damaged_footer_ends_no_process_and_makes_no_rows(tmp_path):
    data = numbered(tmp_path / "a.parquet", 50, group=10).read_bytes()
    chance = random.Random(7)
    for _ in range(80):
        damaged = bytearray(data)
        for _ in range(chance.choice((1, 8))):
            damaged[chance.randrange(len(data) - 1000, len(data) - 8)] = chance.randrange(256)
        rows = read_data(tmp_path, "b.parquet", bytes(damaged))
        assert 1 <= len(rows) <= 50
        assert len(rows) == 50 or rows[-1].cuts_off
        columns_of([Piece(str(tmp_path / "b.parquet"))])
        assert len(group_bytes(str(tmp_path / "b.parquet"))) in (0, 5)


def test_a_cut_off_file_is_one_bad_row(tmp_path):
    data = numbered(tmp_path / "a.parquet").read_bytes()
    assert len(bad(read_data(tmp_path, "b.parquet", data[:-100]))) == 1


def test_a_row_that_is_too_long_keeps_what_names_it(tmp_path):
    texts = ["a", "x" * (MAX_ROW_BYTES + 1), "c"]
    rows = read(put(tmp_path / "a.parquet", {"id": [1, 2, 3], "text": texts}))
    assert bad(rows) == [(1, "is longer than 10 MB, the most for one row")]
    assert (rows[1].values, rows[2]) == ({"id": 2}, {"id": 3, "text": "c"})


def test_columns_of_several_files_are_unified(tmp_path):
    put(tmp_path / "a.parquet", {"i": pa.array([1], pa.int32()), "s": ["x"], "m": ["y"]})
    put(
        tmp_path / "b.parquet",
        {"i": pa.array([2**40], pa.int64()), "s": pa.array([None]), "m": [1]},
    )
    put(tmp_path / "c.parquet", {"new": [1.5]})
    (tmp_path / "d.parquet").write_bytes(b"damaged")
    paths = [tmp_path / f"{name}.parquet" for name in "abcd"]
    carried = columns_of([Piece(str(path)) for path in paths])
    rows = [row for path in paths[:3] for row in read(path)]
    write(tmp_path / "out.parquet", rows, carried=carried)
    written = pq.read_table(tmp_path / "out.parquet")
    assert [str(each) for each in written.schema.types] == ["int64", "string", "string", "double"]
    assert written.to_pylist() == [
        {"i": 1, "s": "x", "m": "y", "new": None},
        {"i": 2**40, "s": None, "m": "1", "new": None},
        {"i": None, "s": None, "m": None, "new": 1.5},
    ]


def test_half_a_character_does_no_harm(tmp_path):
    write(tmp_path / "a.parquet", [{"a": "x\ud800"}], carried={"a": "string"})
    [row] = read(tmp_path / "a.parquet")
    assert row["a"].startswith("x")


def test_a_name_that_parquet_does_not_have_is_told(tmp_path):
    with pytest.raises(
        InputError, match=r"the name 'x\\ud800', which is no text for Parquet; --to"
    ):
        write(tmp_path / "a.parquet", [{"x\ud800": 1}])


def test_a_store_that_fails_meanwhile_ends_the_reading(tmp_path, monkeypatch):
    path = numbered(tmp_path / "a.parquet", 20_000, group=10_000)
    rows = Storage.of(str(path))
    assert rows.exists()

    def fail(*_, **__):
        raise StorageError("gone")

    reading = read_rows(Piece(str(path)))
    next(reading)
    monkeypatch.setattr("toolkit.corpus.streams.trying", fail)
    with pytest.raises(StorageError, match="gone"):
        list(reading)


def test_a_missing_file_is_no_bad_row(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "a.parquet")


def test_without_pyarrow_it_is_told_what_to_type(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'toolkit-fr-en\[corpus\]'"):
        read(tmp_path / "a.parquet")


def test_of_a_file_in_a_bucket_little_is_fetched_twice(s3, tmp_path):
    texts = [random.randbytes(1000).hex() for _ in range(3000)]
    columns = {"id": range(3000), "a": texts, "b": texts[::-1], "c": texts[1000:] + texts[:1000]}
    path = put(
        tmp_path / "a.parquet",
        {name: list(values) for name, values in columns.items()},
        compression="none",
        use_dictionary=False,
    )
    place = Storage.of("s3://news/a.parquet")
    with place.write() as file:
        file.write(path.read_bytes())
    s3.sent_bytes = 0
    assert [row["a"] for _, row in read_rows(Piece(place.url))] == texts
    assert s3.sent_bytes < 1.5 * path.stat().st_size


@pytest.mark.parametrize("nested", [False, True])
def test_decimal_numbers_beside_floating_ones_keep_their_digits(tmp_path, nested):
    digits = "12345678901234567.891"
    columns = [
        pa.array([Decimal(digits)], pa.decimal128(24, 3)),
        pa.array([0.5]),
        pa.array([7], pa.int64()),
    ]
    paths = [tmp_path / f"{number}.parquet" for number in range(3)]
    for path, column in zip(paths, columns, strict=True):
        lists = pa.array([column.to_pylist()], pa.list_(column.type))
        put(path, {"n": lists if nested else column})

    def written(*chosen):
        carried = columns_of([Piece(str(path)) for path in chosen])
        rows = [row for path in chosen for row in read(path)]
        write(tmp_path / "out.parquet", rows, carried=carried)
        return pq.read_table(tmp_path / "out.parquet").column("n").to_pylist()

    texts = [f'["{digits}"]', "[0.5]"] if nested else [digits, "0.5"]
    assert written(*paths[:2]) == texts
    whole = [Decimal(digits), Decimal(7)]
    assert written(paths[0], paths[2]) == ([[each] for each in whole] if nested else whole)


@pytest.mark.parametrize("nested", [False, True])
def test_a_whole_number_that_a_floating_one_can_not_hold_is_told(tmp_path, nested):
    paths = [tmp_path / f"{number}.parquet" for number in range(2)]
    for path, value in zip(paths, (2**53 + 1, 0.5), strict=True):
        put(path, {"n": [[value] if nested else value]})
    carried = columns_of([Piece(str(path)) for path in paths])
    with pytest.raises(InputError, match=r"holds what is no .*double.*; --to-format jsonl takes"):
        write(tmp_path / "out.parquet", read(paths[0]), carried=carried)


def test_of_two_columns_with_one_name_neither_is_lost_unseen(tmp_path):
    table = pa.Table.from_arrays([pa.array([1, 2]), pa.array(["a", "b"])], names=["id", "id"])
    pq.write_table(table, tmp_path / "rows.parquet")
    reason = "has two columns named 'id'; rename one"
    assert bad(read(tmp_path / "rows.parquet")) == [(0, reason), (1, reason)]


@pytest.mark.parametrize(
    ("kind", "value"), [("double", 2**60 + 1), ("int64", 2**63), ("int64", "x")]
)
def test_a_value_that_its_column_has_no_room_for_is_told(tmp_path, kind, value):
    with pytest.raises(InputError, match=f"the column 'n' holds what is no {kind}"):
        write(tmp_path / "rows.parquet", [{"n": value}], carried={"n": kind})
    assert not (tmp_path / "rows.parquet").exists()


@pytest.mark.parametrize("carried", [{"n": "int64"}, None])
def test_a_writer_that_failed_is_silent_when_it_is_collected(tmp_path, carried, monkeypatch, capfd):
    written = Output.write

    def full(file, data):
        if file.bytes:
            raise OutputError("nothing more can be written")
        return written(file, data)

    rows = [{"n": 1}]
    monkeypatch.setattr(Output, "write", full)
    with pytest.raises(OutputError):
        write(tmp_path / "rows.parquet", rows, carried=carried)
    gc.collect()
    assert capfd.readouterr().err == ""
