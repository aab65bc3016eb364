"""Our own reader of pages: the element that holds the article, as the reading views of browsers
find it, by the prose in it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from toolkit.reading.outline import Node, Outline, PageLine
from toolkit.reading.places import UNTELLING
from toolkit.reading.witness import words_of

MAX_LINKS = 0.5  # of the characters of prose
PROSE_CHARS = range(40, 600)  # what a line needs to be prose, and what of it counts
SENTENCE_END = re.compile(r"[.!?…»\")\]]\s*$")
UNENDED = 0.3  # what a line counts that ends as no sentence
ASIDE = 0.1  # what one counts in a menu, a form, comments…
ON_TITLE = 1.5  # as many times what one counts with a word of the title
MIN_TITLE_WORD = 5
TO_PARENT = 0.5
MIN_AGREED = 0.8  # of the prose of the main text
MIN_PART = 0.3  # of the element's prose in a place that is none


class Element(NamedTuple):
    """The node that holds the article; for each node whether it is in there, and its places.

    What the article stands in as a whole, or a good part of it, is no place of its lines.
    """

    node: int
    inside: Sequence[bool]
    places: Sequence[frozenset[str]]


def article_element(page: Outline, title: str, in_main: Sequence[bool]) -> Element:
    """`title` is the page's; `in_main` says of each line whether trafilatura took it."""
    worths = _worths(page, title)
    node = _agreed(page, _holder(page, worths), worths, in_main)
    inside = _inside(page.nodes, node)
    return Element(node, inside, _places(page, node, inside, worths))


def prose_of(line: PageLine) -> float:
    """The characters of a line that speak for an article around it."""
    if line.links > MAX_LINKS or len(line.text) < PROSE_CHARS.start:
        return 0.0
    ended = SENTENCE_END.search(line.text[-12:])
    return min(len(line.text), PROSE_CHARS.stop) * (1.0 if ended else UNENDED)


def _worths(page: Outline, title: str) -> list[float]:
    """The prose of each line, weighed by where it stands and what it is on."""
    weights = [1.0]
    for node in page.nodes[1:]:
        weight = 1.0 if node.places <= UNTELLING else ASIDE
        weights.append(min(weight, weights[node.parent]))
    on_title = frozenset(word for word in words_of(title) if len(word) >= MIN_TITLE_WORD)
    worths = []
    for line in page.lines:
        worth = prose_of(line) * weights[line.node]
        off_title = not worth or on_title.isdisjoint(words_of(line.text))
        worths.append(worth if off_title else ON_TITLE * worth)
    return worths


def _holder(page: Outline, worths: Sequence[float]) -> int:
    """The node with most prose of its own and, by half with each step, of what it holds."""
    held = [0.0] * len(page.nodes)
    for line, worth in zip(page.lines, worths, strict=True):
        held[line.node] += worth
    for index, node in _from_the_leaves(page.nodes):
        held[node.parent] += TO_PARENT * held[index]
    return held.index(max(held))


def _agreed(page: Outline, holder: int, worths: Sequence[float], in_main: Sequence[bool]) -> int:
    """`holder`, or the nearest node above or beside it that holds most of the main text."""
    nodes = page.nodes
    held = [0.0] * len(nodes)
    for line, worth, taken in zip(page.lines, worths, in_main, strict=True):
        held[line.node] += worth if taken else 0.0
    for index, node in _from_the_leaves(nodes):
        held[node.parent] += held[index]
    if held[holder] >= MIN_AGREED * held[0]:
        return holder
    # Of those that hold it, each is inside of the one before it.
    return max(index for index, each in enumerate(held) if each >= MIN_AGREED * held[0])


def _places(
    page: Outline, holder: int, inside: Sequence[bool], worths: Sequence[float]
) -> list[frozenset[str]]:
    path = frozenset(_path(page.nodes, holder))
    places: list[frozenset[str]] = []
    for index, node in enumerate(page.nodes):
        places.append(frozenset() if index in path else places[node.parent] | node.places)
    held: dict[str, float] = defaultdict(float)
    for line, worth in zip(page.lines, worths, strict=True):
        if inside[line.node]:
            held[""] += worth
            for place in places[line.node]:
                held[place] += worth
    parts = frozenset(place for place, worth in held.items() if worth >= MIN_PART * held[""])
    return [own - parts if within else own for own, within in zip(places, inside, strict=True)]


def _inside(nodes: Sequence[Node], holder: int) -> list[bool]:
    inside = [False] * len(nodes)
    inside[holder] = True
    for index in range(holder + 1, len(nodes)):
        inside[index] = inside[nodes[index].parent]
    return inside


def _path(nodes: Sequence[Node], index: int) -> Iterator[int]:
    """The node and those around it, up to the page."""
    while index:
        yield index
        index = nodes[index].parent
    yield 0


def _from_the_leaves(nodes: Sequence[Node]) -> Iterator[tuple[int, Node]]:
    """Each node but the page, after all that it holds."""
    return ((index, nodes[index]) for index in range(len(nodes) - 1, 0, -1))
