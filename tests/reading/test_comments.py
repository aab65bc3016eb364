import json
import time

import pytest
from lxml import html

from tests.reading.helpers import PARAGRAPHS, one
from toolkit.reading.comments import hide_signatures

OLD, OWN = "2019-02-03", "2020-05-06"
REVIEW = {"@type": "Review", "author": "Bob", "datePublished": OLD, "reviewBody": "Très bon."}
COMMENT = {"@type": "Comment", "author": "Bob", "datePublished": OLD, "text": "Très bon."}
RECIPE = {"@type": "Recipe", "name": "Le far breton"}
DATED = f'<div itemscope itemtype="https://schema.org/{{kind}}">{{head}}<span itemprop="author">Bob</span><time itemprop="datePublished" datetime="{OLD}">3 février 2019</time><p>Très bon, merci pour la recette.</p></div>'  # noqa: E501
THREAD = f'<ol class="comment-list"><li id="comment-1"><div class="comment-meta"><b class="fn author">Bob</b><time datetime="{OLD}">3 février 2019</time></div><p>Très bon, merci.</p></li></ol>'  # noqa: E501


def metadata(data=None, head="", below=""):
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>' if data else ""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    page = (
        f"<html><head><title>Le far breton</title>{script}{head}</head><body><article>"
        f"<h1>Le far breton</h1>{text}</article>{below}</body></html>"
    )
    return one("page.html", page.encode()).metadata


@pytest.mark.parametrize(
    "data",
    [
        {**RECIPE, "review": REVIEW},
        {**RECIPE, "review": {**REVIEW, "name": "Le far breton"}},
        {"@type": "Hotel", "review": [{**REVIEW, "name": "Le far breton"}]},
        {"@type": "NewsArticle", "headline": "Le far breton", "comment": [COMMENT]},
        COMMENT,
        [{**COMMENT, "@type": ["Comment"]}],
        [{**COMMENT, "@type": ["CreativeWork", "UserComments"]}],
        {"@graph": [COMMENT, {"@type": "WebPage", "name": "Le far breton"}]},
    ],
)
def test_data_of_comments_and_reviews_are_not_the_pages(data):
    found = metadata(data)
    assert "date" not in found
    assert "author" not in found


def test_the_pages_own_data_stand_beside_them():
    assert metadata({"review": [REVIEW], **RECIPE, "datePublished": OWN})["date"] == OWN
    own = {"@type": "WebPage", "name": "Le far breton", "datePublished": OWN}
    assert metadata({"@graph": [COMMENT, own]})["date"] == OWN
    review = {"@type": ["Review"], "author": "Bob", "datePublished": OWN, "comment": [COMMENT]}
    assert metadata([{**review, "headline": "Le far breton"}])["date"] == OWN
    film = {"@type": "Movie", "review": {**REVIEW, "name": "Le far breton"}}
    assert metadata(film)["date"] == OLD


@pytest.mark.parametrize(
    "below",
    [
        DATED.format(kind="Review", head=""),
        DATED.format(kind="Comment", head=""),
        DATED.format(kind="", head="").replace("itemscope", 'itemprop="review" itemscope'),
        THREAD,
        f'<div id="comments">{THREAD}</div>',
    ],
)
def test_attributes_of_comments_and_reviews_are_not_the_pages(below):
    assert "date" not in metadata(below=below)
    assert "author" not in metadata(below=below)
    own = f'<meta itemprop="datePublished" content="{OWN}">'
    assert metadata(head=own, below=below)["date"] == OWN


def test_a_page_that_is_a_review_keeps_its_signature():
    page = DATED.format(kind="Review", head="<h1>Le film</h1>")
    tree = html.fromstring(page)
    hide_signatures(tree)
    assert tree.find(".//time").get("datetime") == OLD


def test_comments_keep_their_text():
    tree = html.fromstring(THREAD)
    before = tree.text_content()
    hide_signatures(tree)
    assert tree.text_content() == before


def test_comments_in_comments_take_time_by_their_length():
    nested = '<div class="comment">' * 200 + "<i class=date>a</i>" * 20_000 + "</div>" * 200
    started = time.perf_counter()
    hide_signatures(html.fromstring(nested))
    assert time.perf_counter() - started < 5  # seconds; it takes tenths
