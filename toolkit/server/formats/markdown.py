"""Markdown: the texts of paragraphs, headings, list items and table cells are translated.

Code, images, blocks of HTML and front matter stay as they are, and so do the lines around a text. A
paragraph of several lines comes out as one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from typing import TYPE_CHECKING

from toolkit.errors import InputError
from toolkit.reading.markdown import FRONT_MATTER, MAX_NESTING
from toolkit.server.formats.flow import SPACE, Flow, Languages
from toolkit.server.formats.prepared import Prepared
from toolkit.server.formats.projection import Path, Run, shared

if TYPE_CHECKING:
    from markdown_it.token import Token

# What would be read as markup in a text, but for footnotes, which are.
MARKUP = re.compile(r"[\\`*]|\[(?!\^)|<(?=[\w/!?])|(?<!\w)_|_(?!\w)|&(?=#?\w+;)")
# And at its beginning.
BLOCK_MARK = re.compile(r"(?:#{1,6}|[-+])(?:\s|$)|>|={3}|-{3}|~{3}")
NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
HEADING = re.compile(r".*?#{1,6}[ \t]+")
BOX = re.compile(r"\[[ xX]\]\s+")  # to tick, at the beginning of an item
QUOTED = re.compile(r"[\s>]*")
HARD_BREAK = "\\\n"


@dataclass(frozen=True, slots=True, eq=False)
class _Mark:
    """What stands around a text."""

    opening: str
    closing: str


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines from `start` until before `end`, which become a `prefix` and the flows: the cells of a
    row, or the lines between hard breaks.
    """

    start: int
    end: int
    prefix: str
    flows: Sequence[Flow]
    is_row: bool = False

    def written(self, translations: Iterator[str], languages: Languages) -> str:
        texts = [_written(flow.filled(translations, languages)).strip() for flow in self.flows]
        if self.is_row:
            cells = " | ".join(text.replace("|", r"\|") for text in texts)
            return f"{self.prefix}| {cells} |"
        return self.prefix + HARD_BREAK.join(map(_no_block, texts))


def prepare_markdown(markup: str, languages: Languages) -> Prepared:
    """Raises InputError for markup that is nested too deeply."""
    front = FRONT_MATTER.match(markup)
    head = front.group() if front else ""
    lines = markup[len(head) :].split("\n")
    blocks = [*_blocks(_tokens("\n".join(lines)), lines)]

    def fill(translations: Sequence[str]) -> str:
        waiting = iter(translations)
        written, at = list[str](), 0
        for block in blocks:
            written += (*lines[at : block.start], block.written(waiting, languages))
            at = block.end
        return head + "\n".join([*written, *lines[at:]])

    flows = chain.from_iterable(block.flows for block in blocks)
    return Prepared(tuple(chain.from_iterable(flow.segments for flow in flows)), fill)


def _tokens(markup: str) -> "list[Token]":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
    try:
        tokens = parser.parse(markup)
    except RecursionError as error:
        raise InputError("this Markdown is nested too deeply") from error
    if any(token.level >= MAX_NESTING - 2 for token in tokens):
        raise InputError("this Markdown is nested too deeply")
    return tokens


def _blocks(tokens: "Sequence[Token]", lines: Sequence[str]) -> Iterator[_Block]:
    cells: list[Flow] | None = None
    row = 0
    for token in tokens:
        if token.type == "tr_open" and token.map:
            cells, row = [], token.map[0]
        elif token.type == "tr_close" and cells is not None:
            quoted = QUOTED.match(lines[row])
            yield _Block(row, row + 1, quoted.group() if quoted else "", cells, is_row=True)
            cells = None
        elif token.type == "inline" and cells is not None:
            cells.append(Flow([*_runs(token)]))
        elif token.type == "inline" and token.map:
            start, end = token.map[0], token.map[0] + 1 + token.content.count("\n")
            if (prefix := _prefix(lines[start], token.content)) is not None:
                runs = [*_runs(token)]
                if box := BOX.match(token.content):
                    prefix += box.group()
                    runs[0] = replace(runs[0], text=runs[0].text[box.end() :])
                yield _Block(start, end, prefix, [*_lines(runs)])


def _prefix(line: str, content: str) -> str | None:
    """What stands before a text in its first line, None where the text isn't found there."""
    first = content.split("\n")[0].rstrip()
    if line.rstrip().endswith(first):
        return line.rstrip().removesuffix(first)
    heading = HEADING.match(line)  # which may have marks behind it
    return heading.group() if heading else None


def _lines(runs: Sequence[Run]) -> Iterator[Flow]:
    """The texts between hard breaks."""
    for is_break, line in groupby(runs, key=lambda run: run.atom == HARD_BREAK):
        if not is_break:
            yield Flow([*line])


def _runs(token: "Token") -> Iterator[Run]:
    path: Path = ()
    inside_autolink = False
    for each in token.children or ():
        if each.type == "text":
            atom = f"<{each.content}>" if inside_autolink else None
            yield Run(each.content, path, atom)
        elif each.type == "softbreak":
            yield Run(" ", path)
        elif each.type == "hardbreak":
            yield Run("", path, HARD_BREAK)
        elif each.type == "code_inline":
            yield Run(each.content, path, _code(each))
        elif each.type == "image":
            yield Run("", path, f"![{_escaped(each.content)}]{_address(each, 'src')}")
        elif each.type == "html_inline":
            yield Run("", path, each.content)
        elif each.markup == "autolink":
            inside_autolink = each.nesting > 0
        elif each.nesting > 0:
            path += (_mark(each),)
            if len(path) > MAX_NESTING:
                raise InputError("this Markdown is nested too deeply")
        else:
            path = path[:-1]


def _mark(token: "Token") -> _Mark:
    if token.type == "link_open":
        return _Mark("[", f"]{_address(token, 'href')}")
    marks = "*" * len(token.markup)  # which may stand within a word, as _ may not
    return _Mark(marks, marks)


def _address(token: "Token", name: str) -> str:
    address, title = str(token.attrs.get(name, "")), str(token.attrs.get("title", ""))
    if any(char in address for char in "() "):
        address = f"<{address}>"
    if title:
        title = title.replace("\\", "\\\\").replace('"', r"\"")
        return f'({address} "{title}")'
    return f"({address})"


def _code(token: "Token") -> str:
    space = " " if token.content[:1] in ("`", " ") or token.content[-1:] == "`" else ""
    return f"{token.markup}{space}{token.content}{space}{token.markup}"


def _written(runs: Iterator[Run]) -> str:
    text = ""
    opened: Path = ()
    for run in (*(run for run in runs if run.text or run.atom), Run("")):
        both = len(shared(opened, run.path))
        text += "".join(mark.closing for mark in reversed(opened[both:]))  # type: ignore[attr-defined]
        text += "".join(mark.opening for mark in run.path[both:])  # type: ignore[attr-defined]
        text += _escaped(run.text) if run.atom is None else run.atom
        opened = run.path
    return text


def _escaped(text: str) -> str:
    return MARKUP.sub(lambda match: f"\\{match.group()}", SPACE.sub(" ", text))


def _no_block(text: str) -> str:
    """The same where it would begin a list, a heading or a quotation."""
    if BLOCK_MARK.match(text):
        return f"\\{text}"
    return NUMBER.sub(r"\1\\\2", text, count=1) if NUMBER.match(text) else text
