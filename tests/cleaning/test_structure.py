import time

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
        OTHER + " Oui.",
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


def test_a_thing_of_one_word_does_not_part_what_a_recipe_needs():
    needs = ["Ingrédients", "250 g de farine", "4 œufs", "150 g de sucre"]
    page = ["Accueil", "Sport", ARTICLE, *needs, "Préchauffez le four à 180 degrés.", OTHER]
    assert set(needs[1:]) <= set(kept(*page))


def test_a_table_of_contents_goes_and_the_headings_it_names_stay():
    headings = ["Une gare trop loin", "Que disent les maires\u00a0?", "Ce qui change en mars"]
    parts = [line for n, head in enumerate(headings) for line in (head, f"{ARTICLE} {n}.")]
    assert kept("Sommaire de la page", *headings, OTHER, *parts) == [OTHER, *parts]


def test_hours_of_a_diary_stay():
    diary = [line for n in "678" for line in (f"{n} h 15", f"{ARTICLE} Il est {n} heures.")]
    assert kept(OTHER, *diary) == [OTHER, *diary]


def test_lists_of_facts_stay_between_paragraphs_and_boxes_with_a_heading_go():
    facts = ["Inscrits\u00a0: 312", "Votants\u00a0: 204", "Pour\u00a0: 187"]
    assert kept(ARTICLE, OTHER, *facts, ARTICLE + " Oui.")[2:5] == facts
    box = ["La fiche du vote", *facts]
    assert not set(box) & set(kept(ARTICLE, OTHER, *box, ARTICLE + " Oui."))


def test_footnotes_go_and_numbered_lines_that_nothing_refers_to_stay():
    notes = ["[1] Délibération n° 2024-117, non publiée.", "[2] Le chantier est ouvert à tous."]
    assert kept(ARTICLE[:-1] + " [1].", OTHER, *notes) == [ARTICLE[:-1] + " [1].", OTHER]
    assert kept(ARTICLE, OTHER, *notes)[2:] == notes


def test_numbered_pairs_without_end_take_time_by_their_length():
    pairs = [ARTICLE, *["1 Une note sans appel.", "2 Une autre note sans appel."] * 4000]
    started = time.perf_counter()
    kept(*pairs)
    assert time.perf_counter() - started < 20  # seconds; it takes one
