import json
import time

import pytest

from tests.reading.helpers import one

BODY = "<p>Le maire a présenté jeudi un plan contre les crues devant le conseil réuni.</p>" * 3


def metadata(head="", body="<h1>Un plan</h1>", title="Un plan - Le Matin", **article):
    data = {"@type": "NewsArticle", "headline": "Un plan", **article}
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    page = (
        f"<html><head><title>{title}</title>{script}{head}</head><body>{body}{BODY}</body></html>"
    )
    return one("page.html", page.encode()).metadata


def test_data_come_before_what_is_found_on_the_page():
    found = metadata(
        '<meta property="og:site_name" content="matin.example">'
        '<meta name="description" content="Trois digues.">'
        '<meta property="og:locale" content="fr_CH">',
        '<h1>Un plan</h1><p class="byline">Par Zoé Roy, 3 mai 2020</p>',
        author=[{"@type": "Person", "name": name} for name in ("Par Luc Petit", "Léa Roux")],
        datePublished="2024-03-01T23:30:00Z",
        dateModified="2024-03-04",
        publisher={"@type": "Organization", "name": "Le Matin"},
        articleSection=["Région", "Crues"],
    )
    assert found == {
        "title": "Un plan",
        "author": "Luc Petit; Léa Roux",
        "date": "2024-03-01",
        "modified": "2024-03-04",
        "site": "Le Matin",
        "language": "fr",
        "section": "Région",
        "description": "Trois digues.",
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [("https://matin.example/luc", "Zoé Roy"), ("luc@matin.example", "Zoé Roy"), ("", "Zoé Roy")],
)
def test_what_is_no_name_is_no_author(name, expected):
    body = '<h1>Un plan</h1><span itemprop="author">Par Zoé Roy</span>'
    assert metadata("", body, author=name)["author"] == expected


def test_a_publisher_is_the_author_where_nobody_else_is():
    publisher = {"@type": "Organization", "name": "Le Matin"}
    found = metadata(author={"@type": "Person", "name": "Le Matin"}, publisher=publisher)
    assert found["author"] == "Le Matin"


@pytest.mark.parametrize("date", ["01/03/2024", "2024-13-45", "2024", 20240301])
def test_what_is_no_date_is_none(date):
    assert metadata(datePublished=date).get("date", "") != date


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("Un plan | Le Matin", "<h1>Un plan</h1>", "Un plan"),
        ("LE MATIN - Un plan", "<p><b>Un plan</b></p>", "Un plan"),
        ("Un plan contre les crues", "<p>Ici</p>", "Un plan contre les crues"),
    ],
)
def test_the_title_is_the_one_that_stands_on_the_page(title, body, expected):
    assert metadata("", body, title, headline="")["title"] == expected


def test_a_page_too_large_for_a_tree_has_what_its_head_says():
    deep = "<div>" * 300 + "<h1>Un plan</h1>"
    found = metadata(body=deep, author="Luc Petit", datePublished="2024-03-01")
    assert (found["title"], found["author"], found["date"]) == (
        "Un plan",
        "Luc Petit",
        "2024-03-01",
    )


def test_values_hold_nothing_that_a_terminal_would_obey():
    found = metadata(author="Luc\u009b31m \u202ePetit", articleSection="Région\u2028Crues")
    assert found["author"] == "Luc31m Petit"
    assert found["section"] == "Région Crues"


def test_a_title_without_end_takes_time_by_its_length():
    started = time.perf_counter()
    metadata(title="un | " * 50_000)
    assert time.perf_counter() - started < 10  # seconds; it takes tenths
