"""CSV: a row of text cells below a header, in one of several separators."""

import csv
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import chain
from typing import IO

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
from toolkit.corpus.formats.lines import Lines, open_lines, packed
from toolkit.errors import InputError
from toolkit.reading.records import RestLostError, csv_records, separator_of


def read_rows(piece: Piece) -> Iterator[Placed]:
    number = 0
    with open_lines(piece) as lines:
        text = _Text(lines)
        try:
            header = next(text, "")
            for number, found in csv_records(chain([header], text), separator_of(header)):
                text.begin_row()
                yield f"row {number}", _checked(found)
        except InputError as error:
            reason = f"is not read, since the header {error}"
            yield f"row {number + 1}", BadRow(reason, cuts_off=True)
        except ValueError as error:
            reason = f"can't be read, nor what follows: the file {error}"
            yield f"row {number + 1}", BadRow(reason, cuts_off=True)


def _checked(found: Row | InputError) -> Row | BadRow:
    if isinstance(found, InputError):
        return BadRow(str(found), cuts_off=isinstance(found, RestLostError))
    is_text = _is_text("".join(map(str, chain(found, found.values()))))
    return found if is_text else BadRow("is not UTF-8")


def columns_of(piece: Piece) -> Columns:
    """Those of the header; none where it can't be read."""
    with open_lines(Piece(piece.url)) as lines:
        try:
            header = next(_Text(lines), "")
            names = next(csv.reader([header], delimiter=separator_of(header)), [])
        except (ValueError, InputError, csv.Error):
            return {}
    return dict.fromkeys(names, "string")


class CsvWriter:
    """Values that aren't text become JSON, nulls empty cells."""

    def __init__(self, suffix: str, file: IO[bytes], columns: Columns) -> None:
        self._open = ExitStack()
        self._file = self._open.enter_context(packed(suffix, file))
        separator = "\t" if suffix.startswith(".tsv") else ","
        self._columns = tuple(columns)
        self._writer = csv.writer(self, delimiter=separator, lineterminator="\n")
        self._writer.writerow(self._columns)

    def write(self, row: Row | str) -> None:
        """Of text by the library, of rows by everybody else."""
        if isinstance(row, str):
            self._file.write(row.encode("utf-8", "replace"))
        else:
            cells = [row.get(name) for name in self._columns]
            self._writer.writerow(["" if cell is None else as_text(cell) for cell in cells])

    def close(self) -> None:
        self._open.close()

    def abandon(self) -> None:
        with suppress(Exception):
            self._open.close()


class _Text:
    """Lines as text. Raises InputError for a row that is too long, however many lines it has, and
    goes on with the next row.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.begin_row()

    def begin_row(self) -> None:
        self._bytes = 0
        self._quotes = self._lines.quotes

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        with suppress(InputError):  # for a line that is too long
            line = next(self._lines)
            self._bytes += len(line)
            if self._bytes <= MAX_ROW_BYTES:
                return line.decode("utf-8", "surrogateescape")
        self._end_row()
        raise InputError(too_long())

    def _end_row(self) -> None:
        """Pass over the lines within quotes. Raises RestLostError where these have no end."""
        line: bytes | None = b""
        while (self._lines.quotes - self._quotes) % 2:
            if line is None:
                raise RestLostError(f"{too_long()}: its quotes have no end")
            with suppress(InputError):
                line = next(self._lines, None)
        self.begin_row()


def _is_text(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
