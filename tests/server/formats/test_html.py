import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from toolkit.errors import InputError
from toolkit.server.formats.html import prepare_html

LANGUAGES = ("fr", "en")
ENGLISH = {
    "Le président parle.": "The president speaks.",
    "Il dort.": "He sleeps.",
    "La maison blanche est ici.": "The white house is here.",
    "Une image": "An image",
}


def translated(markup, translate=lambda text: ENGLISH.get(text, text.upper())):
    prepared = prepare_html(markup, LANGUAGES)
    return prepared.fill([translate(segment.text) for segment in prepared.segments])


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("Il dort.", "He sleeps."),
        ("", ""),
        (" \n ", " \n "),
        ("<p>Il dort.</p>\n<p>Il dort.</p>", "<p>He sleeps.</p>\n<p>He sleeps.</p>"),
        # Inline elements go with their words.
        (
            "<p>Le <b class=x>président</b> parle.</p>",
            '<p>The <b class="x">president</b> speaks.</p>',
        ),
        (
            "<p>La maison <a href='/x?a=1&amp;b=2'>blanche</a> est ici.</p>",
            '<p>The <a href="/x?a=1&amp;b=2">white</a> house is here.</p>',
        ),
        (
            "<p><b>Le président parle. Il dort.</b></p>",
            "<p><b>The president speaks. He sleeps.</b></p>",
        ),
        # Blocks within inline elements, and text between blocks.
        (
            "<div>Il dort.<a href=x><div>Il dort.</div></a>Il dort.</div>",
            '<div>He sleeps.<a href="x"><div>He sleeps.</div></a>He sleeps.</div>',
        ),
        ("Il dort.<br>Il dort.", "He sleeps.<br>He sleeps."),
        # White space within a line, and that which counts.
        ("<p>Le\n  président\tparle.</p>", "<p>The president speaks.</p>"),
        ("<pre>Il dort.\n  Il dort.</pre>", "<pre>He sleeps.\n  He sleeps.</pre>"),
        # Attributes that people read, and those that they don't.
        (
            "<img src='Il' alt='Une image' title=\"12\" data-x='Il dort.'>",
            '<img src="Il" alt="An image" title="12" data-x="Il dort.">',
        ),
        # What stays.
        ("<script>var a = '<b>Il dort.';</script>",) * 2,
        ("<style>p::after { content: 'Il dort.' }</style>",) * 2,
        ('<p translate="no">Il dort. <i title="Il dort.">Il</i></p>',) * 2,
        ('<p class="a notranslate">Il dort.</p>',) * 2,
        ("<!-- Il dort. --><p>12 %</p>",) * 2,
        ("<p><code>Il dort.</code></p>",) * 2,
        ("<svg><text>Il dort.</text></svg>",) * 2,
        # What stands between words stays there.
        ('<p>Il dort.<img src="a"></p>', '<p>He sleeps.<img src="a"></p>'),
        ('<p><img src="a"> Il dort.</p>', '<p><img src="a"> He sleeps.</p>'),
        ('<p><a name="x"></a>Il dort.</p>', '<p><a name="x"></a>He sleeps.</p>'),
        # Characters.
        ("<p>A &lt; B &amp; &eacute;&nbsp;!</p>", "<p>A &lt; B &amp; É\u00a0!</p>"),
        ("<p>Il dort.\0\x07</p>", "<p>He sleeps.</p>"),
        ("<p>Il dort.&#0;&#7;</p>", "<p>He sleeps.</p>"),
        # What is not as it should be.
        ("</div>Il dort.</b></body> Il dort.", "He sleeps. He sleeps."),
        ("<td>Il dort.", "<td>He sleeps.</td>"),
        ("<p>Il dort.<p>Il dort.", "<p>He sleeps.</p><p>He sleeps.</p>"),
        ("<x id=1>Il dort.</x>", '<x id="1">He sleeps.</x>'),
        ("1 < 2 Il", "1 &lt; 2 IL"),
    ],
)
def test_texts_are_translated_and_markup_stays(markup, expected):
    assert translated(markup) == expected


