"""What a run is asked to do: defaults, then toolkit.toml, then the environment, then flags."""

import os
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack

from platformdirs import user_cache_path, user_config_path, user_data_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from toolkit.assets import APP
from toolkit.cleaning.steps import STEPS
from toolkit.engines.base import ENDPOINT_TIMEOUT_S, KV_CACHE_MB, EngineName
from toolkit.engines.endpoint.address import Address
from toolkit.errors import UsageError
from toolkit.files import read_toml
from toolkit.models.catalogue import AUTO_MODEL
from toolkit.results import Caution
from toolkit.summarization.forms import WORDS, Form, Length, Style
from toolkit.translation.checks import Limits
from toolkit.translation.search import Quality

FILE_NAME = "toolkit.toml"
Route = Literal["translate-first", "direct", "summarize-first"]
ENVIRONMENT_PREFIX = "TOOLKIT_"
AUTO = "auto"  # for the source language: that of the first input
DEFAULT_SOURCE = "fr"
# Options that aren't called as the setting is.
OPTIONS = {"source_language": "--from", "target_language": "--to", "skip_steps": "--skip-step"}
NO_SETTINGS = {"TOOLKIT_DEBUG", "TOOLKIT_API_KEY"}  # variables that are no settings

# Their values are names of files, or may be.
NAMING_FILES = (
    "model",
    "translator",
    "summarizer",
    "translation_prompt",
    "second_translation_prompt",
    "summarization_prompt",
    "glossary",
    "cache_file",
    "bertscore_model",
    "models_folder",
)
# Where texts are sent.
LEADING_ELSEWHERE = ("endpoint", "allow_remote")


