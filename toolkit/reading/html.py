"""HTML pages: the main text by trafilatura, one line a block, with what the page says of itself."""

import re
from typing import TYPE_CHECKING

from toolkit.errors import InputError
from toolkit.reading.outline import Outline, one_spaced, outline
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
SITE_SUFFIX = re.compile(r"\s+[|–—-]\s+[^|–—-]{2,40}$")
AUTHOR_PREFIX = re.compile(r"^(?:par|by|de)\s+", re.IGNORECASE)
FIELDS = {"title": "title", "author": "author", "date": "date", "sitename": "site"}

# What lxml takes into no text: XML doesn't allow it.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
REFERENCE = re.compile(r"&#(?:([0-9]+)|[xX]([0-9A-Fa-f]+));?")

# From a page over this, what holds no text goes before trafilatura copies it again and again.
LARGE_CHARS = 2_000_000
METADATA_TYPE = "application/ld+json"
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


def extract(markup: str, *, max_chars: int) -> tuple[str, dict[str, str]]:
    """The text, one line a block, and the metadata: title, author, date, site, language.

    Where trafilatura finds no main text, and where the page is too large for it, all of the page's
    text comes back. The title is the first line. Raises InputError for a page without any text,
    for one with more than `max_chars` of it, and for one that can't be read.
    """
    try:
        text, metadata = _extract(allowed(markup), max_chars)
    except (InputError, MemoryError):
        raise
    except Exception as error:  # hostile markup makes the libraries raise anything
        cause = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(f"can't be read as HTML: {cause[:200]}") from error
    if not text.strip():
        raise InputError("holds no text, only markup")
    return text, metadata


def allowed(markup: str) -> str:
    """`markup` without the characters that XML doesn't allow, also as references: none is text."""
    if NOT_XML.search(markup):
        markup = NOT_XML.sub("", markup.replace("\f", " ").replace("\v", " "))
    return REFERENCE.sub(_reference, markup) if "&#" in markup else markup


def _reference(match: re.Match[str]) -> str:
    decimal, hexadecimal = match.groups()
    digits = (decimal or hexadecimal).lstrip("0")
    code = int(digits or "0", 10 if decimal else 16) if len(digits) < 8 else -1
    if code in (11, 12):
        return " "
    return match.group() if 0 < code < 0x110000 and not NOT_XML.match(chr(code)) else ""


def _extract(markup: str, max_chars: int) -> tuple[str, dict[str, str]]:
    from lxml import html
    from trafilatura import bare_extraction
    from trafilatura.settings import Document as Found

    # lxml refuses text with an encoding declaration; it is decoded already.
    markup = re.sub(r"^\s*<\?xml[^>]*>", "", markup)
    page = outline(markup, max_chars=max_chars)
    full_title = page.title or ""
    if not page.fits_a_tree:
        metadata = {"title": full_title, "language": _language(page.language)}
        return _text("", full_title, page), {
            name: value for name, value in metadata.items() if value
        }
    tree = whole(html.fromstring(markup, parser=html.HTMLParser(huge_tree=True)))
    if len(markup) > LARGE_CHARS:
        _lighten(tree)
    _unwrap_layout(tree)
    # Searching all of the text for a date finds years that the article merely mentions.
    found = bare_extraction(
        tree,
        include_comments=False,
        # What it asks when it finds little text takes time that grows with the square of these.
        fast=page.elements > MANY_ELEMENTS,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    text = str(found.text or "") if isinstance(found, Found) else ""
    metadata = {
        name: one_spaced(NOT_XML.sub("", str(value)))
        for field, name in FIELDS.items()
        if found and (value := getattr(found, field, None))
    }
    if language := _language(tree.get("lang")):
        metadata["language"] = language
    if "author" in metadata:
        metadata["author"] = AUTHOR_PREFIX.sub("", metadata["author"])
    title = metadata.get("title", "")
    if re.match(re.escape(title) + r"\s?: ", full_title):  # taken for a title and a site's name
        title = metadata["title"] = SITE_SUFFIX.sub("", full_title)
    return _text(text, title, page), metadata


def _language(declared: str | None) -> str:
    return (declared or "").split("-")[0].lower()


def _text(text: str, title: str, page: Outline) -> str:
    """`text`, or all of the page's where that is empty, with the title as a line above it."""
    lines = text.split("\n") if text else page.lines
    above = [title] if title and title not in lines[:3] else []
    return "\n".join([*above, *lines])


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
        is_metadata = element.get("type") == METADATA_TYPE
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
