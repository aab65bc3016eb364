"""The user's file of entries of the catalogue, as `toolkit models add` writes it."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toolkit.errors import UsageError
from toolkit.files import MAX_TOML_BYTES, read_whole, write_atomically
from toolkit.models.catalogue import ID, OTHER_NAMES, catalogue, own_file, parse_own


def refuse_id(name: str) -> None:
    """Raises UsageError for the id of another model, and for what can't be one."""
    if name in catalogue() or name in OTHER_NAMES:
        raise UsageError(f"there is a model '{name}' already; choose another id")
    if not re.fullmatch(ID, name):
        raise UsageError(f"'{name}' is no id: small letters, digits, dots and hyphens make one")


def add(entry: Mapping[str, Any]) -> Path:
    """Write `entry` to the end of the user's file, and return that.

    Raises UsageError for an id that is taken or none, and for what TOML can't hold.
    """
    refuse_id(entry["id"])
    path = own_file()
    before = read_whole(path).decode("utf-8") if os.path.lexists(path) else ""
    text = f"{before.rstrip()}\n\n{as_toml(entry)}".lstrip("\n")
    try:
        if len(text.encode()) > MAX_TOML_BYTES:
            raise UsageError(f"the entry can't be written to {path}: it would be too large")
        values = tomllib.loads(text)
    except UnicodeEncodeError as error:
        lone = ascii(error.object[error.start])
        raise UsageError(
            f"the entry can't be written to {path}: it holds {lone}, which is half a character"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"the entry can't be written to {path}: {error}") from error
    parse_own(values, path, taken=())
    write_atomically(Path(os.path.realpath(path)), text)
    return path


def as_toml(entry: Mapping[str, Any]) -> str:
    """One entry, with its files and sources in tables of their own."""
    tables = {name: entry[name] for name in ("files", "sources")}
    lines = ["[[model]]", *_lines({key: entry[key] for key in entry if key not in tables})]
    for name, rows in tables.items():
        for row in rows:
            lines += ["", f"[[model.{name}]]", *_lines(row)]
    return "\n".join(lines) + "\n"


def _lines(fields: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in fields.items()]


def _value(value: Any) -> str:
    """Strings, numbers and lists of TOML are mostly those of JSON."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(_lines(value))} }}"
    return json.dumps(value, ensure_ascii=False)
