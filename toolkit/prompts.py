"""Versioned prompt files: loaded, checked, rendered to chats.

A file that a recorded run has used is never edited; a new version is added beside it.
"""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from jinja2 import StrictUndefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, ConfigDict, ValidationError

from toolkit.assets import asset_folder
from toolkit.engines.base import Chat, Message
from toolkit.errors import InputError, UsageError
from toolkit.files import read_whole

Task = Literal["translation", "summarization"]
MAX_FILE_BYTES = 1_000_000
FILE_NAME = re.compile(r"(?P<name>[\w-]+)\.v(?P<version>\d+)\.yaml")


class _Loader(yaml.SafeLoader):
    """Without aliases: ten lines of them can stand for gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed")
        return super().compose_node(parent, index)


class Example(BaseModel):
    """One solved case: what the template is rendered with, and the wanted answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inputs: dict[str, Any]
    output: str


class PromptFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    task: Task
    languages: tuple[str, str] | None = None  # of the input and of the answer; None for any
    description: str
    system: str
    user: str
    examples: tuple[Example, ...] = ()


class _Environment(ImmutableSandboxedEnvironment):
    """Templates come from files that others may have written: they get at nothing but the inputs
    and change nothing. They can waste time and memory, though not by one sign.
    """

    intercepted_binops = frozenset(("*", "**"))

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
        )
        self.globals = {"range": self.globals["range"]}
        for name in ("center", "format", "indent"):
            del self.filters[name]

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"a prompt can't use '{operator}'")

    def is_safe_callable(self, obj: Any) -> bool:
        """Macros and `range`, no methods: those of strings can pad them at will."""
        return isinstance(obj, Macro) or obj is self.globals["range"]


class Prompt:
    """A prompt file with the `name` and `digest` that results record."""

    def __init__(self, name: str, content: PromptFile, digest: str) -> None:
        self.name = name
        self.content = content
        self.digest = digest
        self._template = cache(_Environment().from_string)

    def render(self, **inputs: Any) -> Chat:
        """Raises UsageError when the template is broken or wants an input that isn't there."""
        messages = [Message("system", self._render(self.content.system, inputs))]
        for example in self.content.examples:
            messages.append(Message("user", self._render(self.content.user, example.inputs)))
            messages.append(Message("assistant", example.output.strip()))
        messages.append(Message("user", self._render(self.content.user, inputs)))
        return tuple(messages)

    def _render(self, template: str, inputs: dict[str, Any]) -> str:
        try:
            text = self._template(template).render(inputs).strip()
            text.encode()  # halves of characters are no text
            return text
        except Exception as error:
            raise UsageError(f"prompt {self.name}: {type(error).__name__}: {error}") from error


def load_prompt(task: Task, reference: str, *, languages: tuple[str, str] | None = None) -> Prompt:
    """A bundled prompt by name (`news` for the newest version, `news.v1`), or a YAML file.

    A bundled one for other languages than French to English has them in its name: `news` from
    English to French is `news-en-fr`.

    Raises UsageError for an unknown name and for a prompt of another task or languages.
    """
    path = Path(reference)
    if path.suffix not in (".yaml", ".yml"):
        path = _bundled(task, reference, languages)
    try:
        raw = read_whole(path, max_bytes=MAX_FILE_BYTES)
        content = PromptFile.model_validate(yaml.load(raw, _Loader))
    except InputError as error:
        raise UsageError(f"prompt {error}") from error
    except yaml.YAMLError as error:
        raise UsageError(f"prompt {path} is not valid YAML: {_one_line(error)}") from error
    except (ValueError, RecursionError) as error:  # ValidationError and UnicodeDecodeError among it
        raise UsageError(f"prompt {path}: {_one_line(error)}") from error
    if content.task != task:
        raise UsageError(f"prompt {path} is for {content.task}, not for {task}")
    if languages and content.languages and content.languages != languages:
        raise UsageError(
            f"prompt {path.stem} is for {' to '.join(content.languages)}, not for "
            f"{' to '.join(languages)}; give a prompt file for these languages"
        )
    return Prompt(path.stem, content, f"sha256:{hashlib.sha256(raw).hexdigest()}")


def list_prompts(task: Task | None = None) -> list[tuple[Task, Path]]:
    """Every bundled prompt file, by task, name and version."""
    tasks: tuple[Task, ...] = (task,) if task else ("translation", "summarization")
    found = []
    for each in tasks:
        files = [path for path in (asset_folder("prompts") / each).iterdir() if _parse(path)]
        found += [(each, path) for path in sorted(files, key=_parse)]
    return found


def _parse(path: Path) -> tuple[str, int]:
    match = FILE_NAME.fullmatch(path.name)
    return (match["name"], int(match["version"])) if match else ("", 0)


def _bundled(task: Task, reference: str, languages: tuple[str, str] | None) -> Path:
    prompts = [path for _, path in list_prompts(task) if _parse(path)[1]]
    wanted = [f"{reference}-{'-'.join(languages)}"] if languages else []
    versions = [
        path
        for name in (*wanted, reference)
        for path in prompts
        if name in (path.stem, _parse(path)[0])
    ]
    versions = [path for path in versions if _parse(path)[0] == _parse(versions[0])[0]]
    if not versions:
        known = ", ".join(path.stem for path in prompts)
        raise UsageError(f"no {task} prompt named '{reference}' (there are: {known})")
    return versions[-1]


def _one_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()
        )
    return " ".join(str(error).split())
