import json

import pytest

from tests.reading.helpers import one

PARAGRAPH = "<p>Le maire a présenté jeudi un plan contre les crues devant le conseil réuni.</p>"
BROKEN_OFF = "<p>Les riverains, venus nombreux, ont demandé au maire pourquoi les digues que</p>"
SHORT = PARAGRAPH * 2 + BROKEN_OFF


def paywalled(free=None, head="", text=SHORT, selector="", **more):
    data = {"@type": "NewsArticle", "headline": "Un plan", **more}
    data |= {} if free is None else {"isAccessibleForFree": free}
    if selector:
        part = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": selector}
        data["hasPart"] = part
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    page = (
        f"<html><head>{script}{head}</head><body><h1>Un plan</h1><article>{text}</article></body>"
    )
    return "paywalled" in one("page.html", page.encode()).metadata


@pytest.mark.parametrize("free", [False, "False", "http://schema.org/False"])
def test_data_say_that_an_article_is_closed(free):
    assert paywalled(free)


@pytest.mark.parametrize("free", [None, True, "True"])
def test_an_article_that_is_free_is_said_to_be_nothing_else(free):
    assert not paywalled(free)


def test_meta_elements_and_microdata_say_so_too():
    assert paywalled(head='<meta property="article:content_tier" content="locked">')
    assert not paywalled(head='<meta property="article:content_tier" content="metered">')
    closed = '<meta itemprop="isAccessibleForFree" content="false">'
    assert paywalled(text=closed + SHORT)


@pytest.mark.parametrize("length", [3, 40])
def test_a_text_of_which_nothing_is_missing_is_whole_whoever_may_read_it(length):
    assert not paywalled(False, text=PARAGRAPH * length)


@pytest.mark.parametrize(
    "ending",
    [
        "<p>Les riverains, venus nombreux, ont demandé au maire pourquoi les digues…</p>",
        "<p>Les riverains, venus nombreux, ont demandé au maire pourquoi les digues [...]</p>",
        f"{BROKEN_OFF}<h2>Les inondations de l’hiver ont laissé des traces partout</h2>",
    ],
)
def test_a_text_that_breaks_off_within_a_sentence_is_not(ending):
    assert paywalled(False, text=PARAGRAPH * 2 + ending)
    assert not paywalled(True, text=PARAGRAPH * 2 + ending)


@pytest.mark.parametrize(
    "below",
    [
        "« Les digues tiendront, on nous l’a promis, mais après… », soupire un riverain.",
        "Un riverain soupire : « Les digues tiendront, on nous l’a promis, mais après… »",
        "Publié le 3 mars 2024 à 10 h 12, mis à jour le 4 mars 2024 à 11 h 15",
        "À lire aussi : les digues de la Loire, dix ans de promesses et de retards",
        "Le maire devant la mairie, jeudi matin, avec les élus du conseil. © AFP / Jean Martin",
    ],
)
def test_dates_links_captions_and_quotations_below_a_text_are_no_cut_sentences(below):
    assert not paywalled(False, text=f"{PARAGRAPH * 3}<p>{below}</p>")


def test_the_closed_part_is_there_or_it_is_not():
    whole = PARAGRAPH * 4
    assert paywalled(False, selector=".premium", text=whole)
    for there in (
        f'{PARAGRAPH * 2}<div class="premium">{PARAGRAPH * 2}</div>',
        f'<div class="text premium">{whole}</div>',
        PARAGRAPH * 2 + 2 * PARAGRAPH.replace("<p>", "<p class='premium'>"),
    ):
        assert not paywalled(False, selector=".premium", text=there)


@pytest.mark.parametrize("length", [3, 40])
def test_data_that_have_more_of_the_text_say_that_it_is_cut(length):
    text = PARAGRAPH * length
    rest = "Sur les quais, personne ne croit plus aux digues promises il y a dix ans. " * 2 * length
    assert paywalled(False, text=text, articleBody=rest)
    assert not paywalled(False, text=f"{text}<aside><p>{rest}</p></aside>", articleBody=rest)


def test_data_that_count_more_words_say_so_too():
    assert paywalled(False, text=PARAGRAPH * 3, wordCount=400)
    assert paywalled(False, text=PARAGRAPH * 3, wordCount="400")
    assert not paywalled(False, text=SHORT, wordCount=41)
