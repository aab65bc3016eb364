"""The API of LibreTranslate, for clients that speak it: its fields, its answers, its errors."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from toolkit.errors import InputError
from toolkit.languages import LANGUAGES
from toolkit.languages.identification import IdentifiedLanguage, language_name
from toolkit.reading import decode
from toolkit.reading.html import decode_html
from toolkit.server.control import Control
from toolkit.server.detection import detected
from toolkit.server.downloads import Downloads
from toolkit.server.errors import ApiError
from toolkit.server.exports import MEDIA_TYPES, Export
from toolkit.server.fields import UploadedFile, fields_of, text_field
from toolkit.server.requests import safe_name
from toolkit.server.service import Service
from toolkit.server.texts import Format, TextsRequest, TranslatedText, translate_texts
from toolkit.settings import AUTO
from toolkit.text import printable

INVALID = "Invalid request: "
FORMATS = ("text", "html")
MAX_TEXTS = 1000
MAX_ALTERNATIVES = 4  # for which five beams are searched
FILES: dict[str, Format] = {".txt": "text", ".html": "html", ".htm": "html", ".md": "markdown"}
FRONTEND_TIMEOUT_MS = 500  # after the last key, before a text is sent


def router(service: Service) -> APIRouter:
    api = APIRouter(include_in_schema=False)  # described by its makers
    options = service.options
    downloads = Downloads()

    @api.post("/translate")
    async def translate(request: Request) -> JSONResponse:
        fields = await fields_of(request)
        many = isinstance(fields.get("q"), list)
        asked = _asked(fields, options.max_sync_chars)
        found = await service.calls.run(request, lambda control: _answers(asked, control))
        told: dict[str, Any] = {"translatedText": [each.text for each in found]}
        if asked.source == AUTO:
            told["detectedLanguage"] = [_language(each.language) for each in found]
        if asked.alternatives:
            told["alternatives"] = [each.alternatives for each in found]
        return JSONResponse(told if many else {name: each[0] for name, each in told.items()})

    @api.post("/detect")
    async def detect(request: Request) -> JSONResponse:
        text = "\n".join(_texts(await fields_of(request), options.max_sync_chars))
        found = await run_in_threadpool(detected, text)
        return JSONResponse([_language(each) for each in found])

    @api.get("/languages")
    def languages() -> list[dict[str, Any]]:
        return [
            {"code": code, "name": language.name, "targets": sorted(LANGUAGES)}
            for code, language in LANGUAGES.items()
        ]

    @api.post("/translate_file")
    async def translate_file(request: Request) -> JSONResponse:
        fields = await fields_of(request, max_files=1)
        file = fields.get("file")
        if not isinstance(file, UploadedFile):
            raise _invalid("missing file parameter")
        source, target = _languages(fields)
        name = safe_name(file.name)
        suffix = PurePath(name).suffix.lower()
        if suffix not in FILES:
            raise _invalid(f"file format not supported (there are: {', '.join(FILES)})")
        if len(file.data) > options.max_file_bytes:
            raise ApiError(413, "too_large", f"the file is over {options.max_file_bytes:,} bytes")

        def work(control: Control) -> Export:
            read = decode_html if FILES[suffix] == "html" else decode
            try:
                text, encoding = read(file.data)
            except InputError as error:
                raise _invalid(f"file {error}") from None
            _refuse_long([text], options.max_sync_chars)
            asked = TextsRequest(texts=[text], source=source, target=target, form=FILES[suffix])
            (found,) = _answers(asked, control)
            return _file(name, target, found.text, FILES[suffix], encoding)

        token = downloads.add(await service.calls.run(request, work))
        return JSONResponse({"translatedFileUrl": f"{request.base_url}download_file/{token}"})

    @api.get("/download_file/{token}")
    def download_file(token: str) -> Response:
        made = downloads.find(token)
        return Response(made.content, media_type=made.media_type, headers=made.headers)

    @api.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @api.get("/frontend/settings")
    def settings() -> dict[str, Any]:
        with_keys = options.api_keys is not None
        return {
            "charLimit": options.max_sync_chars,
            "frontendTimeout": FRONTEND_TIMEOUT_MS,
            "apiKeys": with_keys,
            "keyRequired": with_keys,
            "suggestions": False,
            "filesTranslation": True,
            "supportedFilesFormat": [*FILES],
            "language": {
                "source": {"code": AUTO, "name": "Auto Detect"},
                "target": {
                    "code": service.settings.target_language,
                    "name": language_name(service.settings.target_language),
                },
            },
        }

    @api.post("/suggest")
    def suggest() -> Response:
        raise ApiError(403, "no_suggestions", "Suggestions are disabled on this server.")

    def _answers(asked: TextsRequest, control: Control) -> list[TranslatedText]:
        return translate_texts(service, asked, control)

    return api


def _asked(fields: dict[str, Any], most: int) -> TextsRequest:
    texts = _texts(fields, most)
    source, target = _languages(fields)
    form = text_field(fields, "format") or FORMATS[0]
    if form not in FORMATS:
        raise ApiError(400, "unknown_format", f"{_short(form)} format is not supported")
    return TextsRequest(
        texts=texts,
        source=source,
        target=target,
        form="html" if form == "html" else "text",
        alternatives=_alternatives(fields.get("alternatives", 0)),
    )


def _texts(fields: dict[str, Any], most: int) -> Sequence[str]:
    given = fields.get("q")
    if not given:
        raise _invalid("missing q parameter")
    texts = given if isinstance(given, list) else [given]
    if not all(isinstance(text, str) for text in texts):
        raise _invalid("q parameter must be a text or a list of texts")
    if len(texts) > MAX_TEXTS:
        raise _invalid(f"request ({len(texts)}) exceeds batch limit ({MAX_TEXTS})")
    _refuse_long(texts, most)
    return texts


def _refuse_long(texts: Sequence[str], most: int) -> None:
    size = sum(map(len, texts))
    if size > most:
        raise _invalid(f"request ({size}) exceeds text limit ({most})")


def _languages(fields: dict[str, Any]) -> tuple[str, str]:
    found = []
    for name, known in (("source", (AUTO, *LANGUAGES)), ("target", (*LANGUAGES,))):
        code = text_field(fields, name).lower()
        if not code:
            raise _invalid(f"missing {name} parameter")
        if code not in known:
            raise ApiError(400, "unknown_language", f"{_short(code)} is not supported")
        found.append(code)
    return found[0], found[1]


def _alternatives(given: Any) -> int:
    try:
        number = max(0, int(given))
    except (ValueError, TypeError, OverflowError):
        raise _invalid("alternatives parameter is not a number") from None
    if number > MAX_ALTERNATIVES:
        raise _invalid(f"alternatives parameter must be <= {MAX_ALTERNATIVES}")
    return number


def _invalid(message: str) -> ApiError:
    return ApiError(400, "invalid_request", INVALID + message)


def _short(value: str) -> str:
    return printable(value[:40])


def _language(found: IdentifiedLanguage) -> dict[str, Any]:
    return {"confidence": round(100 * found.confidence, 1), "language": found.code}


def _file(name: str, target: str, text: str, form: Format, encoding: str) -> Export:
    """In the encoding that a page says it is in; other files in UTF-8."""
    path = PurePath(name)
    if form == "html":
        codec = encoding.partition(" ")[0]  # of a mixture the first
        content = text.encode(codec, "xmlcharrefreplace")
        media_type = "text/html"
    else:
        content = text.encode()
        media_type = MEDIA_TYPES["md" if form == "markdown" else "txt"]
    return Export(f"{path.stem}.{target}{path.suffix}", media_type, content)
