"""JSON lines and CSV: a document a record, from a named text field."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import accumulate, islice
from typing import Any

from toolkit.errors import InputError, NoTextError
from toolkit.files import shortened

Record = tuple[int, dict[str, Any] | InputError]
SEPARATORS = ",;\t|"
MAX_LISTED = 20  # names of fields in a message
MAX_LEVELS = 100  # of lists and objects within each other; Python's own limit is that of its stack
STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
BRACKET = re.compile(r"[][{}]")


class RestLostError(InputError):
    """Stands for a record, and for all that would follow it."""


def json_lines(text: str) -> Iterator[Record]:
    """Each record with its number, from 1; an InputError stands for a line that is none."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, json_object(line)
        except InputError as error:
            yield number, error


def json_object(line: str) -> dict[str, Any]:
    """Raises InputError, which says why `line` is no record."""
    if _levels(line) > MAX_LEVELS:
        raise InputError(f"is nested too deeply: {MAX_LEVELS} levels are the most")
    try:
        value = json.loads(line, object_pairs_hook=_once_each, parse_constant=_refuse_constant)
    except ValueError as error:
        reason = str(error).split("; use sys.")[0]  # what Python says of huge numbers
        raise InputError(f"is not valid JSON: {reason}") from None
    if not isinstance(value, dict):
        raise InputError("is not a JSON object")
    return value


def _levels(line: str) -> int:
    """How deep lists and objects are nested; zero where they are too few for too many."""
    if line.count("[") + line.count("{") <= MAX_LEVELS:
        return 0
    brackets = BRACKET.findall(STRING.sub("", line))
    return max(accumulate(1 if each in "[{" else -1 for each in brackets))


def _refuse_constant(name: str) -> float:
    """Raises ValueError: Python reads and writes these, other programs don't."""
    raise ValueError(f"{name} is not a value of JSON")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises ValueError for a field that is there twice: one of them would be lost."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field '{twice}' is there twice")
    return fields


def csv_rows(text: str) -> Iterator[Record]:
    """Each row with its number, from 1 below the header. The separator is found by itself."""
    header = text[: text.find("\n")] if "\n" in text else text
    return csv_records(io.StringIO(text, newline=""), separator_of(header))


def separator_of(header: str) -> str:
    return max(SEPARATORS, key=header.count)


def csv_records(lines: Iterable[str], separator: str) -> Iterator[Record]:
    """Each row of `lines`, which keep their ends; an InputError that iterating them raises stands
    for the row that it breaks.
    """
    csv.field_size_limit(1 << 30)
    rows = csv.DictReader(lines, delimiter=separator, strict=True)
    try:
        names = list(rows.fieldnames or ())
    except csv.Error as error:
        yield 1, RestLostError(f"has a header that is not valid CSV, so no row is read: {error}")
        return
    if twice := [name for name, count in Counter(names).items() if name and count > 1]:
        yield 1, RestLostError(f"has two columns named '{twice[0]}', so no row is read; rename one")
        return
    # Of several columns without a name a row would keep the last.
    nameless = [f"\0{index}" for index, name in enumerate(names) if not name][:-1]
    spare = iter([*nameless, ""])
    rows.fieldnames = [name or next(spare) for name in names]
    number = 0
    while True:
        number += 1
        try:
            row = next(rows, None)
        except csv.Error as error:  # the reader goes on with the next line
            kind = RestLostError if "end of data" in str(error) else InputError
            yield number, kind(f"is not valid CSV: {error}")
            continue
        except InputError as error:
            yield number, error
            continue
        if row is None:
            return
        if any(row.pop(None, ())):  # cells beyond the header, empty ones aside
            yield number, InputError(f"has more cells than the header, which has {len(names)}")
            continue
        unnamed = [row.pop(name) for name in nameless]
        if any(unnamed):
            yield number, InputError("has a value in a column without a name, as another one is")
            continue
        yield number, dict(row)


def text_of(record: dict[str, Any], field: str) -> tuple[str, dict[str, str]]:
    """The text of a record, and its other plain fields as metadata.

    Raises NoTextError when the field is not there or holds no text, naming those that are there.
    """
    text = _value(record, field, "--text-field names the one with the text", NoTextError)
    if not isinstance(text, str) or not text.strip():
        raise NoTextError(f"has no text in its field '{field}'")
    others = {
        str(name): str(value)
        for name, value in record.items()
        if name != field and isinstance(value, str | int | float) and value != ""
    }
    return text, others


def id_of(record: dict[str, Any], field: str) -> str:
    """What the field holds that names the record.

    Raises InputError when it is not there, or holds neither text nor a whole number.
    """
    found = _value(record, field, "--id-field names the one with the id", InputError)
    key = str(found).strip() if isinstance(found, str | int) and not isinstance(found, bool) else ""
    if not key:
        raise InputError(f"has no id in its field '{field}'")
    return key


def listed(names: Collection[object]) -> str:
    """The first of them, for a message."""
    rest = f" and {len(names) - MAX_LISTED:,} more" if len(names) > MAX_LISTED else ""
    return ", ".join(shortened(str(name)) for name in islice(names, MAX_LISTED)) + rest or "none"


def _value(record: dict[str, Any], field: str, hint: str, kind: type[InputError]) -> Any:
    """Raises an error of that kind when the field is not there, naming those that are."""
    if field not in record:
        raise kind(f"has no field '{field}' (there are: {listed(record)}); {hint}")
    return record[field]
