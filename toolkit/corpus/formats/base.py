"""What rows are made of, whatever the format."""

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Protocol

from toolkit.corpus.formats.arrow import ArrowValue
from toolkit.reading.packed import UNPACKERS

Row = dict[str, Any]
# A column's type: one of PLAIN_TYPES, or a Field of Arrow.
Columns = Mapping[str, Any]
PLAIN_TYPES = frozenset({"bool", "int64", "double", "string"})
FORMATS = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".tsv": "csv",
}
MAX_ROW_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file: the lines that begin in these bytes of JSON lines, or these row groups of
    Parquet; without `stop` all from `start` on.
    """

    url: str
    start: int = 0
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """Stands where a row couldn't be read. `reason` goes on after "row 7", as in "is not valid
    JSON". Where it `cuts_off` the piece, nobody knows how many rows would follow.
    """

    reason: str
    values: Row = field(default_factory=dict)
    cuts_off: bool = False


# What was read, and where in its file a user finds it, as in "row 7".
Placed = tuple[str, Row | BadRow]


class RowWriter(Protocol):
    """The file that it writes to is opened and closed by others."""

    def write(self, row: Row) -> None: ...

    def close(self) -> None:
        """Write what is outstanding."""

    def abandon(self) -> None:
        """Let go of everything; what was written is of no use."""


def suffix_of(name: str) -> str:
    """`.jsonl.gz` of `a.jsonl.gz`, in lower case; none where rows can't be read from it."""
    if name.startswith(("http://", "https://")):
        name = name.partition("?")[0]
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes]
    if suffixes and suffixes[-1] in FORMATS:
        return suffixes[-1]
    is_packed = len(suffixes) > 1 and suffixes[-1] in UNPACKERS
    if is_packed and FORMATS.get(suffixes[-2]) in ("csv", "jsonl"):
        return suffixes[-2] + suffixes[-1]
    return ""


def too_long(max_bytes: int = MAX_ROW_BYTES) -> str:
    return f"is longer than {max_bytes / 1e6:g} MB, the most for one row"


def as_text(value: Any) -> str:
    """For a column of text: as it is, or as JSON where that is no text; no null."""
    plain = value if isinstance(value, str | int | float | list | dict) else _plain(value)
    if isinstance(plain, float):
        return json.dumps(plain)  # which has a word for what is no number too
    return plain if isinstance(plain, str) else as_json(plain)


def as_json(value: Any) -> str:
    """As valid JSON in UTF-8: bytes in base64, no number as null, what else Arrow has as
    `ArrowValue.plain` says.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)
        text.encode("utf-8")
    except UnicodeEncodeError:  # half a character, which JSON can only name
        return json.dumps(value, allow_nan=False, default=_plain)
    except ValueError:
        return as_json(_finite(value))
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, ArrowValue):
        return value.plain()
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else str(value)


def _finite(value: Any) -> Any:
    if isinstance(value, ArrowValue):
        return _finite(value.plain())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value
