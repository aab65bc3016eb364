"""Parquet, by pyarrow, which is imported where it is needed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import repeat
from typing import IO, TYPE_CHECKING, Any

from toolkit.corpus.formats.arrow import ArrowValue, array_of, values_of
from toolkit.corpus.formats.base import (
    MAX_ROW_BYTES,
    BadRow,
    Columns,
    Piece,
    Placed,
    Row,
    as_text,
    too_long,
)
from toolkit.corpus.storage import Storage
from toolkit.errors import InputError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

PYARROW_MISSING = "Parquet needs pyarrow; type: pip install 'toolkit-fr-en[corpus]'"
BATCH_BYTES = 32 << 20
MAX_BATCH_ROWS = 1024
GROUP_BYTES = 32 << 20  # of text that is held until a row group is written
GROUP_ROWS = 10_000
BUFFER_BYTES = 1 << 20
# What Arrow says of a file that is damaged, or that it can't read.
DAMAGE = (IndexError, MemoryError, NotImplementedError, OSError, ValueError)


def read_rows(piece: Piece) -> Iterator[Placed]:
    """Of a row group that can't be read to its end, each row that is left is a BadRow."""
    number = 0
    try:
        with _opened(piece.url) as file:
            rows = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
            if sum(rows) != file.metadata.num_rows or min(rows, default=0) < 0:
                raise ValueError("its footer contradicts itself")
            number = sum(rows[: piece.start])
            for group in range(file.num_row_groups)[piece.start : piece.stop]:
                for found in _rows_of(file, group):
                    number += 1
                    yield f"row {number}", found
    except DAMAGE as error:
        reason = f"can't be read, nor what follows: {_one_line(error)}"
        yield f"row {number + 1}", BadRow(reason, cuts_off=True)


def columns_of(pieces: Sequence[Piece]) -> Columns:
    """The columns of all files, in the order in which they are met; a type that two files don't
    share becomes the wider one, or text. Files that can't be read are left out.
    """
    pa = _pyarrow()
    found: dict[str, list[Any]] = {}
    for url in dict.fromkeys(piece.url for piece in pieces):
        try:
            with _opened(url) as file:
                schema = file.schema_arrow
        except DAMAGE:
            continue
        for each in schema:
            found.setdefault(each.name, []).append(each)
    return {name: _common(pa, fields) for name, fields in found.items()}


def group_bytes(url: str) -> list[int]:
    """The size of each row group, unpacked. None are told of a damaged file, whose facts about the
    columns of a group pyarrow isn't asked: it may end the process.
    """
    try:
        with _opened(url) as file:
            groups = map(file.metadata.row_group, range(file.num_row_groups))
            return [max(1, group.total_byte_size) for group in groups]
    except DAMAGE:
        return []


class ParquetWriter:
    """Raises UsageError without pyarrow, InputError for a name of a column that isn't UTF-8."""

    def __init__(self, file: IO[bytes], columns: Columns) -> None:
        pa = _pyarrow()
        from pyarrow import parquet

        self._pa = pa
        try:
            self._schema = pa.schema([_field(pa, name, each) for name, each in columns.items()])
        except UnicodeEncodeError as error:
            raise InputError(
                f"a column has the name {error.object!a}, which is no text for Parquet; "
                "--to-format jsonl takes all names"
            ) from error
        self._file = parquet.ParquetWriter(
            file, self._schema, compression="zstd", write_page_checksum=True
        )
        self._rows: list[Row] = []
        self._bytes = 0

    def write(self, row: Row) -> None:
        self._rows.append(row)
        self._bytes += _bytes_of(row)
        if self._bytes > GROUP_BYTES or len(self._rows) >= GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._file.close()

    def abandon(self) -> None:
        with suppress(Exception):
            self._file.close()
        self._file.is_open = False  # else it tries again, and prints why that fails, when collected

    def _flush(self) -> None:
        if not self._rows:
            return
        arrays = [
            _array(self._pa, [row.get(each.name) for row in self._rows], each)
            for each in self._schema
        ]
        self._file.write_table(self._pa.table(arrays, schema=self._schema))
        self._rows.clear()
        self._bytes = 0


