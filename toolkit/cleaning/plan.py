"""Cleaning as one call, with the explanation of everything that it changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from toolkit.cleaning.blocks import judge_lines
from toolkit.cleaning.steps import STEPS
from toolkit.documents import Block, Document
from toolkit.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaning:
    """A cleaned document with the steps that changed it and the verdict on each line."""

    document: Document
    blocks: tuple[Block, ...]
    steps: tuple[str, ...]

    @property
    def title(self) -> str:
        return self.document.metadata.get("title", "")


def clean(
    document: Document,
    *,
    language: str | None = "fr",
    keep_title: bool = False,
    steps: Sequence[str] = tuple(STEPS),
) -> Cleaning:
    """The article of `document`, one paragraph a block, with blank lines between.

    `language` is the article's, or None when it is not known.
    Raises InputError when the page holds no article.
    """
    text = document.text
    changed = []
    for name in steps:
        repaired = STEPS[name](text)
        if repaired != text:
            changed.append(name)
        text = repaired
    blocks, title = judge_lines(text.split("\n"), language=language)
    paragraphs = [block.text.strip() for block in blocks if block.kept]
    if not paragraphs:
        raise InputError(
            f"{document.name}: holds no article text, only page furniture; "
            "--no-clean takes the text as it is"
        )
    if keep_title and title:
        paragraphs.insert(0, title)
    cleaned = Document(
        name=document.name,
        text="\n\n".join(paragraphs),
        encoding=document.encoding,
        metadata={**document.metadata, **({"title": title} if title else {})},
    )
    return Cleaning(document=cleaned, blocks=blocks, steps=tuple(changed))