class Settings(BaseModel):
    """Every setting with its default. Field names are the keys of toolkit.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(
        AUTO_MODEL,
        description="auto: the best one installed for each task, or an endpoint's only one",
    )
    translator: str | None = Field(None, description="model that translates; default: model")
    summarizer: str | None = Field(None, description="model that summarizes; default: model")
    endpoint: str = Field("", description="OpenAI-compatible server whose models are used")
    endpoint_timeout_s: int = Field(
        ENDPOINT_TIMEOUT_S, ge=1, description="longest wait for part of a response"
    )
    allow_remote: bool = Field(False, description="allow an endpoint on another machine")
    engine: EngineName = "auto"
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    compute_type: str = "auto"
    threads: int = Field(0, ge=0, description="0: one per core")
    batch_size: int = Field(0, ge=0, description="sentences at a time; 0: what suits the model")
    max_memory_mb: int = Field(
        0,
        ge=0,
        description="memory limit for models; 0: four fifths of the machine's",
    )
    quality: Quality = Field(
        "standard", description="how hard to search for a translation: fast, standard or best"
    )
    num_beams: int = Field(1, ge=1, description="minimum for every translation")
    kv_cache_mb: int = Field(
        KV_CACHE_MB, ge=64, description="memory for the KV cache, with OpenVINO and llama.cpp"
    )
    source_language: str = Field(DEFAULT_SOURCE, description="auto: that of the first input")
    target_language: str = "en"
    length: Length = Field("brief", description="headline, brief, standard or detailed")
    style: Style = Field("prose", description="prose or bullets")
    max_words: int | None = Field(
        None, ge=5, description="word limit of a summary; by its length if not set"
    )
    route: Route = Field("translate-first", description="order of translation and summarization")
    translation_prompt: str = "news"
    second_translation_prompt: str = Field("careful", description="for sentences that fail a check")
    summarization_prompt: str | None = Field(None, description="by the length if not set")
    context_sentences: int = Field(
        0, ge=0, description="preceding sentences shown with each one to a prompted model"
    )
    max_tries: int = Field(7, ge=1, description="attempts at a sentence that fails a check")
    checks: Limits = Field(Limits(), description="limits for the translation checks")
    min_confidence: float = Field(
        0.5, ge=0, le=1, description="sentences below it are doubtful, and marked if this is set"
    )
    withhold: bool = Field(False, description="print the source in place of doubtful sentences")
    glossary: str = Field("news", description="a bundled glossary, a TSV, CSV or TBX file, or none")
    lexicon: bool = Field(True, description="look for unanswered words, and hint at them")
    max_document_chars: int = Field(1_000_000, ge=1)
    cache: bool = Field(True, description="store model outputs and reuse them")
    cache_file: Path = Field(default_factory=lambda: user_cache_path(APP) / "store.sqlite")
    cache_max_mb: int = Field(
        500, ge=1, description="size limit of the store; the oldest entries are dropped"
    )
    bertscore_model: Path | None = Field(None, description="folder with an encoder for BERTScore")
    skip_steps: tuple[str, ...] = Field((), description="character repairs to skip")
    models_folder: Path = Field(default_factory=lambda: user_data_path(APP) / "models")

    @field_validator("endpoint")
    @classmethod
    def _address(cls, value: str) -> str:
        return Address.parse(value).base if value else ""

    @field_validator("source_language", "target_language")
    @classmethod
    def _code(cls, value: str) -> str:
        if not re.fullmatch("[a-z]{2,3}", value) and value != AUTO:
            raise ValueError(f"'{value}' is not a language code such as fr or en")
        return value

    @field_validator("skip_steps", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, value.split(","))) if isinstance(value, str) else value

    @field_validator("skip_steps")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := set(value) - STEPS.keys():
            known = ", ".join(STEPS)
            raise ValueError(f"no step {', '.join(sorted(unknown))} (there are: {known})")
        return value

    @property
    def steps(self) -> tuple[str, ...]:
        """The repairs of characters that are on."""
        return tuple(name for name in STEPS if name not in self.skip_steps)

    @property
    def form(self) -> Form:
        """What a summary is to look like."""
        return Form(self.length, self.style, self.max_words or WORDS[self.length])

    @property
    def caution(self) -> Caution:
        """Doubtful sentences are marked where somebody gave the limit."""
        return Caution(
            min_confidence=self.min_confidence,
            mark="min_confidence" in self.model_fields_set,
            withhold=self.withhold,
        )

    @property
    def languages(self) -> tuple[str, str]:
        """Of the input and of the output."""
        return self.source_language, self.target_language

    @property
    def same_language(self) -> bool:
        return self.source_language == self.target_language

    @property
    def translator_model(self) -> str:
        return self.translator or self.model

    @property
    def summarizer_model(self) -> str:
        return self.summarizer or self.model


class Options(TypedDict, total=False):
    """The settings but `model` as keyword arguments; their defaults are those of Settings."""

    translator: str | None
    summarizer: str | None
    endpoint: str
    endpoint_timeout_s: int
    allow_remote: bool
    engine: EngineName
    device: Literal["cpu", "cuda", "auto"]
    compute_type: str
    threads: int
    batch_size: int
    max_memory_mb: int
    quality: Quality
    num_beams: int
    kv_cache_mb: int
    source_language: str
    target_language: str
    length: Length
    style: Style
    max_words: int | None
    route: Route
    translation_prompt: str
    second_translation_prompt: str
    summarization_prompt: str | None
    context_sentences: int
    max_tries: int
    checks: Limits
    min_confidence: float
    withhold: bool
    glossary: str
    lexicon: bool
    max_document_chars: int
    cache: bool
    cache_file: Path
    cache_max_mb: int
    bertscore_model: Path | None
    skip_steps: tuple[str, ...]
    models_folder: Path


def make_settings(model: str = AUTO_MODEL, **options: Unpack[Options]) -> Settings:
    """Settings from Python: neither files nor the environment count. "default" is an older word for
    "auto".

    Raises UsageError for unknown settings and impossible values.
    """
    if options.get("source_language") == AUTO:
        raise UsageError("settings: source_language: auto is for commands; say which it is")
    chosen = AUTO_MODEL if model == "default" else model
    return _validate({"model": chosen, **options}, "settings")


def changed(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """`settings` with other values for some of them. Raises UsageError for impossible ones."""
    kept = {name: getattr(settings, name) for name in settings.model_fields_set}
    return _validate({**kept, **values}, "options")


def resolve_settings(
    flags: Mapping[str, Any],
    *,
    options: Mapping[str, str] = OPTIONS,
    environment: Mapping[str, str] = os.environ,
) -> tuple[Settings, dict[str, str]]:
    """The settings, and for each where its value comes from. Flags that are None don't count;
    `options` has the names of those that aren't called as their setting.

    Raises UsageError for unknown keys and impossible values, naming the option, the variable, or
    the file and key, and for a file in the current folder that names files outside of it, or a
    server: whoever wrote the pages there may have written that too.
    """
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Settings.model_fields, "default")
    layers: list[tuple[str, Mapping[str, Any]]] = []
    for path in (user_config_path(APP) / FILE_NAME, Path(FILE_NAME)):
        if os.path.lexists(path):
            layers.append((str(path), read_toml(path)))
            if path == Path(FILE_NAME):
                _refuse_outside(path, layers[-1][1])
    layers += [
        (variable, {name: environment[variable]})
        for name in Settings.model_fields
        if environment.get(variable := _variable(name))
    ]
    layers.append(("flag", {name: value for name, value in flags.items() if value is not None}))
    for origin, layer in layers:
        values |= layer
        origins |= dict.fromkeys(layer, origin)
        _validate(values, origin, options)
    return _validate(values, "settings"), origins


def misspelled_variables(environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """A message for each variable that has the prefix of settings and is none."""
    known = NO_SETTINGS.union(map(_variable, Settings.model_fields))
    for variable, value in environment.items():
        if value and variable.startswith(ENVIRONMENT_PREFIX) and variable not in known:
            nearest = _nearest(variable.removeprefix(ENVIRONMENT_PREFIX).lower())
            hint = f"; did you mean {_variable(nearest)}?" if nearest else ""
            yield f"{variable} is ignored: there is no such setting{hint}"


def _variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{ENVIRONMENT_PREFIX}{name.upper()}"


def _nearest(name: str) -> str | None:
    """The setting whose name is most like `name`, if one is."""
    return next(iter(get_close_matches(name, Settings.model_fields, n=1)), None)


def _refuse_outside(path: Path, values: Mapping[str, Any]) -> None:
    folder = Path(os.path.realpath(path.parent))
    for name in LEADING_ELSEWHERE:
        if name in values:
            raise UsageError(
                f"{folder / path.name}: {name} may not be set here, as it says where texts are "
                f"sent; use an option for that, or {user_config_path(APP) / FILE_NAME}"
            )
    for name in NAMING_FILES:
        value = values.get(name)
        if isinstance(value, str) and "\0" not in value:
            place = Path(os.path.realpath(folder / os.path.expanduser(value)))  # noqa: PTH111
            if not place.is_relative_to(folder):
                raise UsageError(
                    f"{folder / path.name}: {name} names {place}, outside of this folder; use an "
                    f"option for that, or {user_config_path(APP) / FILE_NAME}"
                )


def _validate(
    values: dict[str, Any], origin: str, options: Mapping[str, str] = OPTIONS
) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(map(str, fault["loc"]))
        if fault["type"] == "extra_forbidden" and name in values:
            nearest = _nearest(name)
            hint = f"; did you mean {nearest}?" if nearest else ""
            raise UsageError(f"{origin}: there is no setting {name}{hint}") from error
        place = f"{origin}: {name}"
        if origin == "flag":
            place = options.get(name, f"--{name.replace('_', '-')}")
        elif origin == _variable(name):
            place = origin
        said = fault["msg"].removeprefix("Value error, ")
        raise UsageError(f"{place}: {said}") from error
