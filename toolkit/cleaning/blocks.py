"""Which lines of a page are the article, and why the others are not.

Flattened pages have no markup left, so the article is found by its prose: it runs from the first
to the last long line that ends as a sentence. Within that run a line stays unless it is known page
furniture or in another language; outside of it a line goes.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from toolkit.cleaning.language import identify_language
from toolkit.documents import Block

FURNITURE_FILE = Path(__file__).with_name("furniture.toml")
MIN_PROSE_CHARS = 60
MIN_SENTENCE_WORDS = 3
MIN_TITLE_WORDS = 3
MAX_TITLE_CHARS = 200
MIN_LANGUAGE_CHARS = 60
MIN_LANGUAGE_CONFIDENCE = 0.6
SENTENCE_END = re.compile(r"[.!?…][\s\u00a0\u202f»”\"'’)\]]*$")


@dataclass(frozen=True, slots=True)
class Furniture:
    reason: str
    pattern: re.Pattern[str]
    ends_article: bool


@cache
def furniture() -> tuple[Furniture, ...]:
    entries = tomllib.loads(FURNITURE_FILE.read_text(encoding="utf-8"))["furniture"]
    return tuple(
        Furniture(
            entry["reason"],
            _compile(entry["patterns"]),
            entry.get("ends_article", False),
        )
        for entry in entries
    )


def _compile(patterns: Sequence[str]) -> re.Pattern[str]:
    alternatives = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re.compile(alternatives.replace("’", "['’]"), re.IGNORECASE)


def judge_lines(lines: Sequence[str], *, language: str | None) -> tuple[tuple[Block, ...], str]:
    """A verdict for each line, and the title (empty when there is none).

    `language` is the article's; lines clearly in another are dropped. None skips that test.
    """
    stripped = [line.strip() for line in lines]
    known = [_furniture_of(line) for line in stripped]
    foreign = [_is_foreign(line, language) for line in stripped]
    plain = [
        bool(line) and furniture is None and not other
        for line, furniture, other in zip(stripped, known, foreign, strict=True)
    ]
    first, last = _article_run(stripped, known, plain)
    title_line = _title_line(stripped, plain, first)
    title = stripped[title_line] if title_line is not None else ""
    blocks = []
    for index, line in enumerate(stripped):
        match = known[index]
        inside = first <= index <= last
        if not line:
            kept, reason = False, "empty"
        elif match:
            kept, reason = False, match.reason
        elif foreign[index]:
            kept, reason = False, "another language"
        elif title and line == title:
            kept, reason = False, "title"
        elif inside:
            kept, reason = True, "article"
        else:
            kept, reason = False, "before the article" if index < first else "after the article"
        blocks.append(Block(line=index + 1, text=lines[index], kept=kept, reason=reason))
    return tuple(blocks), title


def _furniture_of(line: str) -> Furniture | None:
    # No furniture is as long as a paragraph, and the patterns are slow on very long lines.
    if not line or len(line) > 400:
        return None
    return next((each for each in furniture() if each.pattern.fullmatch(line)), None)


def _is_foreign(line: str, language: str | None) -> bool:
    if language is None or len(line) < MIN_LANGUAGE_CHARS:
        return False
    found = identify_language(line)
    return (
        found is not None and found.code != language and found.confidence >= MIN_LANGUAGE_CONFIDENCE
    )


def _article_run(
    lines: Sequence[str], known: Sequence[Furniture | None], plain: Sequence[bool]
) -> tuple[int, int]:
    """The first and last line of the article; an empty run when there is none."""
    sentences = [
        plain[index] and bool(SENTENCE_END.search(line)) and len(line.split()) >= MIN_SENTENCE_WORDS
        for index, line in enumerate(lines)
    ]
    prose = [
        sentence and len(line) >= MIN_PROSE_CHARS
        for sentence, line in zip(sentences, lines, strict=True)
    ]
    anchors = prose if any(prose) else sentences
    if not any(anchors):
        return len(lines), -1
    first = anchors.index(True)
    end = next(
        (i for i in range(first, len(lines)) if (each := known[i]) and each.ends_article),
        len(lines),
    )
    last = max(index for index in range(first, end) if anchors[index])
    while last + 1 < end and (sentences[last + 1] or not lines[last + 1]):
        if lines[last + 1].endswith("?"):
            break  # rather a headline in a list of links
        last += 1
    while first > 0 and (sentences[first - 1] or not lines[first - 1]):
        first -= 1
    return first, last


def _title_line(lines: Sequence[str], plain: Sequence[bool], first: int) -> int | None:
    """The last line above the article that can be its title."""
    for index in range(min(first, len(lines)) - 1, -1, -1):
        line = lines[index]
        if (
            plain[index]
            and not SENTENCE_END.search(line)
            and len(line) <= MAX_TITLE_CHARS
            and len(line.split()) >= MIN_TITLE_WORDS
        ):
            return index
    return None
