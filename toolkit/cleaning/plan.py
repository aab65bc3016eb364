"""Cleaning as one call, with the explanation of everything that it changed.

The explanation is a plan: replayed on the same input it gives the same output, also when patterns
and weights have changed since, or when somebody has changed its verdicts by hand.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import BaseModel, ConfigDict, ValidationError

from toolkit.cleaning.blocks import ARTICLE, judge_lines
from toolkit.cleaning.doubt import doubt_of, is_doubtful
from toolkit.cleaning.lost import find_losses
from toolkit.cleaning.paywall import ends_at_paywall
from toolkit.cleaning.steps import STEPS, Change, changes_of, repair
from toolkit.documents import Block, Document
from toolkit.errors import InputError, NoTextError


@dataclass(frozen=True, kw_only=True)
class Cleaning:
    """A cleaned document with the verdict on each line of the page and what the steps changed.

    `source` is the page's text as it was read, `repaired` the same after `steps`, those that
    were on.
    """

    document: Document
    blocks: tuple[Block, ...]
    steps: tuple[str, ...] = ()
    source: str = ""
    repaired: str = ""

    @property
    def title(self) -> str:
        return self.document.metadata.get("title", "")

    @property
    def paywalled(self) -> bool:
        """Whether the page holds only the free part of an article for subscribers."""
        return "paywalled" in self.document.metadata

    @property
    def digest(self) -> str:
        """sha256 of the source."""
        return _digest(self.source)

    @property
    def doubtful(self) -> tuple[Block, ...]:
        """The lines on which the verdict may well be wrong."""
        return tuple(filter(is_doubtful, self.blocks))

    @property
    def doubt(self) -> str:
        """What cleaning was unsure of, for people; empty where that is little of the page."""
        return doubt_of(self.blocks)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What the steps changed."""
        return tuple(changes_of(self.source, self.steps))

    @cached_property
    def unsure(self) -> tuple[tuple[int, str], ...]:
        """Words that seem to have lost letters which no word list could tell, with their lines."""
        text = self.repaired
        return tuple(
            (text.count("\n", 0, loss.start) + 1, loss.before) for loss in find_losses(text)
        )


class PlanLine(BaseModel):
    """A line's verdict in a written plan; what else stands there is for people."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    line: int
    kept: bool
    reason: str


class Plan(BaseModel):
    """What replaying needs of a written explanation."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    digest: str
    steps: tuple[str, ...]
    title: str
    lines: tuple[PlanLine, ...]


def clean(
    document: Document,
    *,
    language: str | None = "fr",
    keep: frozenset[str] = frozenset(),
    steps: Sequence[str] = tuple(STEPS),
    repeated: Mapping[str, int] | None = None,
) -> Cleaning:
    """The article of `document`, one paragraph a block, with blank lines between.

    `language` is the article's, or None when it is not known. `keep` names reasons for which
    lines stay after all, such as "title" and "photo caption". `repeated` holds the lines that
    stand on several pages.
    Raises InputError when the page holds no article.
    """
    cleaning = judge(document, language=language, keep=keep, steps=steps, repeated=repeated)
    refuse_empty(cleaning)
    return cleaning


def refuse_empty(cleaning: Cleaning) -> None:
    """Raises NoTextError for a page that holds no article."""
    if not cleaning.document.text:
        raise NoTextError(
            f"{cleaning.document.name}: no article found, only page furniture; `toolkit clean "
            "--explain` shows why"
        )


def judge(
    document: Document,
    *,
    language: str | None = "fr",
    keep: frozenset[str] = frozenset(),
    steps: Sequence[str] = tuple(STEPS),
    repeated: Mapping[str, int] | None = None,
) -> Cleaning:
    """`clean`, with an empty text where the page holds no article."""
    text = repair(document.text, steps)
    # A page of nothing but lines that stand elsewhere too is a copy rather than furniture.
    for known in (repeated, None) if repeated else (None,):
        blocks, title = judge_lines(
            text.split("\n"),
            language=language,
            title=document.metadata.get("title", ""),
            keep=keep,
            repeated=known,
            marks=document.marks if len(document.marks) == text.count("\n") + 1 else (),
        )
        if any(block.kept for block in blocks):
            break
    return _cleaning(document, text, blocks, title, tuple(steps))


def keep_all(document: Document, *, steps: Sequence[str] = tuple(STEPS)) -> Cleaning:
    """`judge` for what is an article already: characters are repaired, and every line stays."""
    text = repair(document.text, steps)
    blocks = tuple(
        Block(number, line, bool(line.strip()), ARTICLE if line.strip() else "empty")
        for number, line in enumerate(text.split("\n"), start=1)
    )
    return _cleaning(document, text, blocks, "", tuple(steps))


def replay(document: Document, plan: str) -> Cleaning:
    """Clean as the written explanation `plan` says.

    Raises InputError when it is no such explanation, or one of another text.
    """
    try:
        read = Plan.model_validate_json(plan)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise InputError(f"the plan can't be read: {where}: {fault['msg']}") from error
    if read.digest != _digest(document.text):
        raise InputError(f"{document.name}: the plan is of another text, or of an older state")
    if unknown := set(read.steps) - STEPS.keys():
        raise InputError(f"the plan has unknown steps: {', '.join(sorted(unknown))}")
    text = repair(document.text, read.steps)
    lines = text.split("\n")
    if [line.line for line in read.lines] != list(range(1, len(lines) + 1)):
        raise InputError(f"{document.name}: the plan doesn't have a verdict for every line")
    blocks = tuple(
        Block(each.line, line, each.kept, each.reason)
        for each, line in zip(read.lines, lines, strict=True)
    )
    return _cleaning(document, text, blocks, read.title, read.steps)


def _cleaning(
    document: Document,
    text: str,
    blocks: tuple[Block, ...],
    title: str,
    steps: tuple[str, ...],
) -> Cleaning:
    metadata = {**document.metadata, **({"title": title} if title else {})}
    if ends_at_paywall(blocks):
        metadata["paywalled"] = "yes"
    kept = [block for block in blocks if block.kept]
    marks: tuple[frozenset[str], ...] = ()
    if len(document.marks) == len(blocks):
        marks = tuple(
            each for block in kept for each in (document.marks[block.line - 1], frozenset[str]())
        )[:-1]
    return Cleaning(
        document=Document(
            name=document.name,
            text="\n\n".join(block.text.strip() for block in kept),
            encoding=document.encoding,
            metadata=metadata,
            record=document.record,
            marks=marks,
        ),
        blocks=blocks,
        steps=steps,
        source=document.text,
        repaired=text,
    )


def _digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
