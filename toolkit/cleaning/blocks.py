"""Which lines of a page are the article, and why the others are not.

Flattened pages have no markup left, so the article is found by its prose. Every line gets points
for and against, in itself (features.py) and among its neighbours (context.py). The article is the
run of lines whose points add up highest; inside of it a line stays unless much speaks against it,
outside of it every line goes.
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
    weigh_echoes,
    weigh_head,
    weigh_lists,
    weigh_repeats,
    weigh_teasers,
)
from toolkit.cleaning.features import GROUPS, MAX_TITLE_CHARS, WORD, Line, describe
from toolkit.cleaning.patterns import INTERRUPTION, normal_form
from toolkit.cleaning.patterns import reasons as pattern_reasons
from toolkit.cleaning.probability import probabilities
from toolkit.cleaning.prompts import REASON as PROMPT
from toolkit.cleaning.prompts import VOUS
from toolkit.cleaning.structure import mark_structure
from toolkit.documents import Block
from toolkit.errors import UsageError

DROP_BELOW = -2.0
MAX_COST = -0.7  # what a line without a pattern can cost the run that it stands in
MIN_ARTICLE = 1.0
MAX_PASSES = 20  # two are usual; a page made to need more must not take for ever
ENOUGH = {"always": 2.5, "late": 7.0}  # what the run needs before a line can end the article
MIN_TITLE_WORDS = 3
MIN_TITLE_SCORE = -4.5  # a title that also stands in a list of links is no worse
MAX_CAPITALS = 0.5
LONG_TITLE_CHARS = 90
MIN_LEAD_SCORE = 2.0
VOCABULARY_LINES = 40
MAX_LEAD_CHARS = 600
ABOUT = 3.0
MIN_CONTENT_CHARS = 5
NUMBERED = re.compile(r"(?:[IVX]{1,4}|\d{1,2})[.)] ")
DATE_END = re.compile(r"\bMONTH #$")
TITLE_REACH = 40  # lines above the article

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
    "beside byline or time",
    "emoji",
    "few small words",
    "list of links",
    "no full stop",
    "no words",
    "pull quote",
    PROMPT,
    "repeated on the page",
)


def reasons() -> frozenset[str]:
    """Every reason for which a line may go; a number of pages is that of a site's pages."""
    return frozenset({*OTHER_REASONS, *pattern_reasons()})


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
    groups: frozenset[str] = frozenset(GROUPS),
) -> tuple[tuple[Block, ...], str]:
    """A verdict for each line, and the title (empty when there is none).

    `language` is the article's; lines clearly in another are dropped. None skips that test.
    `title` is the page's where reading found one. `keep` names reasons for which lines above and
    inside the article stay after all. `repeated` holds lines that stand on several pages, in
    single spaces, with the number of pages. `groups` are the features used.
    """
    with _no_garbage_collection():
        return _settle(lines, language, title, keep, repeated or {}, groups)


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
    groups: frozenset[str],
) -> tuple[tuple[Block, ...], str]:
    described = [describe(line.strip(), language=language, groups=groups) for line in lines]
    verdicts, title = _judge(described, title, keep, repeated, groups)
    # What stays is judged again without what went, until that changes nothing: so cleaning a
    # cleaned text changes nothing either.
    for _ in range(MAX_PASSES):
        kept = [index for index, verdict in enumerate(verdicts) if verdict.kept]
        again, _ = _judge([described[index] for index in kept], "", keep, repeated, groups)
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
    return blocks, title


class Verdict(NamedTuple):
    line: Line
    kept: bool
    reason: str


def _judge(
    described: Sequence[Line],
    title: str,
    keep: frozenset[str],
    repeated: Mapping[str, int],
    groups: frozenset[str],
) -> tuple[list[Verdict], str]:
    """Verdicts on lines with the evidence of their own."""
    weighed = limit_patterns(described)
    if "structure" in groups:
        weighed = mark_structure(weighed)
    if "repeats" in groups:
        weighed = weigh_repeats(weighed, repeated)
    if "lists" in groups:
        weighed = weigh_captions(weigh_lists(weigh_teasers(weighed)))
    if "echoes" in groups:
        weighed = weigh_authors(weigh_echoes(weighed))
    first, last = _article_run(weighed) if "place" in groups else (0, len(weighed) - 1)
    title_line = _title_line(weighed, first)
    if title_line is not None:
        title = title or weighed[title_line].text
        first = _lead(weighed, title_line, first)
    weighed = weigh_head(weighed, first, last)
    verdicts: list[Verdict] = []
    titled = False
    normal_title = normal_form(title)
    for index, line in enumerate(weighed):
        same = title and len(line.text) <= MAX_TITLE_CHARS and _same(line.text, title, normal_title)
        kept, reason = (False, TITLE) if same else _verdict(line, index, first, last)
        kept = kept or (reason in keep and index <= last)
        if reason == TITLE:
            kept, titled = kept and not titled, True
        verdicts.append(Verdict(line, kept, reason))
    return verdicts, title


