import pytest

from tests.cleaning.helpers import ARTICLE, OTHER, document
from toolkit.cleaning import Repeats, clean
from toolkit.cleaning.repeats import site_of
from toolkit.documents import Document

BOILERPLATE = "Le Journal de Brive informe la Corrèze depuis mille neuf cent trois."


def pages_of_a_site(count):
    for place in ("la gare", "l’église", "la mairie", "la plage")[:count]:
        text = f"La ville ouvre une école dans le quartier de {place}, a dit le maire jeudi."
        yield document(
            f"{text}\nLe quartier de {place} attendait cela depuis dix ans.\n{BOILERPLATE}"
        )


def test_lines_that_repeat_over_a_site_are_furniture():
    pages = list(pages_of_a_site(4))
    assert BOILERPLATE in clean(pages[0]).document.text
    cleaning = clean(pages[0], repeated=Repeats(pages).of(pages[0]))
    assert BOILERPLATE not in cleaning.document.text
    assert cleaning.blocks[-1].reason == "on 4 pages"


def test_versions_of_one_article_teach_nothing():
    page = document(f"{ARTICLE}\n{OTHER}")
    repeats = Repeats([page] * 5)
    assert clean(page, repeated=repeats.of(page)).document.text == f"{ARTICLE}\n\n{OTHER}"


def test_pages_that_differ_in_figures_only_are_not_taken_for_furniture():
    pages = [document(f"Le fleuve a monté de {n} m.\nIl baissera de {n} m.") for n in range(9)]
    repeats = Repeats(pages)
    assert clean(pages[3], repeated=repeats.of(pages[3])).document.text.count("3 m.") == 2


def test_two_pages_are_too_few_to_learn_from():
    pages = list(pages_of_a_site(2))
    assert not Repeats(pages).of(pages[0])


@pytest.mark.parametrize(
    ("metadata", "site"),
    [
        ({"site": "Le Monde", "url": "https://www.lemonde.fr/a"}, "Le Monde"),
        ({"url": "https://www.LeMonde.fr:443/a"}, "www.lemonde.fr"),
        ({"url": "a/b"}, "pages/monde"),
        ({"url": "https://[a"}, "pages/monde"),
        ({}, "pages/monde"),
    ],
)
def test_a_site_is_named_by_the_page_or_its_url_or_its_folder(metadata, site):
    page = Document(name="pages/monde/a.jsonl: row 3", text="", metadata=metadata)
    assert site_of(page) == site
