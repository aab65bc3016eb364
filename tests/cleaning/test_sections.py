import pytest

from tests.cleaning.helpers import ARTICLE, OTHER, ROOT, document
from toolkit.cleaning import clean, judge
from toolkit.cleaning.sections import WEIGHTS_FILE
from toolkit.evaluation.cleaning import digest_of, load_gold_pages

BODY = [
    "Le bac de Roquevert a rouvert lundi",
    ARTICLE,
    OTHER,
    "Les maires du canton avaient réclamé ce vote pendant deux ans, sans grand espoir.",
    "Une première version avait été rejetée en 2019, puis corrigée par la commission des lois.",
]
CARDS = [
    "Un marché de nuit sous les halles",
    "Vingt étals, trois fanfares et un four à pain : notre guide pour ne rien manquer ce samedi.",
    "La recette du dimanche",
    "Une tarte aux poires toute simple, à préparer la veille avec vos enfants.",
]


def test_the_weights_were_fitted_on_the_pages_as_they_are():
    pages = [
        page
        for name in ("cleaning", "kinds")
        for page in load_gold_pages(ROOT / "eval/gold" / name)
    ]
    digest = digest_of([page for page in pages if page.part == "tune"])
    assert f"# {digest}\n" in WEIGHTS_FILE.read_text("utf-8"), "run eval/fit_sections.py"


def test_teasers_in_sentences_go_from_below_an_article():
    below = ["Par Jeanne Oriol", "Partager", "Imprimer"]
    cleaning = clean(document("\n".join([*BODY, *below, *CARDS])))
    assert cleaning.document.text.split("\n\n") == BODY[1:]
    assert {block.reason for block in cleaning.blocks[-len(CARDS) :]} == {"aside"}


@pytest.mark.parametrize("between", ["Lire aussi : le plan du ministre en cinq points", "Partager"])
def test_an_article_goes_on_below_an_interruption(between):
    end = "Les deux communes, elles, avaient voté contre, et leurs élus ont quitté la salle."
    cleaning = clean(document("\n".join([*BODY, between, end])))
    assert cleaning.document.text.split("\n\n") == [*BODY[1:], end]


PARTING = ["Publicité"], ["Le bac, lundi. © AFP"], ["Partager", "Imprimer"]


@pytest.mark.parametrize("between", PARTING)
def test_a_heading_stays_that_is_parted_from_its_text(between):
    cleaning = clean(document("\n".join([*BODY[:3], "La fiche", *between, *BODY[3:]])))
    assert cleaning.document.text.split("\n\n") == [*BODY[1:3], "La fiche", *BODY[3:]]


@pytest.mark.parametrize("line", ["Je découvre les offres", "Notre enquête"])
def test_what_speaks_to_somebody_is_no_such_heading(line):
    cleaning = clean(document("\n".join([*BODY[:3], line, "Publicité", *BODY[3:]])))
    assert cleaning.document.text.split("\n\n") == BODY[1:]


def test_sections_are_judged_in_french_only():
    page = document("\n".join([*BODY, "Partager", *CARDS]))
    assert not any(block.reason == "aside" for block in judge(page, language=None).blocks)


def test_a_doubtful_section_that_stays_costs_its_lines_points():
    page = [ARTICLE, "Partager", OTHER]
    _, _, below = clean(document("\n".join(page))).blocks
    assert below.kept
    assert any(name == "aside" and -4 < points < 0 for name, points in below.evidence)
