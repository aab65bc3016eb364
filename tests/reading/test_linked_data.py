import json
import time

import pytest

from toolkit.reading.linked_data import LinkedArticle, article_of, truth

ARTICLE = {"@type": "NewsArticle", "headline": "Un plan contre les crues"}
OTHER = {"@type": "BlogPosting", "headline": "Le retour des hirondelles"}
TITLES = ("Un plan contre les crues | Le Matin",)


def found(value, titles=TITLES):
    text = value if isinstance(value, str) else json.dumps(value)
    return article_of([text], titles)


@pytest.mark.parametrize(
    "value",
    [
        ARTICLE,
        [[ARTICLE]],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, OTHER, ARTICLE]},
        {"@type": "WebPage", "mainEntity": {**ARTICLE, "@type": ["Thing", "AnalysisNewsArticle"]}},
        {"@type": "LiveBlogPosting", **ARTICLE, "liveBlogUpdate": [OTHER]},
    ],
)
def test_the_article_of_the_title_is_found_wherever_it_stands(value):
    assert found(value).headline == "Un plan contre les crues"


@pytest.mark.parametrize(
    "text",
    [
        '{"@type": "Article", "headline": "Un plan\ncontre les crues"}',
        '<!-- {"@type": "Article", "headline": "Un plan contre les crues",} -->',
        '//<![CDATA[\n{"@type": "Article", "headline": "Un plan contre les crues"};\n//]]>',
        "{&quot;@type&quot;: &quot;Article&quot;, &quot;headline&quot;: &quot;Un plan contre les "
        "crues&quot;}",
    ],
)
def test_json_with_the_usual_faults_is_read(text):
    assert found(text).headline == "Un plan contre les crues"


def test_of_several_articles_that_no_title_names_none_is_taken():
    assert found([ARTICLE, OTHER], titles=["Accueil"]) == LinkedArticle()
    assert found([OTHER], titles=["Accueil"]).headline == OTHER["headline"]
    both = ["Le retour des hirondelles", "Un plan contre les crues"]
    assert found([ARTICLE, OTHER], titles=both).headline == OTHER["headline"]


@pytest.mark.parametrize(
    ("author", "people", "organizations"),
    [
        ("Luc Petit", ("Luc Petit",), ()),
        ({"@type": "Person", "name": "Luc Petit"}, ("Luc Petit",), ()),
        ([{"name": "Luc Petit"}, {"@type": "Person", "name": ["Zoé Roy"]}],
         ("Luc Petit", "Zoé Roy"), ()),
        ({"@type": "Person", "givenName": "Luc", "familyName": "Petit"}, ("Luc Petit",), ()),
        ({"@type": "Person", "name": {"name": "Luc Petit"}}, ("Luc Petit",), ()),
        ({"@id": "#luc"}, ("Luc Petit",), ()),
        ({"@type": "Organization", "name": "L&#39;Agence"}, (), ("L'Agence",)),
        ([None, 3, {"@type": "Person", "name": ""}], (), ()),
    ],
)  # fmt: skip
def test_authors_are_named_in_many_ways(author, people, organizations):
    luc = {"@type": "Person", "@id": "#luc", "name": "Luc Petit"}
    article = found([{**ARTICLE, "author": author}, luc])
    assert (article.people, article.organizations) == (people, organizations)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(False, False), ("False", False), ("http://schema.org/False", False), ("true", True),
     (True, True), (None, None), ("", None), (0, None)],
)  # fmt: skip
def test_what_stands_for_true_and_false(value, expected):
    assert truth(value) is expected


def test_a_part_that_is_not_free_closes_the_article():
    part = {"@type": "WebPageElement", "isAccessibleForFree": "False", "cssSelector": ".paywall"}
    article = found({**ARTICLE, "isAccessibleForFree": True, "hasPart": part})
    assert article.free is False
    assert article.locked == (".paywall",)


@pytest.mark.parametrize(
    ("value", "expected"), [(812, 812), (" 812 ", 812), ("812 mots", 0), (True, 0), ([812], 0)]
)
def test_words_are_counted_in_numbers_and_in_texts(value, expected):
    assert found({**ARTICLE, "wordCount": value}).words == expected


@pytest.mark.parametrize("text", ["[" * 100_000, "{}", "3", "null", '{"@type": 3}', "1" * 5000])
def test_data_of_any_kind_are_survived(text):
    assert found(text) == LinkedArticle()


def test_values_hold_neither_markup_nor_what_no_file_can_hold():
    article = found({**ARTICLE, "articleBody": "<p>L&rsquo;eau \ud800monte.</p>\u0000"})
    assert article.body == "L’eau monte."


def test_a_review_by_a_reader_is_not_the_article():
    review = {"@type": "Review", "author": "Bob", "reviewBody": "Très bon."}
    assert found({"@type": "Recipe", "name": "Far breton", "review": review}) == LinkedArticle()
    assert found({**ARTICLE, "@type": "Review"}).headline == ARTICLE["headline"]


def test_a_headline_of_one_word_gives_way_to_the_whole_one():
    article = found([{"@type": "Article", "headline": "Plan"}, ARTICLE])
    assert article.headline == ARTICLE["headline"]


def test_odd_data_take_time_by_their_length():
    """White space without end, values in values, and more headlines than titles can tell apart."""
    nested = '{"@type": "Article", "isAccessibleForFree":' * 900 + f'"{"x" * 10**6}"' + "}" * 900
    started = time.perf_counter()
    found("{}" + " " * 10**6 + "x")
    found(nested)
    found([{**OTHER, "position": n} for n in range(4000)], [f"Un titre {n}" for n in range(10**4)])
    assert time.perf_counter() - started < 10  # seconds; it takes tenths
