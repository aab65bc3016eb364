import html
import re

import pytest

from toolkit.documents import Doubt, Meaning, Segment, Statement, Translation, Unanswered
from toolkit.output.confidence import classes, legend, marked, sureness
from toolkit.results import Caution

TEXT = 'La <fonte> des "glaciers" & la pluie'


def translation(*, doubts=(), unanswered=(), confidence=None):
    return Translation(
        segment=Segment(0, TEXT, ""),
        text="",
        doubts=tuple(Doubt(*each) for each in doubts),
        unanswered=tuple(
            Unanswered(TEXT[start:end], start, end, 1.0, (Meaning(word, 0.5),))
            for start, end, word in unanswered
        ),
        confidence=confidence,
    )


def marks_of(page):
    """The marked words with what stands beside them."""
    found = re.findall(r'<mark title="([^"]*)">([^<]*)</mark>', page)
    return [(html.unescape(words), html.unescape(title)) for title, words in found]


@pytest.mark.parametrize(
    ("doubts", "unanswered", "expected"),
    [
        ([(4, 9, 'a "source"')], [], [("fonte", 'a "source"')]),
        ([(4, 9, "why")], [(4, 9, "melting")], [("fonte", "why; melting")]),
        (
            [(0, 9, "outside")],
            [(4, 9, "melting")],
            [("La <", "outside"), ("fonte", "outside; melting")],
        ),
        (
            [(0, 8, "one"), (5, 10, "two")],
            [],
            [("La <f", "one"), ("ont", "one; two"), ("e>", "two")],
        ),
        ([(4, 9, "same"), (4, 9, "same")], [], [("fonte", "same")]),
        ([(30, 99, "beyond")], [], [(" pluie", "beyond")]),
        ([], [], []),
    ],
)
def test_words_to_compare_are_marked_also_where_they_overlap(doubts, unanswered, expected):
    page = marked(translation(doubts=doubts, unanswered=unanswered))
    assert marks_of(page) == expected
    assert html.unescape(re.sub(r"</?mark[^>]*>", "", page)) == TEXT
    assert page.count("<mark") == page.count("</mark>") == len(expected)


def test_the_less_sure_a_sentence_is_the_stronger_is_its_shade():
    sure = (0.0, 0.25, 0.5, 0.75, 1.0, None)
    shades = [classes(translation(confidence=each)) for each in sure]
    assert shades == [' class="shade3"', ' class="shade2"', ' class="shade1"', "", "", ""]
    assert classes(Statement(text="", confidence=0.3), "a", "b") == ' class="a b shade2"'
    assert classes(Statement(text=""), "a") == ' class="a"'


def test_a_doubtful_sentence_says_how_sure_it_is_in_words_too():
    assert "38\N{NO-BREAK SPACE}%" in sureness(translation(confidence=0.38), Caution())
    assert sureness(translation(confidence=0.38), Caution(min_confidence=0.3)) == ""
    assert sureness(translation(), Caution()) == ""


def test_what_the_page_shows_is_explained_where_anything_is_known():
    known, unknown = translation(confidence=0.9), translation()
    assert legend([unknown], Caution()) == ""
    assert "below 70\N{NO-BREAK SPACE}%" in legend([unknown, known], Caution(min_confidence=0.7))
