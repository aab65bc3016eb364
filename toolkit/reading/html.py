"""HTML pages: their text, one line a block, with what markup and readers say of each line."""

import re
from typing import TYPE_CHECKING, NamedTuple

from toolkit.documents import IN_ELEMENT, IN_MAIN_TEXT
from toolkit.errors import InputError, NoTextError
from toolkit.reading.characters import allowed
from toolkit.reading.comments import hide_signatures
from toolkit.reading.facts import LINKED_DATA
from toolkit.reading.linked_data import article_of
from toolkit.reading.marks import CLAIMS, marks_of
from toolkit.reading.metadata import metadata_of
from toolkit.reading.outline import Outline, outline
from toolkit.reading.paywall import is_cut_off
from toolkit.reading.text import decode, text_encoding

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MARKUP = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?><!--.*?-->\s*){0,9}<(?:!doctype\s+html|html|head|body|article)\b",
    re.IGNORECASE | re.DOTALL,
)
CHARSET = re.compile(
    rb"<(?:meta[^>]{0,200}?|\?xml[^>]{0,100}?)(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]{2,30})"
)
HEAD_BYTES = 4096
MAX_CELL_CHARS = 500
TAKEN = frozenset((IN_MAIN_TEXT, IN_ELEMENT))
FIELDS = ("title", "author", "date", "sitename")

# From a page over this, what holds no text goes before trafilatura copies it again and again.
LARGE_CHARS = 2_000_000
MAX_DATA_CHARS = 1_000_000
MAX_VALUE_CHARS = 10_000  # of an attribute
MANY_ELEMENTS = 6_000


def is_html(text: str) -> bool:
    """Whether `text` begins as an HTML page or article does."""
    return MARKUP.match(text[:HEAD_BYTES]) is not None


def declared_encoding(data: bytes) -> str | None:
    """The encoding that the page names in its head, where Python knows it."""
    found = CHARSET.search(data[:HEAD_BYTES].lower())
    if not found:
        return None
    name = found.group(1).decode("ascii", "replace")
    encoding = text_encoding(name)
    # The page can't be in an encoding, such as UTF-16, in which its declaration reads otherwise.
    if encoding is None or found.group(1).decode(encoding, "replace") != name:
        return None
    # Browsers read these as their superset, and so do the pages' authors.
    return "cp1252" if encoding in ("iso8859-1", "ascii") else name


def decode_html(data: bytes, *, encoding: str | None = None) -> tuple[str, str]:
    """`decode`, trusting what the page declares unless its bytes say otherwise."""
    declared = encoding or declared_encoding(data)
    if declared is None or (not encoding and _is_utf8(data)):
        return decode(data)
    try:
        return decode(data, encoding=declared)
    except InputError:
        if encoding:
            raise
        return decode(data)


def _is_utf8(data: bytes) -> bool:
    """Whether `data` is UTF-8 with letters beyond ASCII, which no other encoding is by chance."""
    try:
        return not data.isascii() and bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


class Page(NamedTuple):
    """The text of a page, one line a block, with the marks of each line."""

    text: str
    metadata: dict[str, str]
    marks: tuple[frozenset[str], ...] = ()


def extract(markup: str, *, max_chars: int) -> Page:
    """What may be the article: what a reader takes, and what stands among that.

    Of a page that is too large for a tree it is all of the text, without marks. The title is the
    first line where it stands on none. Raises InputError for a page without any text, for one with
    more than `max_chars` of it, and for one that can't be read.
    """
    try:
        page = _extract(allowed(markup), max_chars)
    except (InputError, MemoryError):
        raise
    except Exception as error:  # hostile markup makes the libraries raise anything
        cause = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(f"can't be read as HTML: {cause[:200]}") from error
    if not page.text.strip():
        raise NoTextError("holds no text, only markup")
    return page


def _extract(markup: str, max_chars: int) -> Page:
    # lxml refuses text with an encoding declaration; it is decoded already.
    markup = re.sub(r"^\s*<\?xml[^>]*>", "", markup)
    page = outline(markup, max_chars=max_chars)
    found = _with_trafilatura(markup, page) if page.fits_a_tree else {}
    titles = [page.title or "", page.facts.meta.get("og:title", ""), found.get("title", "")]
    titles += [line.text for line in page.lines if line.tag == "h1"]
    article = article_of(page.facts.data, [title for title in titles if title])
    metadata = metadata_of(page, article, found)
    title = metadata.get("title", "")
    lines = [line.text for line in page.lines]
    marks: tuple[frozenset[str], ...] = ()
    if page.fits_a_tree:
        of_all = marks_of(page, title, found.get("text", ""), article.body)
        taken = [not TAKEN.isdisjoint(each) for each in of_all]
        if is_cut_off(page, article, taken, markup=markup):
            metadata["paywalled"] = "yes"
        claimed = [index for index, each in enumerate(of_all) if not CLAIMS.isdisjoint(each)]
        lines, marks = [lines[at] for at in claimed], tuple(of_all[at] for at in claimed)
    if title and title not in lines:
        lines, marks = [title, *lines], marks and (frozenset((IN_MAIN_TEXT,)), *marks)
    return Page("\n".join(lines), metadata, marks)


def _with_trafilatura(markup: str, page: Outline) -> dict[str, str]:
    """The main text, and those of FIELDS that it finds."""
    from lxml import html
    from trafilatura import bare_extraction

    tree = whole(html.fromstring(markup, parser=html.HTMLParser(huge_tree=True)))
    if len(markup) > LARGE_CHARS:
        _lighten(tree)
    _unwrap_layout(tree)
    hide_signatures(tree)
    # Searching all of the text for a date finds years that the article merely mentions.
    found = bare_extraction(
        tree,
        include_comments=False,
        # What it asks when it finds little text takes time that grows with the square of these.
        fast=page.elements > MANY_ELEMENTS,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    values = {name: getattr(found, name, None) for name in ("text", *FIELDS)}
    return {name: str(value) for name, value in values.items() if value}


def whole(tree: "HtmlElement") -> "HtmlElement":
    """`tree` with what stands behind an early `</html>`, which browsers show as well."""
    root = tree.getroottree().getroot()
    others, body = list(root.itersiblings("html")), root.find("body")
    if not others or body is None:
        return tree
    for other in others:
        for element in other.iter("html", "body"):
            element.tag = "div"
        body.append(other)
    return root


def _lighten(tree: "HtmlElement") -> None:
    """Scripts, styles, comments and long attributes such as images in base64 go; metadata stays."""
    from lxml.etree import Comment

    for element in tree.iter("script", "style", Comment):
        is_metadata = element.get("type") == LINKED_DATA
        if not is_metadata or len(element.text or "") > MAX_DATA_CHARS:
            element.text = ""
    for element in tree.iter("*"):
        for name, value in element.items():
            if len(value) > MAX_VALUE_CHARS:
                del element.attrib[name]


def _unwrap_layout(tree: "HtmlElement") -> None:
    """Tables that hold a page's layout become plain blocks, with all that is in them."""
    layouts: dict[HtmlElement, None] = {}
    for cell in tree.iter("td"):
        tables = list(cell.iterancestors("table"))
        if tables and len(cell.text_content()) > MAX_CELL_CHARS:
            layouts[tables[-1]] = None
    for table in layouts:
        for element in table.iter("tr", "td", "tbody"):
            element.tag = "div"
        table.tag = "div"
