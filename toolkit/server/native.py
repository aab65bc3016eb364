"""Our own API, under /api/v1: its JSON is that of the command line."""

from typing import Any

from fastapi import APIRouter

from toolkit.server.service import Service


def router(service: Service) -> APIRouter:
    api = APIRouter(prefix="/api/v1")

    @api.get("/info")
    def info() -> dict[str, Any]:
        """Version, languages, models, limits, and what is switched on."""
        return service.info()

    return api
