import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from toolkit.output.markdown import cell, escaped, inline

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MARKUP = (
    "#", "##", ">", "-", "- ", "+", "=", "---", "***", "* ", "*", "**", "_", "__", "`", "```",
    "~~~", "~~", "[", "]", "(", ")", "[a]:", "[a]", "[ ] ", "][", "](http://a.example)", "!",
    "<b>", "</b>",
    "<!--", "<http://a.example>", "<a@b.example>", "&amp;", "&#35;", "&", "|", "|---|", ":-", "\\",
    "1. ", "23)", "    ", "\t", " ", "\n", "\n\n", "\r", "\r\n", "a", "B", "é", "7", ".", ":",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(MARKUP), max_size=12).map("".join) | st.text(max_size=30)


def words(text):
    return " ".join(text.split())


def read(markdown):
    """What a reader sees of it, and the names of all elements."""
    page = READER.render(markdown)
    return words(html.unescape(re.sub("<[^>]*>", "", page))), set(re.findall(r"<(\w+)", page))


def without_bullet(line):
    item = line.removeprefix("- ")
    return item if item.strip(" \t") else line


@given(TEXTS)
def test_a_text_is_read_as_it_is_and_has_no_elements_but_paragraphs_and_items(text):
    text = text.replace("\0", "")  # which Markdown replaces
    seen, elements = read(escaped(text))
    assert seen == words(" ".join(map(without_bullet, re.split(r"\r\n?|\n", text))))
    assert elements <= {"p", "ul", "li"}


@given(TEXTS)
def test_titles_and_cells_are_read_as_they_are(text):
    text = text.replace("\0", "")
    assert read(f"# {inline(text)}") == (words(text), {"h1"})
    page = READER.render(f"| a | b |\n|---|---|\n| {cell(text)} | 7 |")
    assert len(re.findall("<td>", page)) == 2
    first, second = re.findall(r"<td>(.*?)</td>", page, re.DOTALL)
    assert (words(html.unescape(first)), second) == (words(text), "7")


@pytest.mark.parametrize(
    "text",
    ["[x] fait", "- [ ] à faire", "[^1]: note", "https://a.example [1]: https://b.example"],
)
def test_extensions_of_markdown_find_nothing_either(text):
    assert escaped(text) != text


@pytest.mark.parametrize(
    "text",
    [
        "L'accord (n° 3) d'aujourd'hui - 5 % de moins, soit 3 < 4 & 7 !",
        "Un nom_de_fichier.txt, « Bonjour ! », 12h30 : fin […] [?]",
        "« Non\u00a0! » 5\u202f000\u00a0€",
        "- Un point de la liste\n- Un autre",
    ],
)
def test_ordinary_text_stays_as_it_is(text):
    assert escaped(text) == text
