"""HTML pages: the main text by trafilatura, one line a block, with what the page says of itself."""

import codecs
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from toolkit.errors import InputError
from toolkit.reading.text import decode

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MARKUP = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*){0,9}<(?:!doctype\s+html|html|head|body|article)\b",
    re.IGNORECASE | re.DOTALL,
)
CHARSET = re.compile(
    rb"<(?:meta[^>]{0,200}?|\?xml[^>]{0,100}?)(?:charset|encoding)\s*=\s*[\"']?\s*([\w-]{2,30})"
)
HEAD_BYTES = 4096
BLOCKS = (
    "p div li td th h1 h2 h3 h4 h5 h6 blockquote figcaption section article header footer br dt dd "
    "pre tr"
)
MAX_CELL_CHARS = 500
SITE_SUFFIX = re.compile(r"\s+[|–—-]\s+[^|–—-]{2,40}$")
AUTHOR_PREFIX = re.compile(r"^(?:par|by|de)\s+", re.IGNORECASE)
FIELDS = {"title": "title", "author": "author", "date": "date", "sitename": "site"}


def is_html(text: str) -> bool:
    """Whether `text` begins as an HTML page or article does."""
    return MARKUP.match(text[:HEAD_BYTES]) is not None


def declared_encoding(data: bytes) -> str | None:
    """The encoding that the page names in its head, where Python knows it."""
    found = CHARSET.search(data[:HEAD_BYTES].lower())
    if not found:
        return None
    name = found.group(1).decode("ascii", "replace")
    try:
        codecs.lookup(name)
    except LookupError:
        return None
    # Browsers read these names as their supersets, and so do the pages' authors.
    return "cp1252" if name in ("iso-8859-1", "latin1", "us-ascii", "ascii") else name


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


def extract(markup: str) -> tuple[str, dict[str, str]]:
    """The text, one line a block, and the metadata: title, author, date, site, language.

    Where trafilatura finds no main text, all of the page's text comes back. The title is the first
    line. Raises InputError for a page without any text.
    """
    from lxml import html
    from lxml.etree import ParserError
    from trafilatura import bare_extraction
    from trafilatura.settings import Document as Found

    try:
        # lxml refuses text with an encoding declaration; it is decoded already.
        tree = html.fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", markup))
    except (ParserError, ValueError) as error:
        raise InputError(f"can't be parsed as HTML: {error}") from error
    language = str(tree.get("lang") or "").split("-")[0].lower()
    full_title = " ".join(str(tree.findtext(".//title") or "").split())
    _unwrap_layout(tree)
    # Searching all of the text for a date finds years that the article merely mentions.
    found = bare_extraction(
        tree,
        include_comments=False,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    text = str(found.text or "") if isinstance(found, Found) else ""
    metadata = {
        name: " ".join(str(value).split())
        for field, name in FIELDS.items()
        if found and (value := getattr(found, field, None))
    }
    if language:
        metadata["language"] = language
    if "author" in metadata:
        metadata["author"] = AUTHOR_PREFIX.sub("", metadata["author"])
    title = metadata.get("title", "")
    if re.match(re.escape(title) + r"\s?: ", full_title):  # taken for a title and a site's name
        title = metadata["title"] = SITE_SUFFIX.sub("", full_title)
    lines = text.split("\n") if text else list(_all_lines(tree))
    if title and title not in lines[:3]:
        lines.insert(0, title)
    if not any(line.strip() for line in lines):
        raise InputError("holds no text, only markup")
    return "\n".join(lines), metadata


def _unwrap_layout(tree: "HtmlElement") -> None:
    """Tables that hold a page's layout become plain blocks."""
    for table in tree.xpath("//table"):
        if any(len(cell.text_content()) > MAX_CELL_CHARS for cell in table.iter("td")):
            for element in table.iter("tr", "td", "tbody"):
                element.tag = "div"
            table.tag = "div"


def _all_lines(tree: "HtmlElement") -> Iterator[str]:
    """The text of every block element, in order."""
    for dead in tree.xpath("//script|//style|//noscript|//template|//svg|//head"):
        dead.drop_tree()
    for block in tree.iter(*BLOCKS.split()):
        block.text = f"\n{block.text or ''}"
        block.tail = f"\n{block.tail or ''}"
    for line in tree.text_content().split("\n"):
        if flat := " ".join(line.split()):
            yield flat
