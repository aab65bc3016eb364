"""The API of DeepL, as far as it translates texts, for clients that speak it."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from toolkit.languages import LANGUAGES
from toolkit.server.errors import ApiError
from toolkit.server.fields import fields_of, text_field
from toolkit.server.service import Service
from toolkit.server.texts import TextsRequest, translate_texts
from toolkit.settings import AUTO
from toolkit.text import printable

MAX_TEXTS = 1000
UNLIMITED = 1_000_000_000_000  # as DeepL has it where there is no limit
# English that is told apart is translated to alike.
VARIANTS = {"EN-GB": "en", "EN-US": "en"}
TARGETS = {**VARIANTS, "FR": "fr"}
NAMES = {"EN-GB": "English (British)", "EN-US": "English (American)"}
# What would change a translation, and can't.
UNSUPPORTED = (
    "glossary_id",
    "glossary_ids",
    "style_id",
    "translation_memory_id",
    "custom_instructions",
    "ignore_tags",
)
FORMALITIES = ("", "default", "prefer_more", "prefer_less")
YES = (True, "1", "true", "True")


def router(service: Service) -> APIRouter:
    api = APIRouter(prefix="/v2", include_in_schema=False)  # described by its makers
    translated = 0  # characters, since the server started

    @api.post("/translate")
    async def translate(request: Request) -> JSONResponse:
        nonlocal translated
        fields = await fields_of(request)
        asked = _asked(fields, service.options.max_sync_chars)
        found = await service.calls.run(
            request, lambda control: translate_texts(service, asked, control)
        )
        translated += sum(map(len, asked.texts))
        billed = fields.get("show_billed_characters") in YES
        answers = [
            {
                "detected_source_language": each.language.code.upper(),
                "text": each.text,
                **({"billed_characters": len(text)} if billed else {}),
            }
            for text, each in zip(asked.texts, found, strict=True)
        ]
        return JSONResponse({"translations": answers})

    @api.get("/usage")
    def usage() -> dict[str, int]:
        return {"character_count": translated, "character_limit": UNLIMITED}

    @api.get("/languages")
    async def languages(request: Request) -> list[dict[str, Any]]:
        # One client sends the type as a form though it gets something.
        fields = {**await fields_of(request), **request.query_params}
        if text_field(fields, "type") == "target":
            codes = {code: NAMES.get(code, LANGUAGES[own].name) for code, own in TARGETS.items()}
            return [
                {"language": code, "name": name, "supports_formality": False}
                for code, name in codes.items()
            ]
        return [{"language": code.upper(), "name": each.name} for code, each in LANGUAGES.items()]

    @api.get("/glossaries")
    def glossaries() -> dict[str, list[Any]]:
        return {"glossaries": []}

    @api.get("/glossary-language-pairs")
    def pairs() -> dict[str, list[Any]]:
        return {"supported_languages": []}

    return api


def _asked(fields: Mapping[str, Any], most: int) -> TextsRequest:
    for name in UNSUPPORTED:
        if fields.get(name):
            raise _invalid(f"'{name}' is not supported by this server")
    if text_field(fields, "formality") not in FORMALITIES:
        raise _invalid("'formality' is not supported by this server")
    handling = text_field(fields, "tag_handling")
    if handling not in ("", "html"):
        raise _invalid("Value for 'tag_handling' not supported: this server knows html only")
    return TextsRequest(
        texts=_texts(fields.get("text"), most),
        source=_code(fields, "source_lang", {code.upper(): code for code in LANGUAGES}) or AUTO,
        target=_target(fields),
        form="html" if handling else "text",
    )


def _texts(given: Any, most: int) -> Sequence[str]:
    texts = given if isinstance(given, list) else [given]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise _invalid("Parameter 'text' must be specified, as one or several texts")
    if len(texts) > MAX_TEXTS:
        raise _invalid(f"Too many texts: {len(texts)}; {MAX_TEXTS} are taken at once")
    if (size := sum(map(len, texts))) > most:
        raise ApiError(
            413, "too_long", f"Request size exceeded: {size} characters; {most} are taken at once"
        )
    return texts


def _target(fields: Mapping[str, Any]) -> str:
    code = _code(fields, "target_lang", {**TARGETS, "EN": "en"})
    if not code:
        raise _invalid("Value for 'target_lang' is missing")
    return code


def _code(fields: Mapping[str, Any], name: str, known: Mapping[str, str]) -> str:
    given = fields.get(name)
    if given in (None, ""):
        return ""
    code = given.upper() if isinstance(given, str) else ""
    if code not in known:
        raise _invalid(f"Value for '{name}' not supported: {printable(str(given)[:40])}")
    return known[code]


def _invalid(message: str) -> ApiError:
    return ApiError(400, "invalid_request", message)
