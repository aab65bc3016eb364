"""Errors in the answers of the server: what went wrong, as a code for programs and in plain words.

Each API has its own shape for them; `shape_of` is the one place that knows which.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import JSONResponse

from toolkit.errors import (
    InputError,
    LanguageError,
    ModelDamagedError,
    ModelError,
    ModelMissingError,
    OutputError,
    StoreError,
    ToolkitError,
    TooLongError,
    UsageError,
)


class DiskFullError(StoreError):
    """There is no room for what is to be kept."""


# The first that an error is of says status and code.
KINDS: tuple[tuple[type[ToolkitError], int, str], ...] = (
    (UsageError, 400, "bad_request"),
    (LanguageError, 422, "wrong_language"),
    (TooLongError, 413, "too_long"),
    (InputError, 422, "unusable_input"),
    (ModelMissingError, 503, "model_missing"),
    (ModelDamagedError, 500, "model_damaged"),
    (ModelError, 500, "model_failed"),
    (DiskFullError, 507, "disk_full"),
    (StoreError, 500, "store_failed"),
    (OutputError, 507, "disk_full"),
)
# What messages have people type, and what clients of the server do instead.
INSTEAD = {"`toolkit clean --explain` shows why": "the option cleaned takes it as it is"}
# Folders of the server, before the name of a file in one of them.
FOLDERS = re.compile(r"(?<![\w:/\\])(?:[A-Za-z]:)?[/\\](?:[^/\\\n;:'\"]+[/\\])+")
CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class ApiError(ToolkitError):
    """An error with its HTTP status, a code in snake case, and headers of the answer."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code = status, code
        self.headers = dict(headers or {})


def api_error(error: BaseException) -> ApiError:
    """What clients are told of `error`; of one that nobody foresaw, only that it is a bug."""
    if isinstance(error, ApiError):
        return error
    for kind, status, code in KINDS:
        if isinstance(error, kind):
            return ApiError(status, code, _for_clients(str(error), status))
    return ApiError(500, "internal_error", f"this is a bug of the server: {type(error).__name__}")


def is_of_server(error: BaseException) -> bool:
    """Whether whoever runs the server has to do something about a ToolkitError."""
    return not isinstance(error, ApiError) and api_error(error).status in (500, 507)


def _for_clients(message: str, status: int) -> str:
    for words, others in INSTEAD.items():
        message = message.replace(words, others)
    return FOLDERS.sub("", message) if status >= 500 else message


Shape = Callable[[ApiError], tuple[int, dict[str, Any]]]
# What clients of other APIs expect in place of ours.
STATUSES = {401: 403, 422: 400}


def error_record(error: ApiError) -> dict[str, str]:
    """As our own API has it, and the history."""
    return {"code": error.code, "message": str(error)}


def native(error: ApiError) -> tuple[int, dict[str, Any]]:
    return error.status, {"error": error_record(error)}


def libretranslate(error: ApiError) -> tuple[int, dict[str, Any]]:
    return STATUSES.get(error.status, error.status), {"error": str(error)}


def deepl(error: ApiError) -> tuple[int, dict[str, Any]]:
    return STATUSES.get(error.status, error.status), {"message": str(error)}


# By the beginning of a path, the first that fits.
SHAPES: tuple[tuple[str, Shape], ...] = (
    ("/v2/", deepl),
    *(
        (f"/{path}", libretranslate)
        for path in ("translate", "detect", "languages", "download_file/", "suggest", "frontend/")
    ),
    ("/", native),
)


def shape_of(path: str) -> Shape:
    """Status and JSON of an error of that path."""
    return next(shape for start, shape in SHAPES if path.startswith(start))


def error_response(path: str, error: Exception) -> JSONResponse:
    """What clients of `path` are told of `error`."""
    told = api_error(error)
    status, body = shape_of(path)(told)
    return JSONResponse(body, status, told.headers)
