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
