import time

import pytest

from tests.reading.helpers import one
from toolkit.errors import InputError
from toolkit.reading.outline import outline


def lines(markup):
    return [line.text for line in outline(markup, max_chars=10_000).lines]


def test_html_without_a_main_text_gives_all_of_its_text():
    document = one("page.html", b"<html><body><div>Bonjour</div><script>x()</script></body></html>")
    assert document.text == "Bonjour"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>Un\n plan.</p><aside>Deux</aside>Trois<ul><li>Quatre</ul>",
         ["Un plan.", "Deux", "Trois", "Quatre"]),
        ("<div>Un<br>deux <b>et</b> trois</div>", ["Un", "deux et trois"]),
        ("<pre>Un\ndeux</pre>", ["Un", "deux"]),
        ("<body>Le maire\nparle.\n\nIl part.</body>", ["Le maire parle.", "Il part."]),
        ("<p>Un<script>x</script><noscript>y</noscript><video>z</video></p>", ["Un"]),
        ("<p>Un</p></body></html><p>Deux</p>", ["Un", "Deux"]),
    ],
)  # fmt: skip
def test_a_line_is_a_block(markup, expected):
    assert lines(markup) == expected


def test_a_line_knows_its_links_and_its_block():
    page = outline('<h2><a href="/">Lire</a> !</h2><p><a name="x">Ici</a>', max_chars=100)
    heading, paragraph = page.lines
    assert heading.tag == "h2"
    assert heading.links == pytest.approx(4 / 5)
    assert paragraph.links == 0.0  # the place that a link leads to is none


def test_a_line_stands_where_most_of_it_does():
    page = outline(
        '<div><p>Le maire a parlé jeudi. <span class="credit">AFP</span></p></div>', max_chars=100
    )
    (line,) = page.lines
    assert not page.nodes[line.node].places


def test_more_text_than_allowed_is_refused():
    with pytest.raises(InputError, match="more than 5 characters"):
        outline("<p>Le maire</p>", max_chars=5)


def test_odd_markup_takes_time_by_its_length():
    """Classes that are all different, properties in properties, and containers without end."""
    for unit in ('<div class="a{0} b{0} c{0}">x', '<p itemprop="author">{0}', "<section>{0}"):
        started = time.perf_counter()
        outline("".join(unit.format(number) for number in range(20_000)), max_chars=10**7)
        assert time.perf_counter() - started < 10  # seconds; most take tenths
