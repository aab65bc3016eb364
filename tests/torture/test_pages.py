"""Pages that are hostile, damaged or huge: an article, or a reason; never anything else."""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.torture import hostile
from tests.torture.conftest import MINUTES
from toolkit.assets import asset_folder
from toolkit.cleaning import judge
from toolkit.documents import Document
from toolkit.errors import InputError
from toolkit.reading import Reading, read_bytes

FIRST = hostile.ARTICLE.splitlines()[0]
SECRET = "root:x:0:0"


def read(data: bytes, name: str) -> list[Document | InputError]:
    try:
        return list(read_bytes(name, data))
    except InputError as error:
        return [error]


def cleaned(data: bytes, name: str) -> str:
    """The text of all articles in `data`; nothing but InputError may come out of reading."""
    texts = []
    for document in read(data, name):
        if isinstance(document, Document):
            texts.append(judge(document).document.text)
            json.dumps(dict(document.metadata)).encode()
            document.text.encode()
    return "\n".join(texts)


MARKUP = {
    "deep": "<div>" * 100_001,
    "deep and closed": "<div>" * 20_000 + "</div>" * 20_000,
    "many small blocks": "<div class=c><b>x</b></div>" * 9000,
    "lists in lists": "<ul><li>" * 3000,
    "tables in tables": "<table><tr><td>" * 1000,
    "spans": "<span>" * 30_000 + "x",
    "nothing is closed": "<p><b><i><a href=x><td><tr><table><ul><li>" * 500,
    "everything is closed": "</p></b></table></html></body>" * 3000,
    "a long attribute": f'<p data-x="{"a" * 2_000_000}">x</p>',
    "many attributes": "<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">x</p>",
    "an open attribute": '<p title="' + "x" * 100_000,
    "references": "&#xD800;&#0;&#x110000;&#99999999999999999999;&#xFFFF;&#12;&nosuch;&#;&#x;" * 50,
    "many references": "&#1;" * 100_000,
    "a processing instruction": "<?php system('touch owned'); ?><?xml-stylesheet href='x'?>",
    "a section": "<![CDATA[ <script>x</script> ]]>",
    "frames": "<frameset><frame src='file:///etc/passwd'></frameset>",
    "an inline frame": "<iframe src='file:///etc/passwd'></iframe><object data='file:///etc/passwd'>",
    "plain text": "<plaintext></p>",
    "a template": "<template><script>x</script></template><svg><script>x</script></svg>",
    "a base": "<base href='file:///etc/'><img src='passwd'><link rel=stylesheet href=passwd>",
    "half a comment": "<!-- " + "-" * 100_000,
    "half a script": "<script>" + "x" * 100_000,
    "end before the beginning": "</html></html><p>Il part.</p>",
    "names of tags": "<a:b:c><é><1><<<>>><%=x%>{{x}}",
}


@pytest.mark.parametrize("name", MARKUP)
def test_markup_in_a_page_is_survived(name, figures):
    """What stands before it is kept, whatever it is."""
    figures["inputs"] += 1
    started = time.perf_counter()
    text = cleaned(hostile.page(MARKUP[name]), "page.html")
    assert SECRET not in text
    if name not in ("deep", "everything is closed", "a section"):  # told that there is no article
        assert FIRST in text
    assert time.perf_counter() - started < 20  # seconds; most take hundredths


@pytest.mark.parametrize(
    "head",
    [
        "<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE html [<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]>",
        "<!DOCTYPE html [<!ENTITY a 'lol'>"
        + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
        + "]>",
        '<?xml version="1.0" encoding="klingon"?><?xml version="1.0"?>',
        "<!doctype html>" * 1000,
    ],
)
def test_entities_are_neither_fetched_nor_blown_up(head, figures):
    figures["inputs"] += 1
    text = cleaned(head.encode() + hostile.page("&x; &a9; Il part demain."), "page.html")
    assert SECRET not in text
    assert len(text) < 10_000


@pytest.mark.parametrize(
    ("kind", "filling"),
    [
        ("images", '<p><img src="data:image/png;base64,{}"></p>'),
        ("scripts", "<script>var x = '{}';</script>"),
        ("styles", "<style>p{{background:url({})}}</style>"),
        ("comments", "<!-- {} -->"),
        ("drawings", '<svg><path d="{}"/></svg>'),
    ],
)
def test_the_article_of_a_large_page_is_that_of_a_small_one(kind, filling, figures):
    figures["inputs"] += 1
    extra = filling.format("iVBORw0KGgo+" * 20_000) * 25  # six megabytes
    assert cleaned(hostile.page(extra), "page.html") == cleaned(hostile.page(""), "page.html")


@pytest.mark.parametrize("name", ["p.html", "p.txt", "p.md"])
def test_more_text_than_a_page_has_is_refused(name):
    text = hostile.PAGE.format(f"<p>{FIRST}</p>" * 100) if name == "p.html" else FIRST * 100
    [error] = list(read_or_error(text.encode(), name, Reading(max_chars=5000)))
    assert "more than 5,000 characters" in str(error)
    [error] = list(read_or_error(b"a\n\n" * 900, "p.txt", Reading(max_chars=5000)))
    assert "more than 100 lines" in str(error)


