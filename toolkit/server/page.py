"""The page: files beside this module, which load nothing from elsewhere."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).with_name("static")


def router() -> APIRouter:
    page = APIRouter(include_in_schema=False)

    @page.api_route("/", methods=["GET", "HEAD"])
    def index() -> FileResponse:
        return FileResponse(FOLDER / "index.html")

    page.mount("/static", StaticFiles(directory=FOLDER), name="static")
    return page
