"""Which lines of a page stand in another text of it, as trafilatura and the page's data have it."""

import re
from collections.abc import Iterable, Sequence

from toolkit.text import fold

SHINGLE = 3  # words
MIN_SHINGLES = 0.8  # the share of a line's shingles that shows that it stands in the text
MIN_WORDS = 6  # of a line that shingles are taken of
REACH = 3  # lines between a shorter one and the nearest of these
WORD = re.compile(r"\w+")
SOFT_HYPHEN = "\u00ad"


def lines_in(text: str, lines: Sequence[str]) -> list[bool]:
    """Whether each line stands in `text`, whose own lines may begin and end elsewhere.

    Short lines, which stand elsewhere on a page as well, must stand among longer ones.
    """
    if not text:
        return [False] * len(lines)
    whole = {tuple(words_of(line)) for line in text.split("\n")}
    known = {shingle for words in whole for shingle in _shingles(words)}
    found: list[bool] = []
    long: list[int] = []
    for index, line in enumerate(lines):
        words = tuple(words_of(line))
        if len(words) < MIN_WORDS:
            found.append(bool(words) and words in whole)
            continue
        shingles = list(_shingles(words))
        found.append(sum(map(known.__contains__, shingles)) >= MIN_SHINGLES * len(shingles))
        if found[-1]:
            long.append(index)
    reach = range(long[0] - REACH, long[-1] + REACH + 1) if long else range(len(lines))
    return [each and index in reach for index, each in enumerate(found)]


def words_of(text: str) -> list[str]:
    """In lower case and without accents."""
    return WORD.findall(fold(text.replace(SOFT_HYPHEN, "")))


def _shingles(words: Sequence[str]) -> Iterable[tuple[str, ...]]:
    return zip(*(words[at:] for at in range(SHINGLE)), strict=False)
