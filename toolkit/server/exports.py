"""Results as files to take away."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote

from toolkit.output import (
    render_summary,
    render_translation,
    side_by_side,
    translation_memory,
)
from toolkit.output.markdown import escaped, inline
from toolkit.results import Result
from toolkit.server.errors import ApiError
from toolkit.server.history import Job
from toolkit.server.records import result_of, with_edits
from toolkit.server.requests import RequestOptions, adapted
from toolkit.settings import AUTO, Settings


@dataclass(frozen=True, slots=True)
class Export:
    """A file, with what it is and a name for it."""

    name: str
    media_type: str
    content: bytes

    @property
    def headers(self) -> dict[str, str]:
        """That have a browser keep it instead of showing it."""
        plain = self.name.encode("ascii", "replace").decode().replace("?", "_")
        plain = "".join(each if each not in '"\\%' else "_" for each in plain)
        return {
            "Content-Disposition": f'attachment; filename="{plain}"; '
            f"filename*=UTF-8''{quote(self.name, safe='')}"
        }


MEDIA_TYPES = {
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "tmx": "application/x-tmx+xml; charset=utf-8",
    "json": "application/json",
}


def export(
    job: Job, record: dict[str, Any], form: str, *, own: Settings, edits: Mapping[str, str]
) -> Export:
    """What a job made as a file of that form, with the sentences as people changed them. What the
    job didn't ask for is as in the server's `own` settings.

    Raises ApiError for a form that there isn't, and for one that nothing here can write.
    """
    made: str | bytes
    if form not in MEDIA_TYPES:
        raise ApiError(
            400, "unknown_format", f"format is one of {', '.join(MEDIA_TYPES)}, not '{form[:20]}'"
        )
    if form == "json":
        made = json.dumps(with_edits(record, edits), ensure_ascii=False, indent=2) + "\n"
    elif job.task == "clean":
        made = _cleaning(record, form)
    else:
        settings = adapted(RequestOptions.model_validate(job.options), own)
        result = result_of(record, _languages(record, settings), settings.caution, edits)
        if form == "tmx" and not result.translations:
            raise _nothing_for(form)
        made = RENDERERS[form](result)
    content = made if isinstance(made, bytes) else made.encode("utf-8")
    return Export(_file_name(job.name, form), MEDIA_TYPES[form], content)


def _languages(record: Mapping[str, Any], settings: Settings) -> tuple[str, str]:
    """Those that were found out are in the record; without a translation both are the same."""
    source, target = settings.languages
    translation = record["provenance"].get("translation", {})
    source, target = translation.get("languages", (source, target))
    return (target if source == AUTO else source), target


def _text(result: Result) -> str:
    if not result.summary:
        return render_translation(result, "text")
    return render_summary(result, "text", with_translation=bool(result.translations))


def _markdown(result: Result) -> str:
    if not result.summary:
        return render_translation(result, "markdown")
    return render_summary(result, "markdown", with_translation=bool(result.translations))


def _html(result: Result) -> str:
    return render_summary(result, "html") if result.summary else side_by_side(result, "html")


def writes_docx() -> bool:
    """Whether the package for that is installed."""
    return find_spec("docx") is not None


def _docx(result: Result) -> bytes:
    if not writes_docx():
        raise ApiError(
            409,
            "no_docx",
            "the server lacks the package python-docx; type: pip install python-docx",
        )
    from toolkit.output.word import word_document

    return word_document(result)


RENDERERS: Mapping[str, Callable[[Result], str | bytes]] = {
    "txt": _text,
    "md": _markdown,
    "html": _html,
    "docx": _docx,
    "tmx": translation_memory,
}


def _cleaning(record: Mapping[str, Any], form: str) -> str:
    title, text = record["title"], record["text"]
    if form == "txt":
        return f"{text}\n"
    if form == "md":
        return (f"# {inline(title)}\n\n" if title else "") + f"{escaped(text)}\n"
    raise _nothing_for(form)


def _nothing_for(form: str) -> ApiError:
    return ApiError(409, "no_translation", f"there is no translation to write as {form}")


def _file_name(name: str, form: str) -> str:
    """The name of the text with another ending; names of jobs are safe already."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem if stem and dot and len(ending) <= 8 else name}.{form}"
