"""What may be asked of each tool; the descriptions are for the model that asks."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from toolkit.errors import UsageError
from toolkit.summarization.forms import Length, Style
from toolkit.translation.search import Quality

MAX_CHARS = 1_000_000  # of a text that is given
MAX_FILE_BYTES = 20_000_000
Code = Literal["fr", "en"]
Source = Literal["auto", "fr", "en"]
# Arguments that stand for a setting, with its name.
SETTINGS = {"source": "source_language", "target": "target_language"}
SETTINGS |= {name: name for name in ("quality", "min_confidence", "length", "style", "max_words")}


class Request(BaseModel):
    """A page to work on, as `text` or as `path`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str | None = Field(
        None,
        max_length=MAX_CHARS,
        description="the page itself: text as it was scraped, or HTML",
    )
    path: str | None = Field(
        None,
        max_length=4096,
        description="a file with one page (text, HTML or Markdown) in a folder that is open to "
        f"this server, of at most {MAX_FILE_BYTES // 1_000_000} MB",
    )
    source: Source | None = Field(
        None,
        description="language of the page; one that is named isn't checked, and auto takes what "
        "the page is in. Without it the page has to be in the language of the user's settings, "
        "French by default",
    )

    @model_validator(mode="after")
    def _one_page(self) -> Self:
        if (self.text is None) == (self.path is None):
            raise ValueError("give either text or path")
        return self

    @property
    def changes(self) -> dict[str, Any]:
        """The settings that are asked for, by their names."""
        given = self.model_dump(exclude_none=True)
        return {SETTINGS[name]: value for name, value in given.items() if name in SETTINGS}


class CleanRequest(Request):
    """A page whose article is wanted."""


class TranslateRequest(Request):
    """A page to clean and translate."""

    target: Code | None = Field(
        None,
        description="language of the translation; by default that of the user's settings, English",
    )
    cleaned: bool = Field(
        False, description="the text is an article or a sentence already: keep all of it"
    )
    quality: Quality | None = Field(None, description="how much is searched for a translation")
    min_confidence: float | None = Field(
        None,
        ge=0,
        le=1,
        description="sentences less sure than this are doubtful, and marked with [?] in the text",
    )


class SummarizeRequest(TranslateRequest):
    """A page to clean, translate and summarize."""

    length: Length | None = Field(
        None, description="how much to tell: at most 14, 60, 120 or 240 words"
    )
    style: Style | None = Field(None, description="prose or a list")
    max_words: int | None = Field(None, ge=5, le=1000, description="another limit of words")
    with_translation: bool = Field(False, description="give the whole translation as well")


Asked = TypeVar("Asked", bound=Request)


def parsed(kind: type[Asked], arguments: Mapping[str, Any]) -> Asked:
    """The arguments of a call. Raises UsageError with the first fault, in words."""
    try:
        return kind.model_validate(arguments)
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(map(str, fault["loc"][:1]))
        if fault["type"] == "extra_forbidden":
            near = next(iter(get_close_matches(name, kind.model_fields, n=1)), "")
            hint = f"; did you mean '{near}'?" if near else ""
            raise UsageError(f"there is no argument '{name}'{hint}") from error
        said = fault["msg"].removeprefix("Value error, ")
        raise UsageError(f"{name}: {said}" if name else said) from error
