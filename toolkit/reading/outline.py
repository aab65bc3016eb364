"""The text of an HTML page as a stream, without a tree: quick, and safe with any page."""

import re
from collections.abc import Mapping

from toolkit.errors import InputError

BLOCKS = frozenset(
    "p div li td th h1 h2 h3 h4 h5 h6 blockquote figcaption section article header footer br dt dd "
    "pre tr".split()
)
DEAD = frozenset("script style noscript template svg head".split())
MAX_DEPTH = 100_000
# What a page may have for its tree to be built and searched: time grows with the square of some of
# these, others are searched recursively.
MAX_TREE = {"chars": 2_000_000, "elements": 200_000, "depth": 250, "attributes": 1000}
SPACES = re.compile(r"\s+")
PIECE_CHARS = 1 << 16


class Outline:
    """The lines of a page, by its block elements and line ends, with its title and language.

    `chars` counts the text that it shows, `depth` how deep its elements are nested, `attributes`
    the most that an element has.
    """

    def __init__(self, max_chars: int) -> None:
        self._max_chars = max_chars
        self.lines: list[str] = []
        self.title: str | None = None
        self.language = ""
        self.chars = self.elements = self.depth = self.attributes = 0
        self._open = self._dead = 0
        self._line: list[str] = []
        self._title: list[str] | None = None

    @property
    def fits_a_tree(self) -> bool:
        return all(getattr(self, name) <= most for name, most in MAX_TREE.items())

    # What follows is lxml's interface for the target of a parser.

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.elements += 1
        self._open += 1
        if self._open > self.depth:
            self.depth = self._open
            if self.depth > MAX_DEPTH:
                raise InputError(
                    f"can't be read as a page: its elements are nested over {MAX_DEPTH:,} deep"
                )
        if attributes:
            self.attributes = max(self.attributes, len(attributes))
        if tag in DEAD:
            self._dead += 1
        elif tag in BLOCKS:
            self._end_line()
        elif tag == "title" and self.title is None:
            self._title = []
        elif tag == "html" and not self.language:
            self.language = attributes.get("lang", "")

    def end(self, tag: str) -> None:
        self._open -= 1
        if tag in DEAD:
            self._dead -= 1
        elif tag in BLOCKS:
            self._end_line()
        elif tag == "title" and self._title is not None:
            self.title, self._title = one_spaced("".join(self._title)), None

    def data(self, text: str) -> None:
        if self._title is not None:
            self._title.append(text)
        if not self._dead:
            self.chars += len(text)
            if self.chars > self._max_chars:
                raise too_long("characters of text", self._max_chars)
            self._line.append(text)

    def close(self) -> "Outline":
        self._end_line()
        return self

    def _end_line(self) -> None:
        if self._line and not self._dead:
            lines = map(one_spaced, "".join(self._line).split("\n"))
            self.lines += filter(None, lines)
            self._line = []


def outline(markup: str, *, max_chars: int) -> Outline:
    """Raises InputError for more than `max_chars` of text, and for elements that are nested as in
    no page.
    """
    from lxml import etree

    parser = etree.HTMLParser(target=Outline(max_chars), huge_tree=True)
    found: Outline = etree.fromstring(markup, parser)
    return found


def too_long(what: str, limit: int) -> InputError:
    return InputError(
        f"has more than {limit:,} {what}, too many for a page; split it, or raise "
        "max_document_chars in toolkit.toml"
    )


def one_spaced(text: str) -> str:
    """`text` with each run of white space as one space, in little memory however long it is."""
    if len(text) <= PIECE_CHARS:
        return " ".join(text.split())
    pieces = range(0, len(text), PIECE_CHARS)
    spaced = [SPACES.sub(" ", text[start : start + PIECE_CHARS]) for start in pieces]
    return "".join(spaced).replace("  ", " ").strip()
