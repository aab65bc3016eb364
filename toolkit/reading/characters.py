"""Characters of markup: what is text, and how white space is taken."""

import re

# What lxml takes into no text: XML doesn't allow it.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
REFERENCE = re.compile(r"&#(?:([0-9]+)|[xX]([0-9A-Fa-f]+));?")
SPACES = re.compile(r"\s+")
PIECE_CHARS = 1 << 16


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


def one_spaced(text: str) -> str:
    """`text` with each run of white space as one space, in little memory however long it is."""
    if len(text) <= PIECE_CHARS:
        return " ".join(text.split())
    pieces = range(0, len(text), PIECE_CHARS)
    spaced = [SPACES.sub(" ", text[start : start + PIECE_CHARS]) for start in pieces]
    return "".join(spaced).replace("  ", " ").strip()
