"""Versioned prompt files: loaded, checked, rendered to chats.

A file that a recorded run has used is never edited; a new version is added beside it.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

import yaml
from jinja2 import StrictUndefined, Template
from jinja2.exceptions import SecurityError
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, ConfigDict, ValidationError

from toolkit.assets import asset_folder
from toolkit.checks import Check
from toolkit.engines.base import Chat, Message
from toolkit.errors import InputError, UsageError
from toolkit.files import read_whole

Task = Literal["translation", "summarization"]
TASKS: tuple[Task, ...] = ("translation", "summarization")
MAX_FILE_BYTES = 1_000_000
FEEDBACK = "feedback"
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
    system: str = ""
    user: str
    examples: tuple[Example, ...] = ()


class FeedbackFile(BaseModel):
    """`messages` are templates by check and relation, such as `numbers.lost`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: Task
    description: str
    messages: dict[str, str]


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
        messages = []
        if system := self._render(self.content.system, inputs):
            messages.append(Message("system", system))
        messages += self._examples
        messages.append(Message("user", self._render(self.content.user, inputs)))
        return tuple(messages)

    @cached_property
    def _examples(self) -> tuple[Message, ...]:
        return tuple(
            message
            for example in self.content.examples
            for message in (
                Message("user", self._render(self.content.user, example.inputs)),
                Message("assistant", example.output.strip()),
            )
        )

    def _render(self, template: str, inputs: dict[str, Any]) -> str:
        return _render(self._template, template, inputs, name=self.name)


class Feedback:
    """What a model reads about checks that its answer failed; `name` and `digest` are recorded.

    Checks that the file has no words for are passed over.
    """

    def __init__(self, name: str, content: FeedbackFile, digest: str) -> None:
        self.name = name
        self.content = content
        self.digest = digest
        self._template = cache(_Environment().from_string)

    def message(self, key: str, *values: object) -> str:
        """The message under `key`, about `values`."""
        inputs = {"values": [str(value) for value in values]}
        return _render(self._template, self.content.messages[key], inputs, name=self.name)

    def messages(self, checks: Iterable[Check]) -> list[str]:
        """One message for each check that has one, in the order of `checks`."""
        keys = [(f"{check.name}.{check.relation}", check.values) for check in checks]
        return [self.message(key, *values) for key, values in keys if key in self.content.messages]


def _render(
    template: Callable[[str], Template], text: str, inputs: dict[str, Any], *, name: str
) -> str:
    try:
        rendered = template(text).render(inputs).strip()
        rendered.encode()  # half a character is not text
        return rendered
    except Exception as error:
        raise UsageError(f"prompt {name}: {type(error).__name__}: {error}") from error


@cache
def load_feedback(task: Task) -> Feedback:
    """The bundled feedback for `task`."""
    path = feedback_file(task)
    raw = path.read_bytes()
    content = FeedbackFile.model_validate(yaml.load(raw, _Loader))
    return Feedback(f"{FEEDBACK}/{path.stem}", content, _digest(raw))


def feedback_file(task: Task) -> Path:
    """Where the newest bundled feedback for `task` is."""
    files = [file for file in (asset_folder("prompts") / FEEDBACK).iterdir() if _parse(file)[1]]
    return max((file for file in files if _parse(file)[0] == task), key=_parse)


def load_prompt(task: Task, reference: str, *, languages: tuple[str, str] | None = None) -> Prompt:
    """A bundled prompt by name (`news` for the newest version, `news.v1`), or a YAML file.

    A bundled one for other languages than French to English has them in its name: `news` from
    English to French is `news-en-fr`.

    Raises UsageError for an unknown name and for a prompt of another task or languages.
    """
    path, read = Path(reference), _read
    if path.suffix not in (".yaml", ".yml"):
        path, read = _bundled(task, reference, languages), _read_bundled
    prompt = read(path)
    content = prompt.content
    if content.task != task:
        raise UsageError(f"prompt {path} is for {content.task}, not for {task}")
    if languages and content.languages and content.languages != languages:
        raise UsageError(
            f"prompt {prompt.name} is for {' to '.join(content.languages)}, not for "
            f"{' to '.join(languages)}; give a prompt file for these languages"
        )
    return prompt


def _read(path: Path) -> Prompt:
    try:
        raw = read_whole(path, max_bytes=MAX_FILE_BYTES)
        content = PromptFile.model_validate(yaml.load(raw, _Loader))
    except InputError as error:
        raise UsageError(f"prompt {error}") from error
    except yaml.YAMLError as error:
        raise UsageError(f"prompt {path} is not valid YAML: {_one_line(error)}") from error
    except (ValueError, RecursionError) as error:  # ValidationError and UnicodeDecodeError among it
        raise UsageError(f"prompt {path}: {_one_line(error)}") from error
    return Prompt(path.stem, content, _digest(raw))


_read_bundled = cache(_read)


def list_prompts(task: Task | None = None) -> list[tuple[Task, Path]]:
    """Every bundled prompt file, by task, name and version."""
    tasks = (task,) if task else TASKS
    found = []
    for each in tasks:
        files = [path for path in (asset_folder("prompts") / each).iterdir() if _parse(path)]
        found += [(each, path) for path in sorted(files, key=_parse)]
    return found


def _parse(path: Path) -> tuple[str, int]:
    match = FILE_NAME.fullmatch(path.name)
    return (match["name"], int(match["version"])) if match else ("", 0)


@cache
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


def _digest(raw: bytes) -> str:
    return f"sha256:{hashlib.sha256(raw).hexdigest()}"


def _one_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()
        )
    return " ".join(str(error).split())
