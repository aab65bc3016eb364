import html
import re
from dataclasses import replace

import pytest

from tests.helpers import doubted, result_of
from toolkit.documents import Doubt, Segment, Statement, Summary, Translation
from toolkit.output.bilingual import side_by_side
from toolkit.output.confidence import classes, legend, marked, sureness
from toolkit.output.evidence_page import evidence_page, multi_document_page
from toolkit.results import Caution, MultiDocumentResult

TEXT = 'La <fonte> des "glaciers" & la pluie'


def translation(*doubts, text="", confidence=None):
    return Translation(
        segment=Segment(0, TEXT, ""),
        text=text,
        doubts=tuple(Doubt(*each) for each in doubts),
        confidence=confidence,
    )


def marks_of(page):
    """The marked words with what stands beside them."""
    found = re.findall(r'<mark title="([^"]*)">([^<]*)</mark>', page)
    return [(html.unescape(words), html.unescape(title)) for title, words in found]


@pytest.mark.parametrize(
    ("doubts", "expected"),
    [
        ([(4, 9, 'a "source"')], [("fonte", 'a "source"')]),
        ([(4, 9, "why"), (4, 9, "and why")], [("fonte", "why; and why")]),
        ([(0, 9, "outer"), (4, 9, "inner")], [("La <", "outer"), ("fonte", "outer; inner")]),
        (
            [(0, 8, "one"), (5, 10, "two")],
            [("La <f", "one"), ("ont", "one; two"), ("e>", "two")],
        ),
        ([(4, 9, "same"), (4, 9, "same")], [("fonte", "same")]),
        ([(30, 99, "beyond")], [(" pluie", "beyond")]),
        ([], []),
    ],
)
def test_words_to_compare_are_marked_also_where_they_overlap(doubts, expected):
    page = marked(translation(*doubts))
    assert marks_of(page) == expected
    assert html.unescape(re.sub(r"</?mark[^>]*>", "", page)) == TEXT
    assert page.count("<mark") == page.count("</mark>") == len(expected)


def test_words_are_marked_on_the_side_where_they_stand():
    both = translation((4, 9, "lost"), (0, 4, "unsure", "target"), text="Some <ice>")
    assert marks_of(marked(both)) == [("fonte", "lost")]
    assert marks_of(marked(both, "target")) == [("Some", "unsure")]
    assert [both.words(each) for each in both.doubts] == ["fonte", "Some"]


def test_the_less_sure_a_sentence_is_the_stronger_is_its_shade():
    sure = (0.0, 0.25, 0.5, 0.75, 1.0, None)
    shades = [classes(translation(confidence=each)) for each in sure]
    assert shades == [' class="shade3"', ' class="shade2"', ' class="shade1"', "", "", ""]
    assert classes(Statement(text="", confidence=0.3), "a", "b") == ' class="a b shade2"'
    assert classes(Statement(text=""), "a") == ' class="a"'


def test_a_doubtful_sentence_says_how_sure_it_is_in_words_too():
    assert "38%" in sureness(translation(confidence=0.38), Caution())
    assert sureness(translation(confidence=0.38), Caution(min_confidence=0.3)) == ""
    assert sureness(translation(), Caution()) == ""


def test_what_the_page_shows_is_explained_where_anything_is_known():
    known, unknown = translation(confidence=0.9), translation()
    assert legend([unknown], Caution(), {}) == ""
    assert "below 70%" in legend([unknown, known], Caution(min_confidence=0.7), {})


@pytest.mark.parametrize(("measured_on", "is_rough"), [("any", True), ("one", False)])
def test_the_page_says_where_confidence_is_a_rough_guess(measured_on, is_rough):
    made = {"model": "<one>", "confidence_measured_on": measured_on}
    result = replace(
        doubted(result_of(("Il pleut.", "It rains.")), 0.9), provenance={"translation": made}
    )
    together = MultiDocumentResult(
        results=(result,), summary=Summary(text="", max_words=9), provenance=result.provenance
    )
    pages = side_by_side(result, "html"), evidence_page(result), multi_document_page(together)
    for page in pages:
        assert ("For &lt;one&gt; this is a rough guess" in page) == is_rough
