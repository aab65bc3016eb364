"""Which lines of a page are the article, and why the others are not.

Flattened pages have no markup left, so the article is found by its prose. Every line gets points
for and against, in itself (features.py) and among its neighbours (structure.py, context.py). The
article is the run of lines whose points add up highest (place.py), but for sections that are hardly
of it (sections.py); inside of it a line stays unless much speaks against it, outside of it every
line goes.
"""

import gc
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import NamedTuple

from toolkit.cleaning.context import (
    limit_patterns,
    weigh_authors,
    weigh_captions,
    weigh_lists,
    weigh_repeats,
    weigh_teasers,
)
from toolkit.cleaning.features import DROP_BELOW, GROUPS, MAX_TITLE_CHARS, Line, describe
from toolkit.cleaning.marks import LEFT_OUT, NEITHER, points, weigh_marks
from toolkit.cleaning.patterns import normal_form
from toolkit.cleaning.patterns import reasons as pattern_reasons
from toolkit.cleaning.place import find_article
from toolkit.cleaning.probability import probabilities
from toolkit.cleaning.prompts import REASON as PROMPT
from toolkit.cleaning.sections import REASON as ASIDE
from toolkit.cleaning.structure import CONTENTS, NOTE, mark_structure
from toolkit.documents import Block
from toolkit.errors import UsageError

MAX_PASSES = 20  # two are usual; a page made to need more must not take for ever

ARTICLE = "article"
TITLE = "title"
ON_PAGES = re.compile(r"on \d+ pages")  # a reason with a number in it
# Beside those of the patterns, and of lines that stand on several pages.
OTHER_REASONS = (
    TITLE,
    "before the article",
    "after the article",
    "about the author",
    "another language",
    ASIDE,
    "beside byline or time",
    "emoji",
    "few small words",
    "list of links",
    "no full stop",
    "no words",
    NOTE,
    "pull quote",
    PROMPT,
    "repeated on the page",
    CONTENTS,
)


def reasons() -> frozenset[str]:
    """Every reason for which a line may go; a number of pages is that of a site's pages."""
    return frozenset({*OTHER_REASONS, *pattern_reasons(), *points().votes, *points().marks})


def refuse_unknown_reasons(names: Iterable[str]) -> None:
    """Raises UsageError for what is not a reason."""
    if unknown := {each for each in set(names) - reasons() if not ON_PAGES.fullmatch(each)}:
        raise UsageError(
            f"no reason {', '.join(sorted(unknown))} for which lines go (there are: "
            f"{', '.join(sorted(reasons()))})"
        )


def judge_lines(
    lines: Sequence[str],
    *,
    language: str | None,
    title: str = "",
    keep: frozenset[str] = frozenset(),
    repeated: Mapping[str, int] | None = None,
    marks: Sequence[frozenset[str]] = (),
    groups: frozenset[str] = frozenset(GROUPS),
) -> tuple[tuple[Block, ...], str]:
    """A verdict for each line, and the title (empty when there is none).

    `language` is the article's; lines clearly in another are dropped. None skips that test.
    `title` is the page's where reading found one. `keep` names reasons for which lines above and
    inside the article stay after all. `repeated` holds lines that stand on several pages, in
    single spaces, with the number of pages. `marks` are what markup says of each line, if anything.
    `groups` are the features used.
    """
    if language != "fr":
        groups -= {"sections"}  # whose signals are in French words
    with _no_garbage_collection():
        return _settle(lines, language, title, keep, repeated or {}, marks, groups)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Lines and verdicts hold no circles, but the collector would walk over all of them each time
    that more were made: a third of the time that a long page takes.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _settle(
    lines: Sequence[str],
    language: str | None,
    title: str,
    keep: frozenset[str],
    repeated: Mapping[str, int],
    marks: Sequence[frozenset[str]],
    groups: frozenset[str],
) -> tuple[tuple[Block, ...], str]:
    described = [describe(line.strip(), language=language, groups=groups) for line in lines]
    verdicts, found_title = _judge(described, title, keep, repeated, marks, groups)
    # What stays is judged again without what went, until that changes nothing: so cleaning a
    # cleaned text changes nothing either.
    for _ in range(MAX_PASSES):
        kept = [index for index, verdict in enumerate(verdicts) if verdict.kept]
        if len(kept) == len(lines) and not title:
            break  # it was just judged
        kept_marks = [marks[index] for index in kept] if marks else ()
        again, _ = _judge(
            [described[index] for index in kept], "", keep, repeated, kept_marks, groups
        )
        dropped = {
            index: verdict for index, verdict in zip(kept, again, strict=True) if not verdict.kept
        }
        if not dropped:
            break
        verdicts = [dropped.get(index, verdict) for index, verdict in enumerate(verdicts)]
    filled = [(line.score, reason == ARTICLE) for line, _, reason in verdicts if line.text]
    known = probabilities(filled)
    blocks = tuple(
        Block(
            number,
            text,
            kept,
            reason,
            line.score,
            line.evidence,
            next(known) if line.text else None,
        )
        for number, (text, (line, kept, reason)) in enumerate(
            zip(lines, verdicts, strict=True), start=1
        )
    )
    return blocks, found_title


