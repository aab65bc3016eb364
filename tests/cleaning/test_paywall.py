import pytest

from tests.cleaning.helpers import ARTICLE, OTHER, PAGES, document
from toolkit.cleaning import judge, replay
from toolkit.output import render_cleaning

WALL = "Il vous reste 68 % de cet article à lire."


def paywalled(*lines):
    return judge(document("\n".join(lines))).paywalled


def test_an_article_that_breaks_off_at_a_notice_is_said_to():
    assert paywalled(ARTICLE, OTHER, WALL)
    assert paywalled(ARTICLE, OTHER, "Partager", "La suite est réservée aux abonnés.", "Menu")


@pytest.mark.parametrize(
    "lines",
    [
        (ARTICLE, OTHER),
        (WALL, ARTICLE, OTHER),
        (ARTICLE, OTHER, *["Menu"] * 8, WALL),
        (ARTICLE, f"« {WALL} », dit l’écran à qui n’a pas payé, et l’on s’en va.", OTHER),
        (WALL,),
    ],
)
def test_a_notice_elsewhere_says_nothing_of_the_article(lines):
    assert not paywalled(*lines)


def test_a_replayed_plan_says_the_same():
    page = document(f"{ARTICLE}\n{OTHER}\n{WALL}")
    cleaning = judge(page)
    assert replay(page, render_cleaning(cleaning, "json")).document == cleaning.document


def test_of_the_pages_labelled_by_hand_only_those_with_a_notice_are():
    found = {
        page.name for page in PAGES if page.part == "tune" and judge(document(page.text)).paywalled
    }
    assert found == {"catholic-daily"}
