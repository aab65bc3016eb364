import json

import pytest

from tests.reading.helpers import PAGE, PARAGRAPHS, one
from toolkit.assets import asset_folder
from toolkit.cleaning import judge
from toolkit.errors import InputError
from toolkit.reading import read_document

GOLD = sorted((asset_folder("eval") / "gold/html").glob("*.json"))


@pytest.mark.parametrize("name", ["page.html", "page.txt", "-"])
def test_html_gives_its_main_text_and_what_it_says_of_itself(name):
    document = one(name, PAGE.format(charset="utf-8").encode())
    assert document.text.split("\n") == ["Le plan du ministre", *PARAGRAPHS]
    assert dict(document.metadata) == {
        "title": "Le plan du ministre",
        "author": "Jeanne Oriol",
        "date": "2024-03-01",
        "site": "Le Matin",
        "language": "fr",
    }


def test_html_is_read_in_the_encoding_that_it_declares():
    page = PAGE.replace("’", "'")
    document = one("page.html", page.format(charset="iso-8859-15").encode("iso-8859-15"))
    assert "présenté" in document.text
    assert document.encoding == "iso-8859-15"
    data = page.format(charset="iso-8859-15").encode("iso-8859-15")
    assert one("page.txt", data).encoding == "iso-8859-15"
    wrongly = one("page.html", PAGE.format(charset="iso-8859-1").encode("utf-8"))
    assert "présenté" in wrongly.text


def test_html_of_markup_only_is_refused():
    with pytest.raises(InputError, match="only markup"):
        one("page.html", b"<html><head></head><body><img src=x></body></html>")


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem)
def test_pages_labelled_by_hand_say_what_they_are(path):
    wanted = json.loads(path.read_text("utf-8"))
    expected = {"title": wanted["title"], **wanted.get("metadata", {})}
    found = judge(read_document(path.with_suffix(".html"))).document.metadata
    assert {name: found.get(name) for name in expected} == expected
    assert ("paywalled" in found) == ("paywalled" in expected)


def test_a_document_holds_what_may_be_its_article_with_a_mark_for_each_line():
    page = PAGE.replace("</article>", "<aside>Lire aussi</aside></article>")
    document = one("page.html", page.format(charset="utf-8").encode())
    lines = document.text.split("\n")
    assert lines == ["Le plan du ministre", *PARAGRAPHS, "Lire aussi"]
    assert len(document.marks) == len(lines)
    assert "in a sidebar" in document.marks[-1]
    assert not one("page.txt", b"Le maire dort.").marks


def test_a_page_too_large_for_a_tree_is_read_whole_and_without_marks():
    page = PAGE.replace("<article>", "<div>" * 300 + "<article>")
    document = one("page.html", page.format(charset="utf-8").encode())
    assert document.text.split("\n") == [
        "Accueil Monde", "Le plan du ministre", *PARAGRAPHS, "Tous droits réservés"
    ]  # fmt: skip
    assert document.marks == ()
