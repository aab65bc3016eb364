"""What clients may ask for: checked before any work begins."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from toolkit.errors import UsageError
from toolkit.languages import LANGUAGES
from toolkit.models.catalogue import AUTO_MODEL, catalogue
from toolkit.models.installed import list_installed
from toolkit.reading.characters import NOT_XML
from toolkit.settings import AUTO, Settings, changed
from toolkit.summarization.extractive import METHODS
from toolkit.summarization.forms import Length, Style
from toolkit.text import printable
from toolkit.translation.glossary import INLINE, NONE, bundled_glossaries
from toolkit.translation.search import Quality

Task = Literal["clean", "translate", "summarize"]
# What a job is about: a text or HTML as clients said, a text that may be either, a file, an
# address, a model that is to be pulled.
Source = Literal["text", "html", "page", "file", "url", "model"]
MAX_NAME_CHARS = 120
MAX_FIELDS = 100
MAX_GLOSSARY_CHARS = 200_000
UNNAMED = "text"


def _is_text(value: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(f"holds a lone surrogate at character {error.start}") from None
    return value


Text = Annotated[str, AfterValidator(_is_text)]
Short = Annotated[Text, Field(max_length=200)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _few_fields(cls, value: object) -> object:
        # Each that is unknown would be an error of its own.
        if isinstance(value, dict) and len(value) > MAX_FIELDS:
            raise ValueError(f"has {len(value):,} fields")
        return value


class RequestOptions(_Request):
    """How a text is worked on; what is left out is as the server's own settings say.

    `source` may be auto. `glossary` is the name of a bundled one, none, or `tsv:` and lines of a
    term, a tab and its translation. `model`, `translator` and `summarizer` are ids of
    `/api/v1/models`. `cleaned` says that the text is an article already.
    """

    source: Short | None = None
    target: Short | None = None
    length: Length | None = None
    style: Style | None = None
    max_words: int | None = Field(None, ge=5, le=2000)
    quality: Quality | None = None
    glossary: Annotated[Text, Field(max_length=MAX_GLOSSARY_CHARS)] | None = None
    min_confidence: float | None = Field(None, ge=0, le=1)
    model: Short | None = None
    translator: Short | None = None
    summarizer: Short | None = None
    cleaned: bool = False

    def given(self) -> dict[str, Any]:
        """Those that were given."""
        return self.model_dump(exclude_defaults=True)


class TextRequest(_Request):
    """A text to work on at once. Without `is_html` that is found out."""

    text: Text = Field(min_length=1)
    name: Text = UNNAMED
    is_html: bool | None = None
    options: RequestOptions = RequestOptions()


class JobRequest(_Request):
    """A text, or the address of a page, to work on as a job."""

    task: Task
    text: Annotated[Text, Field(min_length=1)] | None = None
    url: Annotated[Text, Field(min_length=1, max_length=4000)] | None = None
    name: Text | None = None
    is_html: bool | None = None
    options: RequestOptions = RequestOptions()

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.text is not None and self.url is not None:
            raise ValueError("give a text or a url, not both")
        return self


class Edit(_Request):
    """Another translation of a sentence. What neither documents nor terminals can show goes."""

    target: Annotated[
        Text, Field(max_length=20_000), AfterValidator(lambda text: NOT_XML.sub("", text))
    ]


def settings_of(options: RequestOptions, own: Settings, *, known: frozenset[str]) -> Settings:
    """The server's `own` settings with what a request changes. `known` are models that are there
    beside those of the catalogue.

    Raises UsageError for impossible values, and for languages, models and glossaries that clients
    can't name.
    """
    for name in (options.model, options.translator, options.summarizer):
        if name is not None:
            _refuse_model(name, own, known)
    if options.glossary is not None:
        _refuse_glossary(options.glossary)
    settings = adapted(options, own)
    for code in (options.source, options.target):
        if code not in (None, AUTO, *LANGUAGES, *own.languages):
            there = ", ".join(LANGUAGES)
            raise UsageError(f"the language '{code}' is not known here (there are: {there})")
    return settings


def adapted(options: RequestOptions, own: Settings) -> Settings:
    """The server's `own` settings with what a request changes, whether clients may say it or not.

    Raises UsageError for impossible values.
    """
    given = options.given()
    values = {
        setting: given[name]
        for name, setting in {
            "source": "source_language",
            "target": "target_language",
            **{each: each for each in RequestOptions.model_fields if each in Settings.model_fields},
        }.items()
        if name in given
    }
    if options.model is not None:  # the server's own are for requests that name none
        values = {"translator": None, "summarizer": None} | values
    return changed(own, values)


def _refuse_model(name: str, own: Settings, known: frozenset[str]) -> None:
    own_models = {own.model, own.translator, own.summarizer, AUTO_MODEL, *METHODS, *known}
    if name in own_models:
        return
    if own.endpoint:
        raise UsageError("the server has its models from an endpoint; a request can't name others")
    if name not in {*catalogue(), *list_installed(own.models_folder)}:
        raise UsageError(
            f"there is no model '{printable(name)}'; /api/v1/models lists those there are"
        )


def _refuse_glossary(name: str) -> None:
    known = (*bundled_glossaries(), NONE)
    if not name.startswith(INLINE) and name not in known:
        raise UsageError(
            f"there is no glossary '{printable(name[:MAX_NAME_CHARS])}' (there are: "
            f"{', '.join(known)}); terms of your own are sent as {INLINE} and lines"
        )


def safe_name(name: str | None, default: str = UNNAMED) -> str:
    """`name` without folders, and without anything that a terminal or a header would obey."""
    last = (name or "").replace("\\", "/").rstrip("/").rpartition("/")[2]
    plain = "".join(each for each in last if each.isprintable()).strip()
    return plain[:MAX_NAME_CHARS] or default
