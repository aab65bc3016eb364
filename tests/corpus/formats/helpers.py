from pathlib import Path

from toolkit.corpus.formats import BadRow, Piece, Row, read_rows, writer
from toolkit.corpus.storage import Storage


def read(path: Path, start: int = 0, stop: int | None = None) -> list[Row | BadRow]:
    return [row for _, row in read_rows(Piece(str(path), start, stop))]


def read_data(folder: Path, name: str, data: bytes) -> list[Row | BadRow]:
    path = folder / name
    path.write_bytes(data)
    return read(path)


def bad(rows: list[Row | BadRow]) -> list[tuple[int, str]]:
    """The place in the list and the reason of each row that couldn't be read."""
    return [(place, row.reason) for place, row in enumerate(rows) if isinstance(row, BadRow)]


def write(path: Path, rows: list[Row], *, carried=None, own=None, suffix: str = "") -> bytes:
    suffix = suffix or "".join(path.suffixes)
    with (
        Storage.of(str(path)).write() as file,
        writer(suffix, file, carried=carried, own=own or {}) as writing,
    ):
        for row in rows:
            writing.write(row)
    return path.read_bytes()
