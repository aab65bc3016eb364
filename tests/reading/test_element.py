import pytest

from toolkit.reading.element import article_element
from toolkit.reading.outline import outline

PROSE = "<p>Le maire a présenté jeudi un plan contre les crues devant le conseil réuni.</p>"
LONGER = "<p>Je ne suis pas du tout d’accord, et personne ne nous a demandé notre avis ici.</p>"


def held(markup, title="", in_main=None):
    """The lines that the element holds, and the places of the last one."""
    page = outline(markup, max_chars=10_000)
    element = article_element(page, title, in_main or [False] * len(page.lines))
    lines = [line for line in page.lines if element.inside[line.node]]
    return [line.text for line in lines], element.places[lines[-1].node]


@pytest.mark.parametrize("body", [f"<div>{PROSE * 3}</div>", f"<div>{PROSE}</div>" * 3])
def test_the_element_with_most_prose_holds_the_article(body):
    lines, _ = held(f"<div>Menu<ul><li>Un<li>Deux</ul></div><section>{body}</section>")
    assert len(lines) == 3
    assert all(line.startswith("Le maire") for line in lines)


def test_comments_are_no_article_however_long_they_are():
    lines, _ = held(f'<div>{PROSE}</div><div class="comments">{LONGER * 6}</div>')
    assert lines == [line for line in lines if line.startswith("Le maire")]


def test_of_two_texts_the_one_on_the_title_is_the_article():
    notice = LONGER.replace("Je", "Votre vie privée compte, et je")
    lines, _ = held(f"<div>{PROSE}</div><div>{notice}</div>", title="Un plan contre les crues")
    assert lines[0].startswith("Le maire")


def test_where_trafilatura_took_much_else_the_element_is_wider():
    body = f"<div><div>{PROSE * 2}</div><div>{LONGER}</div></div>"
    assert len(held(body)[0]) == 2
    assert len(held(body, in_main=[False, True, True])[0]) == 3


def test_what_the_article_stands_in_as_a_whole_is_no_place():
    related = f'<div class="related">{LONGER}</div>'
    inside = f'<div class="with sidebar"><article>{PROSE * 3}{related}</article></div>'
    lines, places = held(inside)
    assert len(lines) == 4
    assert places == {"among related articles"}


def test_a_place_that_holds_much_of_the_article_is_none():
    lines, places = held(f"<article>{f'<div class=module>{PROSE}</div>' * 4}</article>")
    assert len(lines) == 4
    assert not places


def test_a_page_without_prose_is_its_own_element():
    assert held("<ul><li>Un<li>Deux</ul>") == (["Un", "Deux"], frozenset())
