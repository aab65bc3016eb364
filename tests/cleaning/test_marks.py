import tomllib

import pytest

from toolkit.assets import asset_folder
from toolkit.cleaning import judge
from toolkit.cleaning.features import GROUPS, describe
from toolkit.cleaning.marks import points, taken_text, weigh_marks
from toolkit.documents import (
    ABOVE_TEXT,
    BELOW_HEADLINE,
    IN_DATA,
    IN_ELEMENT,
    IN_LEAD,
    IN_MAIN_TEXT,
    MOSTLY_LINKS,
    Document,
)
from toolkit.evaluation.cleaning import load_html_pages, score_page
from toolkit.reading import read_document
from toolkit.reading.places import LEAD, PLACES_FILE

HTML = asset_folder("eval") / "gold/html"
LEAD_LINE = "Trois digues neuves et un bassin avant la fin de l’hiver, promet le maire."


def vote(*marks, text=LEAD_LINE):
    (line,) = weigh_marks(
        [describe(text, language="fr", groups=frozenset(GROUPS))], [frozenset(marks)]
    )
    return line.vote


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ((IN_ELEMENT, IN_MAIN_TEXT), "both readers"),
        ((IN_ELEMENT, IN_DATA), "both readers"),
        ((IN_ELEMENT, ABOVE_TEXT), "both readers"),
        ((IN_ELEMENT, IN_MAIN_TEXT, "in a sidebar"), "in the main text"),
        ((IN_ELEMENT,), "in the article's element"),
        ((IN_ELEMENT, "in comments"), "beside the article's text"),
        ((IN_ELEMENT, IN_DATA, MOSTLY_LINKS), "beside the article's text"),
        ((IN_MAIN_TEXT,), "in the main text"),
        ((BELOW_HEADLINE, IN_LEAD), "a reader, below the headline"),
        ((BELOW_HEADLINE,), "below the headline"),
        ((BELOW_HEADLINE, "in a caption"), "beside the article's text"),
        ((IN_DATA,), "outside of the article"),
        ((), "outside of the article"),
    ],
)
def test_readers_vote_on_a_line(marks, expected):
    assert vote(*marks) == expected


def test_short_lines_below_the_headline_are_no_lead():
    assert vote(BELOW_HEADLINE, text="Montbéliard") == "beside the article's text"


def test_every_place_has_points_and_the_worst_counts():
    places = tomllib.loads(PLACES_FILE.read_text("utf-8")).keys() - {LEAD}
    assert places | {MOSTLY_LINKS} == points().marks.keys()
    (line,) = weigh_marks(
        [describe(LEAD_LINE, language="fr", groups=frozenset(GROUPS))],
        [frozenset((IN_MAIN_TEXT, "in a caption", "among tags", MOSTLY_LINKS))],
    )
    assert [name for name, _ in line.evidence[-2:]] == ["in the main text", "in a caption"]


def test_what_readers_take_is_all_of_a_text_without_marks():
    assert taken_text(Document(name="a", text="Un\nDeux")) == "Un\nDeux"
    marks = (frozenset((BELOW_HEADLINE,)), frozenset((IN_MAIN_TEXT,)))
    assert taken_text(Document(name="a", text="Un\nDeux", marks=marks)) == "Deux"


@pytest.mark.parametrize("page", load_html_pages(HTML), ids=lambda page: page.name)
def test_no_sentence_of_a_page_labelled_by_hand_is_lost(page):
    document = read_document(HTML / f"{page.name}.html")
    cleaning = judge(document)
    score = score_page(page, cleaning.document.text)
    assert not score.lost
    assert score.precision > 0.7
    assert judge(cleaning.document).document == cleaning.document
    assert judge(cleaning.document).paywalled == cleaning.paywalled
