"""Jobs of our own API: begun, watched, ended, edited and taken away."""

import json
from typing import Annotated, Any

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from toolkit.server import events, exports, records
from toolkit.server.clients import client_of, owner_of
from toolkit.server.errors import ApiError
from toolkit.server.history import Job
from toolkit.server.native import PREFIX
from toolkit.server.requests import Edit, JobRequest, Source, safe_name
from toolkit.server.service import Service
from toolkit.server.work import source_of

MAX_FILES = 100
RESULTS_AT_ONCE = 2  # that are parsed, each of which may take 200 MB
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": JobRequest.model_json_schema(ref_template="#/components/schemas/{model}")
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files", "request"],
                "properties": {
                    "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    "request": {"type": "string", "description": "the same JSON without text"},
                },
            }
        },
    },
}
BODY["content"]["application/json"]["schema"].pop("$defs", None)


def router(service: Service) -> APIRouter:
    api = APIRouter(prefix=f"{PREFIX}/jobs", tags=["jobs"])
    jobs, history = service.jobs, service.history
    few = CapacityLimiter(RESULTS_AT_ONCE)

    @api.post("", status_code=202, openapi_extra={"requestBody": BODY})
    async def begin(request: Request) -> JSONResponse:
        """Begin a job about a text, an address, or each of several files."""
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            asked, files = await _form(request, service.options.max_file_bytes)
        else:
            asked, files = await _asked(await request.body()), []
            if asked.text is None and asked.url is None:
                raise ApiError(422, "invalid_request", "give a text or a url")
        if asked.url is not None:
            service.refuse_address()
        if asked.text and len(asked.text) > (most := 10 * service.settings.max_document_chars):
            raise ApiError(413, "too_long", f"the text is over the limit of {most:,} characters")
        return await run_in_threadpool(_begun, request, asked, files)

    def _begun(request: Request, asked: JobRequest, files: list[tuple[str, bytes]]) -> JSONResponse:
        service.settings_for(asked.options)

        def job(name: str | None, source: Source) -> Job:
            return Job(
                owner=owner_of(request),
                client=client_of(request),
                task=asked.task,
                name=safe_name(name),
                source=source,
                options=asked.options.given(),
            )

        if files:
            given = [(job(name, "file"), data) for name, data in files]
            return JSONResponse({"jobs": [jobs.view(each) for each in jobs.add_all(given)]}, 202)
        source = "url" if asked.url else source_of(asked.is_html)
        begun = jobs.add(
            job(asked.name or asked.url, source), (asked.url or asked.text or "").encode()
        )
        return JSONResponse(jobs.view(begun), 202)

    @api.get("")
    def page(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        before: str | None = None,
    ) -> JSONResponse:
        """The newest jobs, without their results; `before` is the id of the last one of a page."""
        found = history.page(owner_of(request), limit=limit, before=before)
        return JSONResponse([jobs.view(job) for job in found])

    @api.delete("")
    def clear(request: Request) -> JSONResponse:
        """Remove what is finished from the history."""
        return JSONResponse({"removed": history.clear(owner_of(request))})

    @api.get("/{job_id}")
    async def one(request: Request, job_id: str) -> Response:
        """A job, with its result when it is done."""
        return await run_sync(_one, request, job_id, limiter=few)

    def _one(request: Request, job_id: str) -> Response:
        job = history.find(job_id, owner_of(request))
        view = jobs.view(job)
        if job.state == "done" and (result := history.result(job_id)):
            view["result"] = records.with_edits(json.loads(result), history.edits(job_id))
        return JSONResponse(view)

    @api.delete("/{job_id}")
    def end(request: Request, job_id: str) -> JSONResponse:
        """Cancel a job that waits or runs; remove one that is finished."""
        job = history.find(job_id, owner_of(request))
        if job.is_finished:
            history.remove(job_id)
            return JSONResponse({"removed": 1})
        jobs.end(job)
        return JSONResponse(jobs.view(history.find(job_id)))

    @api.post("/{job_id}/cancel")
    def cancel(request: Request, job_id: str) -> JSONResponse:
        """Cancel a job that waits or runs; one that is finished meanwhile stays as it is."""
        job = history.find(job_id, owner_of(request))
        if not job.is_finished:
            jobs.end(job)
        return JSONResponse(jobs.view(history.find(job_id)))

    @api.get("/{job_id}/events", response_class=StreamingResponse)
    async def watch(request: Request, job_id: str) -> StreamingResponse:
        """Server-sent events: `progress` whenever something changes, then `end`."""
        job = await run_in_threadpool(history.find, job_id, owner_of(request))
        stream = events.events(request, jobs, job, is_stopping=service.stopping.is_set)
        return StreamingResponse(stream, media_type="text/event-stream", headers=events.HEADERS)

    @api.get("/{job_id}/export", response_class=Response)
    async def export(
        request: Request, job_id: str, form: Annotated[str, Query(alias="format")]
    ) -> Response:
        """The result as a file: txt, md, html, docx, tmx or json."""
        return await run_sync(_export, request, job_id, form, limiter=few)

    def _export(request: Request, job_id: str, form: str) -> Response:
        job = history.find(job_id, owner_of(request))
        made = exports.export(
            job, _result(job), form, own=service.settings, edits=history.edits(job_id)
        )
        return Response(made.content, media_type=made.media_type, headers=made.headers)

    @api.put("/{job_id}/segments/{number}")
    def edit(request: Request, job_id: str, number: str, body: Edit) -> JSONResponse:
        """Put another translation into the place of a sentence's; numbers are from 1, those of
        titles title-1 and so on.
        """
        return _edited(request, job_id, number, body.target)

    @api.delete("/{job_id}/segments/{number}")
    def undo(request: Request, job_id: str, number: str) -> JSONResponse:
        """Go back to the model's translation of a sentence."""
        return _edited(request, job_id, number, None)

    def _edited(request: Request, job_id: str, number: str, text: str | None) -> JSONResponse:
        job = history.find(job_id, owner_of(request))
        segment = records.segment_of(_result(job), number)
        history.edit(job_id, number, text)
        return JSONResponse(segment if text is None else {**segment, "edited": text})

    def _result(job: Job) -> dict[str, Any]:
        result = history.result(job.id) if job.state == "done" else None
        if result is None:
            raise ApiError(
                409, "no_result", f"the job is {jobs.view(job)['state']}; it has no result"
            )
        record: dict[str, Any] = json.loads(result)
        return record

    return api