def _verdict(line: Line, index: int, first: int, last: int) -> tuple[bool, str]:
    if not line.text:
        return False, "empty"
    if line.score < DROP_BELOW:
        return False, min(line.evidence, key=itemgetter(1))[0]
    if first <= index <= last:
        return True, ARTICLE
    return False, "before the article" if index < first else "after the article"


def _same(line: str, title: str, normal_title: str) -> bool:
    # Comparing lengths first saves the normal form of nearly every line.
    return line == title or (
        abs(len(line) - len(title)) <= 12 and normal_form(line) == normal_title
    )


def _article_run(lines: Sequence[Line]) -> tuple[int, int]:
    """The first and last line of the run with the highest sum; an empty run when none is enough.

    Kadane's algorithm, which stops at a line that ends the article once there is one.
    """
    best, best_run = 0.0, (len(lines), -1)
    total, start = 0.0, 0
    for index, line in enumerate(lines):
        pattern = line.pattern
        if pattern and pattern.ends_article and best >= ENOUGH[pattern.ends_article]:
            break
        if total <= 0:
            total, start = 0.0, index
        total += _cost(line)
        if total > best:
            best, best_run = total, (start, index)
    return best_run if best >= MIN_ARTICLE else (len(lines), -1)


def _cost(line: Line) -> float:
    if line.pattern and (line.score < 0 or line.pattern.cost > INTERRUPTION):
        return -line.pattern.cost
    return max(line.score, MAX_COST)


def _lead(lines: Sequence[Line], title: int, first: int) -> int:
    """Where the article begins when a lead stands between the title and its first paragraph.

    Bylines, dates, prompts and captions between them can be many, so their cost doesn't count.
    """
    for index in range(title + 1, first):
        line = lines[index]
        if not line.pattern and line.sentence and line.score >= MIN_LEAD_SCORE:
            return index
    return first


def _title_line(lines: Sequence[Line], first: int) -> int | None:
    """The likeliest title among the lines above the article."""
    above = [index for index in range(min(first, len(lines))) if lines[index].text][-TITLE_REACH:]
    near = lines[: first + 2 * TITLE_REACH]
    texts = [normal_form(line.text) for line in near if 0 < len(line.text) <= MAX_TITLE_CHARS * 2]
    dated = next(
        (i for i in above if (p := lines[i].pattern) and p.reason in ("byline", "time")), 0
    )
    vocabulary = _content(line.text for line in lines[first : first + VOCABULARY_LINES])
    best, chosen = float("-inf"), None
    for distance, index in enumerate(reversed(above)):
        line = lines[index]
        words = len(line.text.split())
        if line.pattern or line.score < MIN_TITLE_SCORE or words < MIN_TITLE_WORDS:
            continue
        if NUMBERED.match(line.text) or DATE_END.search(normal_form(line.text)):
            continue
        if not (line.bare or line.question) or len(line.text) > MAX_TITLE_CHARS:
            continue
        elsewhere = sum(normal_form(line.text) in text for text in texts) - 1
        score = 3.0 * bool(elsewhere) + 1.5 * (words > MIN_TITLE_WORDS) - 0.05 * distance
        score += 2.0 * (index < dated) - 0.5 * (len(line.text) > LONG_TITLE_CHARS)
        own = _content([line.text])
        score += ABOUT * len(own & vocabulary) / len(own) if own else 0.0
        if not VOUS.isdisjoint(WORD.findall(line.text.lower())):
            score -= 2.0  # a prompt
        if sum(word[0].isupper() for word in line.text.split()) > MAX_CAPITALS * words:
            score -= 2.0  # names, as in a byline
        if score > best:
            best, chosen = score, index
    return chosen


def _content(texts: Iterable[str]) -> set[str]:
    """Words long enough to say what a text is about."""
    return {
        word
        for text in texts
        for word in WORD.findall(text[:MAX_LEAD_CHARS].lower())
        if len(word) >= MIN_CONTENT_CHARS
    }
