"""What is done about one text: read, cleaned, translated or summarized, and written as JSON."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from toolkit.articles import PAGE_SHARE, known_language, refuse_surrogates, refuse_unusable
from toolkit.cleaning import judge, keep_all
from toolkit.documents import Document
from toolkit.errors import InputError
from toolkit.pipeline import Pipeline
from toolkit.reading import Kind, Reading, read_bytes, read_text
from toolkit.schema import Versioned, article_record, cleaning_record
from toolkit.server.requests import RequestOptions, Source, Task
from toolkit.settings import AUTO, DEFAULT_SOURCE, Settings

KINDS: dict[Source, Kind] = {"text": "text", "html": "html"}


def document_of(
    name: str, source: Source, data: bytes, settings: Settings, reading: Reading | None = None
) -> Document:
    """Raises InputError for what can't be read, and for a file of several documents."""
    reading = replace(
        reading or Reading(kind=KINDS.get(source)),
        max_chars=PAGE_SHARE * settings.max_document_chars,
    )
    if source != "file":
        return read_text(name, data.decode("utf-8"), reading)
    if reading.holds_many(name):
        raise InputError(
            f"{name}: holds many texts; send each as a file of its own, or use the command line"
        )
    (document,) = read_bytes(name, data, reading)
    if isinstance(document, InputError):
        raise document
    return document


def source_of(is_html: bool | None) -> Source:
    """What a text is, as far as a client says."""
    return "page" if is_html is None else "html" if is_html else "text"


def do(
    task: Task,
    document: Document,
    settings: Settings,
    options: RequestOptions,
    pipeline_of: Callable[[Settings], Pipeline],
) -> str:
    """The JSON that the command line writes about `document` with --format json.

    Raises ToolkitError for what it would end with.
    """
    refuse_surrogates(document)
    settings = directed(document, settings, cleaned=options.cleaned)
    # As on the command line, a language that was named isn't checked.
    checked = options.source in (None, AUTO)
    if task == "clean":
        return _json(_cleaned(document, settings, checked=checked, cleaned=options.cleaned))
    pipeline = pipeline_of(settings)
    article = pipeline.prepare(document, check_language=checked, cleaned=options.cleaned)
    made = pipeline.translate if task == "translate" else pipeline.summarize
    (result,) = made([article])
    return _json(article_record(result))


def directed(document: Document, settings: Settings, *, cleaned: bool) -> Settings:
    """With `auto` for the source language, that of `document`; French where that isn't sure, so
    that it is refused for what it is.
    """
    if settings.source_language != AUTO:
        return settings
    found = known_language(document, steps=settings.steps, cleaned=cleaned)
    return settings.model_copy(update={"source_language": found or DEFAULT_SOURCE})


def _cleaned(document: Document, settings: Settings, *, checked: bool, cleaned: bool) -> Versioned:
    if cleaned:
        return cleaning_record(keep_all(document, steps=settings.steps))
    language = settings.source_language if checked else None
    cleaning = judge(document, language=language, steps=settings.steps)
    refuse_unusable(cleaning, document, language=language)
    return cleaning_record(cleaning)


def _json(record: Versioned) -> str:
    value: dict[str, Any] = record.to_dict()
    return json.dumps(value, ensure_ascii=False)
