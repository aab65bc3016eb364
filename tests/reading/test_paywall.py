import json

import pytest

from tests.reading.helpers import one

PARAGRAPH = "<p>Le maire a présenté jeudi un plan contre les crues devant le conseil réuni.</p>"


def paywalled(free=None, head="", text=PARAGRAPH * 3, selector="", body=""):
    data = {"@type": "NewsArticle", "headline": "Un plan", "articleBody": body}
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
    assert paywalled(text=closed + PARAGRAPH * 3)


def test_the_closed_part_is_there_or_it_is_not():
    assert paywalled(selector=".premium")
    there = f'{PARAGRAPH * 2}<div class="premium">{PARAGRAPH * 2}</div>'
    assert not paywalled(selector=".premium", text=there)
    around = f'<div class="premium">{PARAGRAPH * 2}</div>'
    assert paywalled(selector=".premium", text=around)


def test_a_long_text_is_whole_unless_the_data_have_more():
    assert not paywalled(False, text=PARAGRAPH * 40)
    assert paywalled(False, text=PARAGRAPH * 40, body="Le maire a parlé. " * 400)
