"""Markdown: its text without the markup, one line a block; images go, the text of links stays."""

import re
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from markdown_it.token import Token

FRONT_MATTER = re.compile(r"\A---\n(.*?)\n(?:---|\.\.\.)\n", re.DOTALL)
FIELDS = ("title", "author", "date", "site", "language")


def extract(markup: str) -> tuple[str, dict[str, str]]:
    """The text and the metadata of the front matter; without a title there, the first heading's."""
    from markdown_it import MarkdownIt

    metadata: dict[str, str] = {}
    if front := FRONT_MATTER.match(markup):
        metadata = _metadata(front.group(1))
        markup = markup[front.end() :]
    lines: list[str] = []
    tokens = MarkdownIt("commonmark").enable("table").parse(markup)
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
    try:
        values = yaml.safe_load(front)
    except yaml.YAMLError:
        return {}
    if not isinstance(values, dict):
        return {}
    return {name: str(values[name]) for name in FIELDS if values.get(name)}
