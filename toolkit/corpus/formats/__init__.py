"""Stand-in."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    url: str
    start: int = 0
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    number: int
    reason: str
    values: Row = field(default_factory=dict)


def read_rows(piece: Piece) -> Iterator[Row | BadRow]:
    with open(piece.url, "rb") as file:
        file.seek(piece.start)
        number = 0
        while (piece.stop is None or file.tell() < piece.stop) and (line := file.readline()):
            number += 1
            try:
                value = json.loads(line)
                yield value if isinstance(value, dict) else BadRow(number, "is not a JSON object")
            except ValueError as error:
                yield BadRow(number, f"is not valid JSON: {error}")


class Writer:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, row: Row) -> None:
        self._file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")

    def close(self) -> None:
        pass


def writer(format: str, file: BinaryIO) -> Writer:
    return Writer(file)
