from tests.cleaning.helpers import ARTICLE, OTHER, document
from toolkit.cleaning import clean


def test_links_under_a_heading_go_and_the_article_goes_on():
    links = [
        "Sur le même sujet",
        "Un autre plan contesté",
        "Pourquoi le budget de la ville est encore en retard",
    ]
    text = clean(document("\n".join([ARTICLE, OTHER, *links, ARTICLE + " Oui."]))).document.text
    assert text.split("\n\n") == [ARTICLE, OTHER, ARTICLE + " Oui."]


def test_a_sentence_above_a_credit_is_a_caption_and_one_inside_the_text_is_none():
    caption = "Le ministre entouré de ses conseillers à la sortie de la réunion."
    page = [caption, "© AFP", ARTICLE, OTHER, ARTICLE + " Oui."]
    assert clean(document("\n".join(page))).document.text.split("\n\n") == page[2:]
    late = [ARTICLE, OTHER, ARTICLE + " Oui.", caption, "© AFP", OTHER + " Oui."]
    assert caption in clean(document("\n".join(late))).document.text


def test_a_name_beside_the_byline_goes_and_a_heading_in_the_text_stays():
    page = [ARTICLE, "Jeanne Oriol", "Publié le 3 mars 2021 à 14:05", OTHER, ARTICLE + " Oui."]
    cleaning = clean(document("\n".join(page)))
    assert cleaning.blocks[1].reason == "beside byline or time"
    heading = [ARTICLE, OTHER, ARTICLE + " Oui.", "Jeanne Oriol", OTHER + " Oui."]
    assert "Jeanne Oriol" in clean(document("\n".join(heading))).document.text


def test_what_is_said_of_the_author_goes():
    page = [
        "Par Jeanne Oriol",
        *[f"{ARTICLE} {count}" for count in ("Un.", "Deux.", "Trois.")],
        "Jeanne Oriol",
        "Jeanne Oriol vit à Tours, où elle a publié deux romans et tient une librairie.",
    ]
    cleaning = clean(document("\n".join(page)))
    assert cleaning.document.text.split("\n\n") == page[1:4]
    assert cleaning.blocks[5].reason == "about the author"


def test_a_source_that_the_article_speaks_of_is_no_author():
    told = "Radio Canada a révélé jeudi que le plan avait été écrit par un cabinet de conseil."
    page = ["Source : Radio Canada", ARTICLE, OTHER, ARTICLE + " Oui.", told, OTHER + " Oui."]
    assert told in clean(document("\n".join(page))).document.text


def test_teasers_below_the_article_go_with_their_sentences():
    teasers = [
        "Articles similaires",
        "Un autre plan contesté",
        "Les maires de la région ont refusé hier de signer la charte qui leur était proposée.",
        "Le budget en retard",
        "La commission des finances n’a toujours pas rendu son avis sur les comptes de l’an passé.",
    ]
    page = document("\n".join([ARTICLE, OTHER, ARTICLE + " Oui.", *teasers]))
    assert clean(page).document.text.split("\n\n") == [ARTICLE, OTHER, ARTICLE + " Oui."]


def test_teasers_with_the_same_link_below_each_go():
    cards = [
        line
        for n in range(3)
        for line in (f"Un autre plan contesté, le {n}", f"{OTHER} Et de {n}.", "Plus…")
    ]
    page = [ARTICLE, OTHER, ARTICLE + " Oui.", *cards, "Contact"]
    cleaning = clean(document("\n".join(page)))
    assert cleaning.document.text.split("\n\n") == page[:3]


def test_a_heading_in_the_text_stays_though_a_link_says_the_same():
    page = ["Verdict", "Sports", ARTICLE, OTHER, "Verdict", ARTICLE + " Oui.", OTHER + " Oui."]
    assert [block.kept for block in clean(document("\n".join(page))).blocks][2:] == [True] * 5
