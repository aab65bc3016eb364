import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from toolkit.errors import InputError
from toolkit.server.formats.markdown import prepare_markdown

LANGUAGES = ("fr", "en")
ENGLISH = {
    "Le président parle.": "The president speaks.",
    "Il dort.": "He sleeps.",
    "La maison blanche est ici.": "The white house is here.",
}


def translated(markup, translate=lambda text: ENGLISH.get(text, text.upper())):
    prepared = prepare_markdown(markup, LANGUAGES)
    return prepared.fill([translate(segment.text) for segment in prepared.segments])


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("", ""),
        ("Il dort.\n", "He sleeps.\n"),
        ("# Il dort.\n\nIl dort.\n\n---\n", "# He sleeps.\n\nHe sleeps.\n\n---\n"),
        ("Il dort.\n========\n", "He sleeps.\n========\n"),
        ("## Il dort. ##\n", "## He sleeps.\n"),
        ("> Il dort.\n", "> He sleeps.\n"),
        ("- Il dort.\n  1. Il dort.\n", "- He sleeps.\n  1. He sleeps.\n"),
        ("- [x] Il dort.\n", "- [x] He sleeps.\n"),
        ("1. 1\n", "1. 1\n"),
        # A paragraph of several lines is one text.
        ("Le\nprésident\nparle. Il dort.\n", "The president speaks. He sleeps.\n"),
        ("Il dort.\\\nIl dort.  \nIl dort.", "He sleeps.\\\nHe sleeps.\\\nHe sleeps."),
        # Marks go with their words.
        ("Le **président** parle.", "The **president** speaks."),
        ("La maison __blanche__ est ici.", "The **white** house is here."),
        (
            'La maison [blanche](http://a/b_(c) "d") est ici.',
            'The [white](<http://a/b_(c)> "d") house is here.',
        ),
        ("Le [président][1] parle.\n\n[1]: /a\n", "The [president](/a) speaks.\n\n[1]: /a\n"),
        # What stays.
        ("---\ntitle: Il dort.\n---\nIl dort.", "---\ntitle: Il dort.\n---\nHe sleeps."),
        ("```\nIl dort.\n```\n",) * 2,
        ("    Il dort.\n",) * 2,
        ("<div>Il dort.</div>\n",) * 2,
        ("![Il dort.](a.png)",) * 2,
        ("`Il dort.`",) * 2,
        ("``a`b``",) * 2,
        ("<http://il.dort>",) * 2,
        ("Il dort.[^1]", "IL DORT.[^1]"),
        ("Il <br> dort", "IL <br> DORT"),
        # Tables.
        (
            "| Il dort. | b |\n|---|:-:|\n| **Il dort.** | c \\| d |\n",
            "| He sleeps. | B |\n|---|:-:|\n| **He sleeps.** | C \\| D |\n",
        ),
    ],
)
def test_texts_are_translated_and_markup_stays(markup, expected):
    assert translated(markup) == expected


@pytest.mark.parametrize(
    "answer",
    [
        "# No heading",
        "- no list",
        "1. no list",
        "> no quotation",
        "*no* **emphasis** _here_ or `there`",
        "[no](link) ![no](image) <b>no tag</b> <http://no.link>",
        "no\nsecond\n\nparagraph",
        "&lt; and \\ and ~~~",
        "--- ===",
        "| no | table |",
    ],
)
@pytest.mark.parametrize("markup", ["Il dort.", "- Il dort.", "> Il dort.", "# Il dort."])
def test_what_a_model_answers_is_text(markup, answer):
    found = translated(markup, lambda text: answer)
    before, after = (MarkdownIt().render(each) for each in (markup, found))
    assert after == before.replace("Il dort.", _rendered(answer))


def _rendered(text):
    """As plain text in HTML."""
    escaped = MarkdownIt().renderer.rules["text"]
    from markdown_it.token import Token

    return escaped([Token("text", "", 0, content=" ".join(text.split()))], 0, {}, {})


def test_what_is_nested_as_no_text_is_is_refused():
    with pytest.raises(InputError, match="nested too deeply"):
        prepare_markdown(">" * 500 + "Il dort.", LANGUAGES)


PIECES = st.sampled_from(
    "un Deux. * ** _ ` # - 1. > [ ](x) ! \\ <b> </b> | &amp; === ``` <http://x>".split(" ")
) | st.sampled_from([" ", "\n", "\n\n", "# ", "- ", "\n|-|-|\n", "    ", "  \n", "\t", "\n> "])


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=20))
def test_no_text_is_lost_whatever_the_markup(parts):
    markup = "".join(parts)
    found = translated(markup, lambda text: text)
    assert _letters(found) == _letters(markup)


def _letters(markup):
    shown = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table").render(markup)
    return sorted(re.findall(r"\w", unescape(re.sub(r"<[^>]*>", " ", shown))))
