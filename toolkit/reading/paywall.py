"""Whether the data of a page say that it holds only the free part of an article."""

import re
from collections.abc import Sequence

from toolkit.reading.facts import Facts
from toolkit.reading.linked_data import LinkedArticle, truth
from toolkit.reading.outline import Outline

NAME = re.compile(r"[.#]([\w-]+)")
SEPARATOR = re.compile(r"[\s#]+")
MIN_SHARE = 0.2  # of the text, for the closed part to be there
MAX_FREE_CHARS = 2000
MISSING = 1.3  # as many times the text of the page, which the text in its data has


def is_cut_off(page: Outline, article: LinkedArticle, taken: Sequence[bool]) -> bool:
    """`taken` says of each line whether a reader takes it for the article.

    Data say who may read an article, not how much of it a page holds, and often that is all of it.
    So the text must be short, or shorter than the one in the data, and none of it may stand in the
    closed part beside some that doesn't.
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
    return whole <= MAX_FREE_CHARS or len(article.body) >= MISSING * whole


def _is_closed(facts: Facts, article: LinkedArticle) -> bool:
    values = [truth(value) for value in facts.properties.get("isaccessibleforfree", ())]
    tier = facts.meta.get("article:content_tier", "").strip().lower()
    return article.free is False or values[:1] == [False] or tier == "locked"
