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
