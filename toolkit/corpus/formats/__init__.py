"""Rows of files and files of rows, a row at a time in bounded memory.

`base` says what rows, pieces and columns are; `jsonl`, `csv` and `parquet` each read and write one
format; `lines` reads and packs text; `arrow` carries values of Parquet; `spool` keeps rows until
their columns are known. A new format is a file here and an entry of FORMATS in `base`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import IO

from toolkit.corpus.formats import csv, jsonl, parquet
from toolkit.corpus.formats.base import (
    FORMATS,
    MAX_ROW_BYTES,
    BadRow,
    Columns,
    Piece,
    Placed,
    Row,
    RowWriter,
    as_json,
    suffix_of,
)
from toolkit.corpus.formats.spool import Spool
from toolkit.errors import InputError

READERS = {"csv": csv.read_rows, "jsonl": jsonl.read_rows, "parquet": parquet.read_rows}


def format_of(name: str) -> str:
    """`csv`, `jsonl` or `parquet`, by the end of a file's name.

    Raises InputError where it is none of them.
    """
    suffix = suffix_of(name)
    if not suffix:
        known = ", ".join(sorted(FORMATS))
        raise InputError(f"{name}: rows are read from {known}, the text ones also .gz or .zst")
    return FORMATS["." + suffix.split(".")[1]]


def read_rows(piece: Piece) -> Iterator[Placed]:
    """The rows of a piece in their order, a BadRow in the place of each that can't be read, after
    its place in the file: `row 7` of Parquet and CSV, counted from 1 below the header, `row at byte
    512` of JSON lines, whose pieces don't know how many rows stand before them.

    Raises InputError where the file can't be opened, StorageError where its store gives no more.
    """
    return READERS[format_of(piece.url)](piece)


def columns_of(pieces: Sequence[Piece]) -> Columns | None:
    """All columns of pieces of one format with their types; None for JSON lines, where only the
    last row could tell.
    """
    formats = {format_of(piece.url) for piece in pieces}
    if formats == {"parquet"}:
        return parquet.columns_of(pieces)
    if formats == {"csv"}:
        first = dict.fromkeys(piece.url for piece in pieces)
        return {name: each for url in first for name, each in csv.columns_of(Piece(url)).items()}
    return None


@contextmanager
def writer(
    suffix: str, file: IO[bytes], *, carried: Columns | None = None, own: Columns
) -> Iterator[RowWriter]:
    """Writes rows as `suffix` says, such as `.jsonl.gz`: columns of the input, then `own` ones.
    `file` is whole when the body has ended well.

    Where `carried` is None and a format needs to know, rows wait on disk until the last one.
    """
    rows = _writer(suffix, file, carried, own)
    try:
        yield rows
        rows.close()
    except BaseException:
        rows.abandon()
        raise


def _writer(suffix: str, file: IO[bytes], carried: Columns | None, own: Columns) -> RowWriter:
    name = format_of(f"_{suffix}")
    if name == "jsonl":
        return jsonl.JsonLinesWriter(suffix, file)
    make: Callable[[Columns], RowWriter] = (
        partial(csv.CsvWriter, suffix, file)
        if name == "csv"
        else partial(parquet.ParquetWriter, file)
    )
    return Spool(make, own) if carried is None else make({**carried, **own})


__all__ = [
    "MAX_ROW_BYTES",
    "BadRow",
    "Columns",
    "Piece",
    "Placed",
    "Row",
    "RowWriter",
    "as_json",
    "columns_of",
    "format_of",
    "read_rows",
    "suffix_of",
    "writer",
]