def _rows_of(file: "ParquetFile", group: int) -> Iterator[Row | BadRow]:
    facts = file.metadata.row_group(group)
    names = file.schema_arrow.names
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        yield from repeat(BadRow(f"has two columns named '{twice}'; rename one"), facts.num_rows)
        return
    batch_rows = max(
        1, min(MAX_BATCH_ROWS, BATCH_BYTES * facts.num_rows // (facts.total_byte_size or 1))
    )
    done = 0
    try:
        for batch in file.iter_batches(batch_size=batch_rows, row_groups=[group]):
            for row in _rows_of_batch(batch):
                done += 1
                yield _checked(row)
    except DAMAGE as error:
        reason = f"stands in a damaged row group: {_one_line(error)}"
        yield from repeat(BadRow(reason), facts.num_rows - done)


def _rows_of_batch(batch: "pa.RecordBatch") -> Iterator[Row]:
    columns = [values_of(column) for column in batch.columns]
    for values in zip(*columns, strict=True):
        yield dict(zip(batch.schema.names, values, strict=True))


def _checked(row: Row) -> Row | BadRow:
    """A bad row has what values can be used, among them the id."""
    if bad := [name for name, value in row.items() if isinstance(value, InputError)]:
        good = {name: value for name, value in row.items() if name not in bad}
        return BadRow(f"is not UTF-8 in its column '{bad[0]}'", good)
    if _bytes_of(row) <= MAX_ROW_BYTES:
        return row
    short = {name: value for name, value in row.items() if _bytes_of({"": value}) < 1000}
    return BadRow(too_long(), short)


def _bytes_of(row: Row) -> int:
    values = row.values()
    texts = sum(len(value) for value in values if isinstance(value, str | bytes))
    return texts + sum(value.bytes for value in values if isinstance(value, ArrowValue))


def _array(pa: Any, values: list[Any], column: Any) -> "pa.Array":
    """Raises InputError for a value that the column has no room for, which stands in a file where
    the column is of another type.
    """
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        values = [None if value is None else _utf8(as_text(value)) for value in values]
    try:
        return array_of(values, kind)
    except (NotImplementedError, OverflowError, TypeError, ValueError) as error:
        raise InputError(
            f"the column '{column.name}' holds what is no {kind}, its type in other files "
            f"({_one_line(error)}); --to-format jsonl takes all types"
        ) from error


def _utf8(text: str) -> str:
    """Half a character, which JSON can name, is none in Parquet."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _common(pa: Any, fields: list[Any]) -> Any:
    schemas = [pa.schema([each]) for each in fields]
    try:
        common = pa.unify_schemas(schemas, promote_options="permissive").field(0)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return "string"
    # A decimal number beside a floating one would lose digits, which Arrow tells of whole ones.
    decimal = any(_has_decimals(pa, each.type) for each in fields)
    return common if _has_decimals(pa, common.type) or not decimal else "string"


def _has_decimals(pa: Any, kind: Any) -> bool:
    inner = (kind.field(index).type for index in range(kind.num_fields))
    return pa.types.is_decimal(kind) or any(_has_decimals(pa, each) for each in inner)


def _field(pa: Any, name: str, kind: Any) -> Any:
    """Rows that can't be read have nulls even in columns that had none."""
    return pa.field(name, kind) if isinstance(kind, str) else kind.with_nullable(True)


@contextmanager
def _opened(url: str) -> "Iterator[ParquetFile]":
    _pyarrow()
    from pyarrow.parquet import ParquetFile

    with (
        Storage.of(url).open(ahead_bytes=0) as stream,
        ParquetFile(
            stream, buffer_size=BUFFER_BYTES, pre_buffer=False, page_checksum_verification=True
        ) as file,
    ):
        yield file


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise UsageError(PYARROW_MISSING) from error
    return pyarrow


def _one_line(error: BaseException) -> str:
    return "".join(filter(str.isprintable, " ".join(str(error).split())))[:200]
