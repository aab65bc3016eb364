import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from toolkit.evaluation.markup import Html, fill, flat, join, markdown


def test_text_is_escaped_once_and_markup_never():
    cell = fill("<td>{}</td>", '<b>"&"')
    assert cell == "<td>&lt;b&gt;&quot;&amp;&quot;</td>"
    assert fill("<tr>{}</tr>", join([cell, cell])) == f"<tr>{cell}{cell}</tr>"
    assert isinstance(fill("{}", cell), Html)
    assert fill("{:.1f} of {}", 1.25, 3) == "1.2 of 3"


def test_a_brace_in_a_text_is_no_place():
    assert fill("<p>{}</p>", "{0} {name}") == "<p>{0} {name}</p>"


@given(st.text())
def test_any_text_is_one_line_that_a_file_can_hold(text):
    assert len(flat(text).splitlines()) <= 1
    flat(text).encode()


@pytest.mark.parametrize(
    "text", ["a|b", "`c`", "<d>", "[x](https://a.org)", "*e*", "&amp;", "\\", "a\nb", "[x][y]"]
)
def test_a_cell_of_markdown_shows_the_text_as_it_is(text):
    table = f"| {markdown(text)} | end |\n|---|---|\n"
    tokens = MarkdownIt("commonmark").enable("table").parse(table)
    cells = [each for each in tokens if each.type == "inline"]
    assert ["".join(part.content for part in each.children) for each in cells] == [
        flat(text),
        "end",
    ]
    assert {part.type for each in cells for part in each.children} <= {"text", "text_special"}
