"""Files that people may have edited, read strictly.

Every reader raises InputError that names the file and the place in it.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from toolkit.errors import InputError
from toolkit.files import read_whole, sha256_of

T = TypeVar("T")
Sha256 = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class Entry(BaseModel):
    """What stands in a file of JSON that the toolkit wrote."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def read_json(path: Path, kind: type[T]) -> T:
    return parse_json(str(path), read_whole(path), kind)


def read_json_lines(path: Path, kind: type[T], *, digest: str | None = None) -> list[T]:
    """A value a line. `digest` is what the file's sha256 must be, if that is known."""
    data = read_whole(path)
    if digest not in (None, found := sha256_of(data)):
        raise InputError(
            f"{path}: has changed since the run ({digest[:19]}… is recorded, {found[:19]}… is "
            "there); put the file back, or run anew"
        )
    return [
        parse_json(f"{path}:{number}", line, kind)
        for number, line in enumerate(data.split(b"\n"), start=1)
        if line
    ]


def parse_json(place: str, data: bytes | str, kind: type[T]) -> T:
    try:
        return TypeAdapter(kind).validate_json(data)
    except ValidationError as error:
        raise InputError(f"{place}: {fault_of(error)}") from error


def read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_whole(path).decode("utf-8"))
    except RecursionError as error:
        raise InputError(f"{path}: is nested too deeply") from error
    except ValueError as error:  # of TOML, of UTF-8, and of numbers with thousands of digits
        raise InputError(f"{path}: {error}") from error


def fault_of(error: ValidationError) -> str:
    """The first thing that is wrong, with its place."""
    fault = error.errors(include_url=False)[0]
    if fault["type"] == "json_invalid":
        return f"is not JSON: {fault['ctx']['error']}"
    if fault["type"] == "model_type" and not fault["loc"]:
        return "is not a JSON object"
    place = ".".join(map(str, fault["loc"]))
    message = fault["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
