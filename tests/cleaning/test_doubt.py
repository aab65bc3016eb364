import pytest

from tests.cleaning.helpers import ARTICLE, OTHER, document
from toolkit.cleaning import clean, replay
from toolkit.cleaning.doubt import doubt_of, is_doubtful
from toolkit.documents import Block
from toolkit.output import render_cleaning


def line(number, probability, *, kept=True, reason="article", score=0.0):
    return Block(number, "Un mot.", kept, reason, score, (), probability)


def page(sure, doubtful):
    numbers = range(1, sure + doubtful + 1)
    return [line(number, 0.95 if number <= sure else 0.5) for number in numbers]


@pytest.mark.parametrize(
    ("block", "doubtful"),
    [
        (line(1, 0.95), False),
        (line(1, 0.7), True),
        (line(1, 0.02), True),
        (line(1, 0.1, kept=False, reason="list of links"), False),
        (line(1, 0.4, kept=False, reason="list of links"), True),
        (line(1, 0.05, reason="photo caption"), False),  # --keep-captions
        (line(1, None), False),
    ],
)
def test_a_line_is_doubtful_where_its_verdict_is(block, doubtful):
    assert is_doubtful(block) is doubtful


def test_many_doubtful_lines_are_a_doubt_and_a_few_are_none():
    assert doubt_of(page(20, 7)) == "was unsure about 7 of 27 lines"
    assert doubt_of(page(4, 2)) == ""
    assert doubt_of(page(60, 5)) == ""
    assert doubt_of([]) == ""


def test_an_article_that_ends_among_its_own_prose_is_a_doubt():
    paragraphs = [f"{OTHER[:-1]} {number}." for number in range(6)]
    end = "Tous les commentaires"
    assert clean(document("\n".join([ARTICLE, *paragraphs, end, *paragraphs[:2]]))).doubt == ""
    cut = clean(document("\n".join([ARTICLE, OTHER, end, *paragraphs])))
    assert cut.doubt == "kept 24% of what reads like an article"


def test_a_replayed_plan_is_not_doubted():
    text = document("\n".join([ARTICLE, OTHER, "Tous les commentaires", *[OTHER + " Oui."] * 6]))
    found = clean(text)
    again = replay(text, render_cleaning(found, "json"))
    assert (bool(found.doubt), again.doubt, again.doubtful) == (True, "", ())