@pytest.mark.parametrize("levels", [25, 40])
def test_what_is_nested_in_markdown_is_not_left_out(levels):
    quoted = f"Avant.\n\n{'> ' * levels}Le maire.\n\nAprès."
    items = "\n".join(f"{'  ' * level}- niveau {level}" for level in range(levels))
    [quotation], [items] = read(quoted.encode(), "p.md"), read(items.encode(), "p.md")
    assert isinstance(quotation, Document)
    assert "Le maire." in quotation.text
    told = items.text if isinstance(items, Document) else str(items)
    assert f"niveau {levels - 1}" in told or "nested too deeply" in told


def read_or_error(data, name, reading):
    try:
        yield from read_bytes(name, data, reading)
    except InputError as error:
        yield error


REPEATED = ["[", "*", "> ", "`", "_", "| a ", "- ", "#", "![](", "<", "&", "\\", "~~~\n", "1. ",
            "[a](", "**a", "$", "\t", "{", "a\n===\n", "***a***"]  # fmt: skip


@pytest.mark.parametrize("piece", REPEATED)
def test_markdown_of_one_sign_takes_no_time(piece, figures):
    figures["inputs"] += 1
    started = time.perf_counter()
    cleaned((piece * 20_000).encode() + b"\n\n" + hostile.ARTICLE.encode(), "p.md")
    assert time.perf_counter() - started < 20


RUNS = [" ", ".", "1", "A", "«", '"', "'", ",", "-", "a ", "A. ", "1 ", "?", "…", "M. ", "é", "à?",
        "Ã©", "&amp;", "(", ")", ":", "«  »", "12h30 ", "1.000.", "l'", "A-", "\t"]  # fmt: skip


@pytest.mark.parametrize("piece", RUNS)
def test_text_of_one_sign_takes_no_time(piece, figures):
    """A quadratic pattern would take minutes for this."""
    figures["inputs"] += 1
    started = time.perf_counter()
    cleaned((piece * 200_000)[:200_000].encode() + b"\n" + hostile.ARTICLE.encode(), "p.txt")
    assert time.perf_counter() - started < 20


PIECES = st.sampled_from(
    [*MARKUP.values()][10:] + RUNS + REPEATED + ["<p>", "</p>", "<article>", "\n", FIRST, "---\n"]
)
FUZZ = settings(
    max_examples=20 + int(MINUTES * 200),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@FUZZ
@given(st.lists(PIECES, max_size=12), st.sampled_from(["p.html", "p.md", "p.txt", "p.csv", "p"]))
def test_any_mixture_is_an_article_or_a_reason(figures, pieces, name):
    figures["inputs"] += 1
    text = "".join(piece[:3000] for piece in pieces)
    cleaned(text.encode("utf-8", "surrogatepass"), name)


@FUZZ
@given(
    st.binary(max_size=300), st.sampled_from(["p.html", "p.md", "p.txt", "p.jsonl", "p.csv", "p"])
)
def test_any_bytes_are_an_article_or_a_reason(figures, data, name):
    figures["inputs"] += 1
    cleaned(data, name)


def gold() -> list[tuple[str, bytes]]:
    folder = asset_folder("eval") / "gold"
    pages = [(path.name, path.read_bytes()) for path in sorted((folder / "html").glob("*.html"))]
    for path in sorted((folder / "cleaning").glob("*.json")):
        lines = json.loads(path.read_text("utf-8"))["lines"]
        pages.append((f"{path.stem}.txt", "\n".join(line for _, line in lines).encode()))
    return pages


def test_damaged_pages(rounds, figures):
    """Gold pages with bytes changed, cut, doubled, moved, joined, or read in another encoding."""
    pages = gold()
    for rng in rounds(25):
        name, data = rng.choice(pages)
        damaged = bytearray(data)
        for _ in range(rng.randrange(1, 6)):
            at, size = rng.randrange(len(damaged) + 1), rng.randrange(1, 400)
            match rng.randrange(7):
                case 0:
                    del damaged[at : at + size]
                case 1:
                    damaged[at:at] = damaged[at : at + size]
                case 2:
                    damaged[at:at] = bytes(rng.choices(range(32), k=3))
                case 3:
                    damaged[at:at] = rng.randbytes(rng.randrange(20))
                case 4:
                    del damaged[at:]
                case 5:
                    damaged += rng.choice(pages)[1]
                case 6:
                    text = damaged.decode("utf-8", "replace")
                    encoding = rng.choice(["utf-16", "utf-16-le", "cp1252", "latin-1", "cp037"])
                    damaged = bytearray(text.encode(encoding, "replace"))
        figures["inputs"] += 1
        cleaned(bytes(damaged), name)
