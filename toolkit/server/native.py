"""Our own API, under /api/v1: its JSON is that of the command line."""

from typing import Any

from fastapi import APIRouter, Request, Response

from toolkit.schema import ArticleRecord, CleaningRecord
from toolkit.server.control import Control
from toolkit.server.errors import ApiError
from toolkit.server.requests import Task, TextRequest, safe_name
from toolkit.server.service import Service

PREFIX = "/api/v1"
JSON = "application/json"


def router(service: Service) -> APIRouter:
    api = APIRouter(prefix=PREFIX, tags=["texts"])

    @api.get("/info")
    def info() -> dict[str, Any]:
        """Version, languages, models, limits, and what is switched on."""
        return service.info()

    @api.post("/clean", responses=_answers(CleaningRecord))
    async def clean(request: Request, body: TextRequest) -> Response:
        """The article of a page, and why each line was kept or dropped."""
        return await _worked(request, "clean", body)

    @api.post("/translate", responses=_answers(ArticleRecord))
    async def translate(request: Request, body: TextRequest) -> Response:
        """The article of a page, translated sentence by sentence."""
        return await _worked(request, "translate", body)

    @api.post("/summarize", responses=_answers(ArticleRecord))
    async def summarize(request: Request, body: TextRequest) -> Response:
        """A summary of a page, with what each of its statements rests on."""
        return await _worked(request, "summarize", body)

    async def _worked(request: Request, task: Task, body: TextRequest) -> Response:
        most = service.options.max_sync_chars
        if len(body.text) > most:
            raise ApiError(
                413,
                "too_long_for_sync",
                f"the text has {len(body.text):,} characters; more than {most:,} are worked on as "
                f"a job: POST {PREFIX}/jobs",
            )
        service.settings_for(body.options)  # before there is a queue to stand in
        named = body.model_copy(update={"name": safe_name(body.name)})

        def work(control: Control) -> bytes:
            return service.do(task, named, control).encode()

        return Response(await service.calls.run(request, work), media_type=JSON)

    return api


def _answers(model: type) -> dict[int | str, dict[str, Any]]:
    """For the description of the API."""
    return {200: {"model": model}}
