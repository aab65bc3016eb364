"""Models of our own API: which there are, and having one pulled."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from toolkit.server.clients import client_of, is_trusted, owner_of
from toolkit.server.errors import ApiError
from toolkit.server.history import Job
from toolkit.server.models import listed, refuse_unpullable
from toolkit.server.native import PREFIX
from toolkit.server.service import Service


def router(service: Service) -> APIRouter:
    api = APIRouter(prefix=f"{PREFIX}/models", tags=["models"])

    @api.get("")
    def models() -> JSONResponse:
        """Every model of the catalogue, and whether it is here and in use."""
        in_use = {each for each in service.models().values() if each}
        return JSONResponse(listed(service.settings, in_use))

    @api.post("/{model_id}/pull", status_code=202)
    def pull(request: Request, model_id: str) -> JSONResponse:
        """Begin a job that installs a model; its progress is in bytes."""
        if not is_trusted(request):
            raise ApiError(403, "forbidden", "only this machine, or an API key, may pull models")
        refuse_unpullable(model_id, service.settings)
        for job in service.history.unfinished():
            if (job.task, job.name, job.owner) == ("pull", model_id, owner_of(request)):
                return JSONResponse(service.jobs.view(job), 202)
        job = Job(
            owner=owner_of(request),
            client=client_of(request),
            task="pull",
            name=model_id,
            source="model",
        )
        service.jobs.add(job, b"")
        return JSONResponse(service.jobs.view(job), 202)

    return api
