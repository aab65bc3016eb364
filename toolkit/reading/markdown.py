"""Markdown: its text without the markup, one line a block; images go, the text of links stays."""

import re
from datetime import date
from typing import TYPE_CHECKING

import yaml

from toolkit.errors import InputError

if TYPE_CHECKING:
    from markdown_it.token import Token

FRONT_MATTER = re.compile(r"\A---\n(.*?)\n(?:---|\.\.\.)\n", re.DOTALL)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MAX_FRONT_CHARS = 100_000
MAX_NESTING = 100
FIELDS = ("title", "author", "date", "site", "language")


class _Loader(yaml.BaseLoader):
    """Everything is text, and nothing stands for something else: ten lines of aliases can stand for
    gigabytes.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise InputError("its front matter uses YAML aliases, which are not read")
        return super().compose_node(parent, index)


def extract(markup: str) -> tuple[str, dict[str, str]]:
    """The text and the metadata of the front matter; without a title there, the first heading's.

    Raises InputError for front matter with aliases, and for markup that is nested too deeply.
    """
    from markdown_it import MarkdownIt

    metadata: dict[str, str] = {}
    if front := FRONT_MATTER.match(markup):
        metadata = _metadata(front.group(1))
        markup = markup[front.end() :]
    lines: list[str] = []
    try:
        # The library leaves out without a word what is nested deeper than its own limit of 20.
        tokens = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table").parse(markup)
    except RecursionError as error:
        raise InputError("is nested too deeply") from error
    if any(token.level >= MAX_NESTING - 2 for token in tokens):
        raise InputError("is nested too deeply")
    for index, token in enumerate(tokens):
        if token.type == "inline":
            opening = tokens[index - 1]
            item = index > 1 and tokens[index - 2].type == "list_item_open"
            text = _inline(token)
            if opening.tag == "h1":
                metadata.setdefault("title", text)
            lines += [f"- {text}" if item and text else text, ""]
        elif token.type in ("fence", "code_block"):
            lines += [*token.content.rstrip("\n").split("\n"), ""]
    return "\n".join(lines).strip("\n"), metadata


def _inline(token: "Token") -> str:
    parts = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return "".join(parts).strip()


def _metadata(front: str) -> dict[str, str]:
    if len(front) > MAX_FRONT_CHARS:
        raise InputError(f"its front matter is longer than {MAX_FRONT_CHARS:,} characters")
    try:
        values = yaml.load(front, _Loader)
    except yaml.YAMLError:
        return {}
    except RecursionError as error:
        raise InputError("its front matter is nested too deeply") from error
    if not isinstance(values, dict):
        return {}
    found = {name: value for name in FIELDS if isinstance(value := values.get(name), str) and value}
    if "date" in found and not _is_date(found["date"]):
        del found["date"]
    return found


def _is_date(text: str) -> bool:
    """Whether `text` begins with a day that there is, where it begins as one."""
    if not DAY.match(text):
        return True
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True
