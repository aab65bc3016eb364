"""Whether the data of a page say that it holds only the free part of an article."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from toolkit.languages import union
from toolkit.reading.element import MAX_LINKS, SENTENCE_END
from toolkit.reading.facts import Facts
from toolkit.reading.linked_data import LinkedArticle, truth
from toolkit.reading.outline import Outline, PageLine
from toolkit.reading.witness import words_of

NAME = re.compile(r"[.#]([\w-]+)")
SEPARATOR = re.compile(r"[\s#]+")
MIN_SHARE = 0.2  # of the text, for the closed part to be there
MAX_FREE_CHARS = 2000
MISSING = 1.3  # as many times the text of the page, which the data have or count
END_WORDS = 30  # at the end of the text in the data
MIN_FOUND = 0.5  # of these, for the page to have them
MIN_PROSE_CHARS = 40
MIN_CUT_CHARS = 200
ASIDE = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "li", "figcaption"))
ATTRIBUTE = re.compile(r"\b(?:class|id)\s*=\s*[\"']?([^\"'<>]{1,300})")
CUT = re.compile(r"(?:…|\.\.\.)[\s\])]*$")


def is_cut_off(
    page: Outline, article: LinkedArticle, taken: Sequence[bool], *, markup: str
) -> bool:
    """`taken` says of each line whether a reader takes it for the article.

    Data say who may read an article, not how much of it a page holds, and often that is all of it.
    So something must be missing: the rest of the text or of the words that the data have, the
    closed part, or the end of the last sentence.
    """
    if not _is_closed(page.facts, article):
        return False
    names = {name for selector in article.locked for name in NAME.findall(selector)}
    closed = [False]
    for node in page.nodes[1:]:
        own = bool(names) and not names.isdisjoint(SEPARATOR.split(node.names))
        closed.append(own or closed[node.parent])
    lines = [line for line, within in zip(page.lines, taken, strict=True) if within]
    whole = sum(len(line.text) for line in lines)
    inside = sum(len(line.text) for line in lines if closed[line.node])
    if MIN_SHARE * whole <= inside < whole:
        return False
    if len(article.body) >= MISSING * whole and not _has_end(page.lines, article.body):
        return True
    if article.words:
        return article.words >= MISSING * sum(len(words_of(line.text)) for line in lines)
    if whole > MAX_FREE_CHARS:
        return False
    return (bool(names) and not _has_element(markup, names)) or _breaks_off(lines)


def _is_closed(facts: Facts, article: LinkedArticle) -> bool:
    values = [truth(value) for value in facts.properties.get("isaccessibleforfree", ())]
    tier = facts.meta.get("article:content_tier", "").strip().lower()
    return article.free is False or values[:1] == [False] or tier == "locked"


def _has_end(lines: Sequence[PageLine], body: str) -> bool:
    """Whether the last words of `body` stand on the page, next to each other."""
    end = words_of(body)[-END_WORDS:]
    words = [word for line in lines for word in words_of(line.text)]
    known = set(pairwise(words))
    pairs = list(pairwise(end))
    return sum(map(known.__contains__, pairs)) >= MIN_FOUND * len(pairs)


def _has_element(markup: str, names: set[str]) -> bool:
    """Whether an element has one of the classes or ids, also one that can't hold an article."""
    values = (found.group(1) for found in ATTRIBUTE.finditer(markup))
    return any(not names.isdisjoint(value.split()) for value in values)


def _breaks_off(lines: Sequence[PageLine]) -> bool:
    """Whether the last paragraph ends within a sentence. Captions, dates and links end without a
    stop as well, but are short and don't end with a word that goes on.
    """
    prose = [
        line.text
        for line in lines
        if line.tag not in ASIDE and line.links <= MAX_LINKS and len(line.text) >= MIN_PROSE_CHARS
    ]
    if not prose:
        return False
    last, words = prose[-1], words_of(prose[-1])
    if SENTENCE_END.search(last):
        return CUT.search(last) is not None
    return len(last) >= MIN_CUT_CHARS or not _small_words().isdisjoint(words[-1:])


@cache
def _small_words() -> frozenset[str]:
    return union(lambda language: language.stop_words)