def test_a_page_stays_a_page_and_says_its_language():
    page = (
        '<!DOCTYPE html>\n<html lang="fr-FR"><head><title>Il dort.</title>'
        '<meta name="x" content="Il dort."></head><body><h1>Il dort.</h1></body></html>'
    )
    expected = page.replace("<title>Il dort.", "<title>He sleeps.")
    expected = expected.replace("<h1>Il dort.", "<h1>He sleeps.").replace("fr-FR", "en")
    assert translated(page) == expected


def test_a_page_without_a_doctype_gets_none():
    assert translated("<html><body>Il dort.</body></html>").startswith("<html>")


def test_text_behind_the_end_of_a_page_is_kept():
    shown = html.fromstring(translated("<html><body>un</body>deux</html>trois<p>quatre"))
    assert sorted(shown.text_content()) == sorted("UNDEUXTROISQUATRE")


def test_an_element_that_is_parted_keeps_its_id_once():
    markup = '<p>Il <i id="a">ne dort</i> <i>pas</i>.</p>'
    found = translated(markup, lambda text: "He does not sleep at all.")
    assert found.count('id="a"') == 1
    assert html.fromstring(found).text_content() == "He does not sleep at all."


@pytest.mark.parametrize(
    "answer",
    [
        "<script>alert(1)</script>",
        "</p><img src=x onerror=alert(1)>",
        "&lt;b&gt;",
        '" onmouseover="alert(1)',
        "<|im_end|></s>\0\x1b",
        "]]><!--",
    ],
)
@pytest.mark.parametrize(
    "markup",
    ["<p>Il dort.</p>", "<img alt='Il dort.'>", "<title>Il dort.</title>", "<textarea>Il dort."],
)
def test_what_a_model_answers_is_text(markup, answer):
    before, after = (
        html.fromstring(f"<div>{each}</div>")
        for each in (markup, translated(markup, lambda text: answer))
    )
    assert [each.tag for each in before.iter()] == [each.tag for each in after.iter()]
    assert [each.keys() for each in before.iter()] == [each.keys() for each in after.iter()]


@pytest.mark.parametrize(
    "markup",
    ["<div>" * 300 + "Il dort.", "<b>" * 5000 + "Il dort.", "<p>x" * 300_000],
    ids=["blocks", "inline", "many"],
)
def test_what_is_no_page_is_refused(markup):
    with pytest.raises(InputError, match="nested too deeply"):
        prepare_html(markup, LANGUAGES)


WORDS = st.sampled_from(["un", "deux", " ", "\n", "Trois.", "&amp;", "5", "«", "é", "<", "-"])
TAGS = st.sampled_from(
    "<p> </p> <b> </b> <i> </i> <a href='x'> </a> <div> </div> <br> <img alt=''> <code> </code> "
    "<ul> <li> </ul> <table> <tr> <td> </table> <span> </span> <sup> </sup> <pre> </pre> <x> </x> "
    "<!--c--> <h1> </h1> </body> </html> <title> </title>".split()
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(WORDS, TAGS), max_size=25))
def test_no_text_and_no_element_is_lost_whatever_the_markup(parts):
    markup = "".join(parts)
    found = translated(markup, lambda text: text)
    if not markup.strip():
        return
    before, after = (html.fromstring(f"<html><body><div>{each}") for each in (markup, found))
    assert _letters(after) == _letters(before)
    tags = {each.tag for each in before.iter() if isinstance(each.tag, str)}
    assert tags <= {each.tag for each in after.iter() if isinstance(each.tag, str)}


def _letters(tree):
    whole = "".join(tree.getroottree().getroot().itertext())
    others = "".join(
        "".join(each.itertext()) for each in tree.getroottree().getroot().itersiblings("*")
    )
    return sorted(re.sub(r"\s+", "", whole + others))
