"""Text in Markdown that stays text, whatever it holds."""

import re

# Emphasis, code, struck out text, and where a link, an image or the address of one begins; an
# underscore within a word is none of them.
INLINE = re.compile(r"[\\`*~]|\](?=[(:])|_(?![^\W_])|(?<![^\W_])_")
# Entities and elements are not told by a backslash everywhere.
ENTITY = re.compile(r"&(?=#?\w+;)")
ELEMENT = re.compile(r"<(?=[A-Za-z/!?])")
# Headings, quotations, lists, lines across, rows of tables, boxes to tick.
BLOCK = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[#>+=:|-]|\[[ xX]\]))")
LINE_END = re.compile(r"\r\n?|\n")
BREAK = re.compile(r"[ \t]*[\r\n]+[ \t]*")
BULLET = "- "  # as our readers write items of lists, which they stay


def inline(text: str) -> str:
    """`text` as one line that begins no block, such as a heading has behind its mark."""
    line = BREAK.sub(" ", text).strip(" \t")
    line = INLINE.sub(lambda found: f"\\{found.group()}", ENTITY.sub("&amp;", line))
    line = ELEMENT.sub("&lt;", line)
    return line[:-1] + "\\#" if line.endswith("#") else line  # which would close a heading


def cell(text: str) -> str:
    """The same in a table."""
    return inline(text).replace("|", "\\|")


def escaped(text: str) -> str:
    """`text` with its paragraphs and items of lists, and no other markup."""
    return "\n".join(map(_line, LINE_END.split(text)))


def _line(line: str) -> str:
    rest = inline(line.removeprefix(BULLET))
    bullet = BULLET if line.startswith(BULLET) and rest else ""
    return bullet + BLOCK.sub(r"\1\\", rest if bullet else inline(line))
