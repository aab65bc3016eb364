"""JSON lines: an object a line."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import IO

from toolkit.corpus.formats.base import BadRow, Piece, Placed, Row, as_json, suffix_of
from toolkit.corpus.formats.lines import Lines, open_lines, packed
from toolkit.errors import InputError
from toolkit.reading.records import json_object


def read_rows(piece: Piece) -> Iterator[Placed]:
    unpacked = " when unpacked" if suffix_of(piece.url).count(".") > 1 else ""
    with open_lines(piece) as lines:
        while (found := _next(lines)) is not None:
            yield f"row at byte {lines.begin}{unpacked}", found


def _next(lines: Lines) -> Row | BadRow | None:
    """None at the end."""
    try:
        line = next((line for line in lines if not line.isspace()), None)
        return None if line is None else json_object(line.decode("utf-8"))
    except InputError as error:
        return BadRow(str(error))
    except UnicodeDecodeError:
        return BadRow("is not UTF-8")
    except ValueError as error:
        return BadRow(f"can't be read, nor what follows: the file {error}", cuts_off=True)


class JsonLinesWriter:
    def __init__(self, suffix: str, file: IO[bytes]) -> None:
        self._open = ExitStack()
        self._file = self._open.enter_context(packed(suffix, file))

    def write(self, row: Row) -> None:
        self._file.write(f"{as_json(row)}\n".encode())

    def close(self) -> None:
        self._open.close()

    def abandon(self) -> None:
        with suppress(Exception):
            self._open.close()
