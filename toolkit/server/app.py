"""Puts the server together: routers, errors, and what stands around them."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from toolkit import __version__
from toolkit.errors import ToolkitError
from toolkit.server import deepl, libretranslate, native, native_jobs, native_models, page
from toolkit.server.access import Access
from toolkit.server.errors import CODES, ApiError, error_response, is_of_server
from toolkit.server.options import ServerOptions
from toolkit.server.requests import MAX_GLOSSARY_CHARS
from toolkit.server.security import Guard
from toolkit.server.service import Service

LOG = logging.getLogger("toolkit.server")
BYTES_PER_CHAR = 12  # in JSON and in forms, however it is escaped
# What FastAPI says of a body that its reader of JSON gives up on, such as a nest that is too deep.
NO_JSON = "There was an error parsing the body"
NO_OBJECT = ("missing", "model_attributes_type", "model_type")  # faults of a body as a whole
WANTED = "send a JSON object with the header Content-Type: application/json"


def create_app(service: Service, options: ServerOptions | None = None) -> FastAPI:
    """The server as an ASGI application. `options` are those of the service if not given."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        service.close()

    app = FastAPI(
        title="toolkit",
        version=__version__,
        description="French news in English, by models on this machine.",
        docs_url=None,  # these pages would come from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        telemetry={  # nothing leaves the machine, whatever the environment says
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.service = service

    # Routers, in the order in which they are asked.
    for each in (native, native_jobs, native_models, libretranslate, deepl):
        app.include_router(each.router(service))
    app.include_router(page.router())

    app.add_exception_handler(ToolkitError, _toolkit_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)

    # Middlewares, plain ASGI ones: the last that is added sees a request first.
    app.add_middleware(
        Guard,
        access=Access.of(service.options),
        max_body_bytes=service.options.max_body_bytes,
        max_text_bytes=BYTES_PER_CHAR * (service.options.max_sync_chars + MAX_GLOSSARY_CHARS),
    )
    return app


def answer(request: Request, error: Exception) -> JSONResponse:
    """`error` in the shape that clients of that path expect."""
    return error_response(request.url.path, error)


def _toolkit_error(request: Request, error: Exception) -> JSONResponse:
    if is_of_server(error):
        LOG.warning("%s", error)
    return answer(request, error)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fault = error.errors()[0]
    if fault["type"] == "json_invalid":
        return answer(request, ApiError(400, "invalid_json", f"the body is not JSON; {WANTED}"))
    if fault["loc"] == ("body",) and fault["type"] in NO_OBJECT:
        return answer(request, ApiError(422, "invalid_request", WANTED))
    place = ".".join(str(each) for each in fault["loc"][1:])
    said = fault["msg"].removeprefix("Value error, ")
    return answer(request, ApiError(422, "invalid_request", f"{place}: {said}" if place else said))


def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.detail == NO_JSON:
        return answer(request, ApiError(400, "invalid_json", "the body can't be read as JSON"))
    code = CODES.get(error.status_code, "bad_request")
    return answer(request, ApiError(error.status_code, code, str(error.detail), error.headers))
