"""The text of an HTML page as a stream, without a tree: quick, and safe with any page."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from toolkit.errors import InputError, TooLongError
from toolkit.reading.characters import one_spaced
from toolkit.reading.facts import Facts
from toolkit.reading.places import NOWHERE, places_of

BLOCKS = frozenset(
    "address article aside blockquote body br button caption center dd details dialog div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol "
    "option p pre section summary table tbody td textarea th tr ul".split()
)
# What can hold an article or a part of it, beside what its attributes name as a place.
CONTAINERS = frozenset(
    "article aside body center dialog div dl fieldset figure footer form header main nav ol "
    "section table tbody td ul".split()
)
DEAD = frozenset("audio canvas head iframe noscript object script style svg template video".split())
# A blank line inside of text ends a paragraph on pages that have no elements for these.
BLANK = re.compile(r"(?<=\S)[^\S\n]*\n[^\S\n]*\n\s*(?=\S)")
BREAK = "\x00"  # is in no text
MAX_DEPTH = 100_000
MAX_NAMES = 300  # characters of an element's classes
# What a page may have for its tree to be built and searched: time grows with the square of some of
# these, others are searched recursively.
MAX_TREE = {"chars": 2_000_000, "elements": 200_000, "depth": 250, "attributes": 1000}


class PageLine(NamedTuple):
    """A line with the node that most of it stands in, and the share of its characters that are
    links. `tag` is that of the block.
    """

    text: str
    node: int = 0
    links: float = 0.0
    tag: str = ""


class Node(NamedTuple):
    """An element that can hold an article, or whose attributes name a place. `names` are its
    classes and its id.
    """

    parent: int
    places: frozenset[str] = frozenset()
    names: str = ""


class _Open(NamedTuple):
    node: int = 0
    dead: bool = False
    link: bool = False
    verbatim: bool = False


class Outline:
    """The lines of a page, by its block elements, with its title, its language and its facts.

    `chars` counts the text that it shows, `depth` how deep its elements are nested, `attributes`
    the most that an element has. In `nodes` parents stand before their children; the first is the
    page.
    """

    def __init__(self, max_chars: int) -> None:
        self._max_chars = max_chars
        self.lines: list[PageLine] = []
        self.nodes = [Node(0)]
        self.facts = Facts()
        self.title: str | None = None
        self.language = ""
        self.chars = self.elements = self.depth = self.attributes = 0
        self._open = [_Open()]
        self._tag = ""
        self._line: list[tuple[str, _Open]] = []
        self._title: list[str] | None = None

    @property
    def fits_a_tree(self) -> bool:
        return all(getattr(self, name) <= most for name, most in MAX_TREE.items())

    # What follows is lxml's interface for the target of a parser.

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.elements += 1
        if tag in BLOCKS:
            self._end_line(tag)
        self._open.append(self._opened(tag, attributes))
        self.depth = max(self.depth, len(self._open) - 1)
        if self.depth > MAX_DEPTH:
            raise InputError(
                f"can't be read as a page: its elements are nested over {MAX_DEPTH:,} deep"
            )
        self.attributes = max(self.attributes, len(attributes))
        self.facts.start(tag, attributes)
        if tag == "title" and self.title is None:
            self._title = []
        elif tag == "html" and not self.language:
            self.language = attributes.get("lang", "")

    def _opened(self, tag: str, attributes: Mapping[str, str]) -> _Open:
        node, dead, link, verbatim = self._open[-1]
        fits = self.elements <= MAX_TREE["elements"]  # else there is no use for places
        places = places_of(tag, attributes) if fits else NOWHERE
        if places or tag in CONTAINERS:
            names = (
                f"{attributes.get('class', '')} #{attributes.get('id', '')}" if attributes else ""
            )
            self.nodes.append(Node(node, places, names[:MAX_NAMES]))
            node = len(self.nodes) - 1
        return _Open(
            node,
            dead or tag in DEAD,
            link or (tag == "a" and "href" in attributes),
            verbatim or tag == "pre",
        )

    def end(self, tag: str) -> None:
        if tag in BLOCKS:
            self._end_line()
        if len(self._open) > 1:
            self._open.pop()
        self.facts.end(tag)
        if tag == "title" and self._title is not None:
            self.title, self._title = one_spaced("".join(self._title)), None

    def data(self, text: str) -> None:
        if self._title is not None:
            self._title.append(text)
        self.facts.text(text)
        if not self._open[-1].dead:
            self.chars += len(text)
            if self.chars > self._max_chars:
                raise too_long("characters of text", self._max_chars)
            self._line.append((text, self._open[-1]))

    def close(self) -> "Outline":
        self._end_line()
        return self

    def _end_line(self, tag: str = "") -> None:
        """What was read since the last block began or ended is a line; `tag` begins now."""
        if self._line:
            text = "".join([BLANK.sub(BREAK, text) for text, _ in self._line])
            chars: dict[int, int] = {}
            for piece, place in self._line:
                chars[place.node] = chars.get(place.node, 0) + len(piece.strip())
            linked = sum(len(piece.strip()) for piece, place in self._line if place.link)
            links = linked / max(1, sum(chars.values()))
            node = max(chars, key=chars.__getitem__)
            # Elsewhere the ends of the source's lines are spaces.
            verbatim = any(place.verbatim for _, place in self._line)
            for line in map(
                one_spaced, text.replace(BREAK, "\n").split("\n") if verbatim else text.split(BREAK)
            ):
                if line:
                    self.lines.append(PageLine(line, node, links, self._tag))
            self._line = []
        self._tag = tag


def outline(markup: str, *, max_chars: int) -> Outline:
    """Raises InputError for more than `max_chars` of text, and for elements that are nested as in
    no page.
    """
    from lxml import etree

    parser = etree.HTMLParser(target=Outline(max_chars), huge_tree=True)
    found: Outline = etree.fromstring(markup, parser)
    return found


def too_long(what: str, limit: int) -> TooLongError:
    return TooLongError(
        f"has more than {limit:,} {what}, too many for a page; split it, or raise "
        "max_document_chars in toolkit.toml"
    )
