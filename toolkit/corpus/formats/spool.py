"""Rows kept on disk until all columns of them are known."""

import pickle
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from toolkit.corpus.formats.base import Columns, Row, RowWriter, as_json
from toolkit.corpus.trying import spooling

MAX_INT64 = 2**63 - 1
MAX_EXACT = 2**53  # up to which a double tells every whole number from the next
LARGE = "large"  # beside int64: a number that no double holds


class Spool:
    """Writes nothing before `close`; then what `make` gives for the columns that were found.

    Whole numbers, numbers, truth values and text keep their types where a column has only one;
    everything else becomes text. Columns of `last` are known and come last.
    """

    def __init__(self, make: Callable[[Columns], RowWriter], last: Columns) -> None:
        self._make, self._last = make, last
        self._kinds: dict[str, set[str]] = {}
        self._file = spooling(tempfile.TemporaryFile)

    def write(self, row: Row) -> None:
        plain = {name: _plain(value) for name, value in row.items()}
        for name, value in plain.items():
            if name not in self._last:
                self._kinds.setdefault(name, set()).update(_kind_of(value))
        spooling(lambda: pickle.dump(plain, self._file))

    def close(self) -> None:
        spooling(lambda: self._file.seek(0))
        found = {name: _type_of(kinds) for name, kinds in self._kinds.items()}
        writer = self._make({**found, **self._last})
        try:
            for row in self._rows():
                writer.write(row)
            writer.close()
        except BaseException:
            writer.abandon()
            raise
        self._file.close()

    def abandon(self) -> None:
        with suppress(OSError):  # it tries again to write what found no room
            self._file.close()

    def _rows(self) -> Iterator[Row]:
        while True:
            try:
                yield pickle.load(self._file)
            except EOFError:
                return


def _plain(value: Any) -> Any:
    """Lists and objects as the text that they become."""
    return as_json(value) if isinstance(value, list | dict) else value


def _kind_of(value: Any) -> set[str]:
    if value is None:
        return set()
    if isinstance(value, bool):
        return {"bool"}
    if isinstance(value, int):
        if abs(value) <= MAX_INT64:
            return {"int64"} if abs(value) <= MAX_EXACT else {"int64", LARGE}
        return {"string"}
    return {"double" if isinstance(value, float) else "string"}


def _type_of(kinds: set[str]) -> str:
    if kinds == {"int64", "double"}:
        return "double"
    only = kinds - {LARGE}
    return only.pop() if len(only) == 1 else "string"
