"""The fields of a request as clients of other APIs send them: as JSON, or as a form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request

from toolkit.server.errors import ApiError
from toolkit.server.security import admission_of

INVALID_JSON = "Invalid JSON format"
MAX_FIELDS = 2000
MAX_PART_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """`name` is what the client calls it."""

    name: str
    data: bytes


async def fields_of(request: Request, *, max_files: int = 0) -> dict[str, Any]:
    """Each field with its value, a list of values where a form has it several times. An API key
    among them counts as one of the headers would.

    Raises ApiError for what is neither JSON nor a form, and for who lacks a key that is needed.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        fields = await run_in_threadpool(_of_json, await request.body())
    else:
        fields = await _of_form(request, max_files)
    key = fields.get("api_key")
    request.state.admission = admission_of(request).with_key(key if isinstance(key, str) else "")
    return fields


def _of_json(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise ApiError(400, "invalid_json", INVALID_JSON)
    return fields


async def _of_form(request: Request, max_files: int) -> dict[str, Any]:
    limits = {"max_files": max_files, "max_fields": MAX_FIELDS, "max_part_size": MAX_PART_BYTES}
    fields: dict[str, list[Any]] = {}
    async with request.form(**limits) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                found: Any = UploadedFile(value.filename or "", await value.read())
            else:
                found = value
            fields.setdefault(name, []).append(found)
    return {name: values if len(values) > 1 else values[0] for name, values in fields.items()}


def text_field(fields: Mapping[str, Any], name: str) -> str:
    """A field that is one text, empty where it is missing or something else."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""
