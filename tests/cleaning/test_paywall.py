import pytest

from tests.cleaning.helpers import ARTICLE, OTHER, PAGES, document
from tests.reading.helpers import one
from toolkit.cleaning import judge, replay
from toolkit.cleaning.steps import repair
from toolkit.output import render_cleaning

BELOW = (
    "Le préfet, présent dans la salle, a demandé du temps pour étudier les chiffres.",
    "Une réunion aura lieu lundi avec les maires du canton, qui craignent pour leurs routes.",
)
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
        (ARTICLE, OTHER, "Abonnez-vous pour lire la suite de nos enquêtes"),
        (WALL,),
    ],
)
def test_a_notice_elsewhere_says_nothing_of_the_article(lines):
    assert not paywalled(*lines)


REPORTED = (
    f"« {WALL} », dit l’écran à qui n’a pas payé, et l’on s’en va.",
    "« Cet article est réservé aux abonnés » : le message attend quatre lecteurs sur dix.",
    "Selon la directrice, la suite est réservée aux abonnés dès le troisième paragraphe.",
    "Les députés ont réécrit 80 % de l’article 4, qui fixe le prix des abonnements.",
)


@pytest.mark.parametrize("line", REPORTED)
@pytest.mark.parametrize("place", [1, 2, 4])
def test_an_article_that_tells_of_subscribers_goes_on(line, place):
    lines = [ARTICLE, OTHER, *BELOW]
    lines.insert(place, line)
    cleaning = judge(document("\n".join(lines)))
    assert all(block.kept for block in cleaning.blocks)
    assert not cleaning.paywalled


def test_what_stands_below_a_notice_goes():
    teaser = "Les pêcheurs du port attendent depuis mars la réponse du ministre sur les quotas."
    for wall in (WALL, "Abonnez-vous pour lire la suite de cet article.", "Débloquez cet article"):
        cleaning = judge(document("\n".join((ARTICLE, OTHER, wall, "La mer", teaser, teaser))))
        assert cleaning.document.text == f"{ARTICLE}\n\n{OTHER}"
        assert cleaning.paywalled


@pytest.mark.parametrize(
    ("below", "whole"),
    [
        ("".join(f"<p>{line}</p>" for line in BELOW), True),
        ("".join(f"<h3>La mer monte</h3><p>{line}</p>" for line in BELOW), False),
        (
            "<p>Nos 340 journalistes enquêtent pour vous.</p><p>Votre abonnement le permet.</p>",
            False,
        ),
    ],
)
def test_readers_of_a_page_say_whether_the_article_is_there_below_a_notice(below, whole):
    wall = "<p>Cet article est réservé aux abonnés.</p><p>Je m’abonne</p>"
    body = f"<p>{ARTICLE}</p><p>{OTHER}</p>{wall}{below}"
    page = f"<html><body><article><h1>Le plan</h1>{body}</article></body></html>"
    cleaning = judge(one("page.html", page.encode()))
    assert cleaning.paywalled is not whole
    assert (BELOW[1] in cleaning.document.text) is whole


def test_a_quotation_below_a_notice_does_not_speak_to_the_reader():
    quotes = ("« Nous avons trop attendu, et vous le savez », a répondu le préfet.", BELOW[1])
    body = "".join(f"<p>{line}</p>" for line in (ARTICLE, OTHER, WALL, *quotes))
    page = f"<html><body><article><h1>Le plan</h1>{body}</article></body></html>"
    text = judge(one("page.html", page.encode())).document.text
    assert all(repair(line) in text for line in quotes)


def test_a_replayed_plan_says_the_same():
    page = document(f"{ARTICLE}\n{OTHER}\n{WALL}")
    cleaning = judge(page)
    assert replay(page, render_cleaning(cleaning, "json")).document == cleaning.document


def test_of_the_pages_labelled_by_hand_only_those_with_a_notice_are():
    found = {
        page.name for page in PAGES if page.part == "tune" and judge(document(page.text)).paywalled
    }
    assert found == {"catholic-daily"}
