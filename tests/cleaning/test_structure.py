import pytest

from tests.cleaning.helpers import ARTICLE, OTHER, document
from toolkit.cleaning import clean


def kept(*lines):
    return [block.text for block in clean(document("\n".join(lines))).blocks if block.kept]


def test_drop_caps_stay():
    page = [
        ARTICLE,
        OTHER,
        "L",
        "e lendemain, les députés ont repris leurs travaux à l’aube.",
        OTHER,
    ]
    assert kept(*page) == page


def test_a_sentence_that_links_cut_stays_whole_above_the_others():
    cut = [
        "Le bac qui reliait les deux rives du fleuve a chaviré mardi matin à deux kilomètres de",
        "la pointe nord",
        ", avec une trentaine de passagers à bord.",
    ]
    menu = ["Rubrique des sports", "Carnet du jour", "Les jeux de la semaine"]
    assert kept(*menu, *cut, ARTICLE, OTHER) == [*cut, ARTICLE, OTHER]


def test_numbers_of_an_articles_parts_stay_and_those_of_links_go():
    parts = [line for n in "123" for line in (n, f"Le point {n}", f"{ARTICLE} Et de {n}.")]
    assert kept(OTHER, *parts) == [OTHER, *parts]
    ranks = [line for n in "123" for line in (n, f"Un autre plan contesté, le numéro {n}")]
    assert not {"1", "2", "3"} & set(kept(ARTICLE, OTHER, *ranks, ARTICLE + " Oui."))


def test_speakers_of_a_transcript_stay():
    talk = [
        "Jeanne Oriol",
        "Comment êtes-vous venue à ce métier, et pourquoi si tard\u00a0?",
        "Marthe Petit",
        "Par ma mère, qui réparait des montres dans la cuisine, le soir.",
        "Jeanne Oriol",
        "Elle vous a tout appris\u00a0?",
        "Marthe Petit",
        "Elle m’a surtout appris à me taire quand elle travaillait.",
    ]
    assert kept(ARTICLE, OTHER, *talk) == [ARTICLE, OTHER, *talk]


@pytest.mark.parametrize("below", [["Étaler la pâte, puis la découper en ronds au verre."], []])
def test_what_a_recipe_needs_stays(below):
    needs = ["500 g de patates douces", "150 g de farine", "huile pour friture"]
    assert kept(ARTICLE, OTHER, *needs, *below) == [ARTICLE, OTHER, *needs, *below]
