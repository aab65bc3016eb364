"""JSON lines: an object a line."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import IO

from toolkit.corpus.formats.base import BadRow, Piece, Row, as_json
from toolkit.corpus.formats.lines import open_lines, packed
from toolkit.errors import InputError
from toolkit.reading.records import json_object


def read_rows(piece: Piece) -> Iterator[Row | BadRow]:
    number = 0
    with open_lines(piece) as lines:
        while True:
            number += 1
            try:
                line = next(lines, None)
                if line is None:
                    return
                if line.isspace():
                    number -= 1
                    continue
                yield json_object(line.decode("utf-8"))
            except InputError as error:
                yield BadRow(number, str(error))
            except UnicodeDecodeError:
                yield BadRow(number, "is not UTF-8")
            except ValueError as error:
                reason = f"can't be read, nor what follows: the file {error}"
                yield BadRow(number, reason, cuts_off=True)


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