def weigh_neighbours(
    described: Sequence[Line],
    repeated: Mapping[str, int],
    groups: frozenset[str],
    marks: Sequence[frozenset[str]] = (),
) -> list[Line]:
    """The lines with what those around them say, and their marks if there are any."""
    weighed = limit_patterns(described)
    if "structure" in groups:
        weighed = mark_structure(weighed)
    if marks:
        weighed = weigh_marks(weighed, marks)
    if "repeats" in groups:
        weighed = weigh_repeats(weighed, repeated)
    if "lists" in groups:
        weighed = weigh_captions(weigh_lists(weigh_teasers(weighed)))
    if "echoes" in groups:
        weighed = weigh_authors(weighed)
    return weighed


class Verdict(NamedTuple):
    line: Line
    kept: bool
    reason: str


def _judge(
    described: Sequence[Line],
    title: str,
    keep: frozenset[str],
    repeated: Mapping[str, int],
    marks: Sequence[frozenset[str]],
    groups: frozenset[str],
) -> tuple[list[Verdict], str]:
    """Verdicts on lines with the evidence of their own."""
    weighed = weigh_neighbours(described, repeated, groups, marks)
    weighed, first, last, title = find_article(weighed, title, groups)
    verdicts: list[Verdict] = []
    titled = False
    normal_title = normal_form(title)
    for index, line in enumerate(weighed):
        same = title and len(line.text) <= MAX_TITLE_CHARS and _same(line.text, title, normal_title)
        kept, reason = (False, TITLE) if same else _verdict(line, index, first, last)
        kept = kept or (reason in keep and index <= last and line.vote != NEITHER)
        if reason == TITLE:
            kept, titled = kept and not titled, True
        verdicts.append(Verdict(line, kept, reason))
    return verdicts, title


def _verdict(line: Line, index: int, first: int, last: int) -> tuple[bool, str]:
    if not line.text:
        return False, "empty"
    if line.score < DROP_BELOW:
        return False, _reason(line)
    if first <= index <= last:
        return True, ARTICLE
    return False, "before the article" if index < first else "after the article"


def _reason(line: Line) -> str:
    """What speaks most against it; that readers leave it out says less than the rest."""
    rest = [point for point in line.evidence if point[0] not in LEFT_OUT]
    most = min(rest, key=itemgetter(1), default=("", 0.0))
    return most[0] if most[1] < DROP_BELOW else line.fault


def _same(line: str, title: str, normal_title: str) -> bool:
    # Comparing lengths first saves the normal form of nearly every line.
    return line == title or (
        abs(len(line) - len(title)) <= 12 and normal_form(line) == normal_title
    )