async def _form(request: Request, max_bytes: int) -> tuple[JobRequest, list[tuple[str, bytes]]]:
    """What is asked for, and the names and contents of the files."""
    async with request.form(max_files=MAX_FILES, max_fields=10, max_part_size=1_000_000) as form:
        asked = form.get("request")
        if not isinstance(asked, str):
            raise ApiError(422, "invalid_request", "the form lacks the field request, of JSON")
        files = []
        for each in (*form.getlist("files"), *form.getlist("files[]")):
            if not isinstance(each, UploadFile):
                raise ApiError(422, "invalid_request", "the field files holds something else")
            name = safe_name(each.filename)
            data = await each.read(max_bytes + 1)
            if len(data) > max_bytes:
                most = f"{max_bytes / 1e6:,.0f} MB"
                raise ApiError(413, "too_large", f"{name}: is over the limit of {most}")
            files.append((name, data))
    if not files:
        raise ApiError(422, "invalid_request", "the form lacks files")
    parsed = await _asked(asked.encode())
    if parsed.text is not None or parsed.url is not None:
        raise ApiError(422, "invalid_request", "give files, a text or a url, not several of them")
    return parsed, files


async def _asked(body: bytes) -> JobRequest:
    try:
        return await run_in_threadpool(JobRequest.model_validate_json, body)
    except ValidationError as error:
        faults = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(faults) from None
