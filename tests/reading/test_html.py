import pytest

from tests.reading.helpers import PAGE, PARAGRAPHS, one
from toolkit.errors import InputError


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
