"""What stands twice in an article: pull quotes and repeated paragraphs."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from toolkit.cleaning.context import REPEATED, is_name
from toolkit.cleaning.features import Line

OPENING = ("«", "“", '"')
MIN_CHARS = 30
MIN_BARE_CHARS = 45  # without a full stop; shorter ones are headings
MIN_QUOTED_CHARS = 80  # within quotation marks too; so are these
MAX_CHARS = 400
MAX_SAID_CHARS = 3000
TOKEN = re.compile(r"\w+")
KEY_CHARS = 20
MIN_REST_CHARS = 10  # of a paragraph beside what is pulled out of it
SENTENCE_START = re.compile(r"[.!?…:;«“\"]\s*[«“\"—–-]*\s*(?=\w)")
MAX_QUOTES = 50  # so that a page of quotes doesn't take for ever
PULL_QUOTE = "pull quote"


def weigh_echoes(lines: Sequence[Line], first: int, last: int) -> list[Line]:
    """What stands twice in the text from `first` to `last`: pull quotes, which a paragraph holds
    too, with the names below them; and whole paragraphs for a second time.
    """
    weighed = list(lines)
    filled = [index for index in range(first, last + 1) if lines[index].text]
    gone: set[int] = set()
    said: dict[str, list[int]] = {}
    for index in filled:
        if lines[index].sentence and not lines[index].pattern:
            for start in _sentence_starts(lines[index].text):
                said.setdefault(start, []).append(index)
    plain = cache(lambda at: _plain(lines[at].text[:MAX_SAID_CHARS]))
    for index, below in zip(filled, [*filled[1:], last], strict=True):
        line = lines[index]
        quoted = line.text[0] in OPENING
        least = MIN_CHARS if line.sentence else MIN_QUOTED_CHARS if quoted else MIN_BARE_CHARS
        others = [at for at in said.get(_start(line.text), ())[:MAX_QUOTES] if at != index]
        if not others or not least <= len(line.text) <= MAX_CHARS:
            continue
        words = plain(index)
        texts = {other: plain(other) for other in others}
        longer = any(
            words in text and len(text) > len(words) + MIN_REST_CHARS for text in texts.values()
        )
        same = [other for other, text in texts.items() if line.sentence and text == words]
        named = is_name(lines[below].text.lstrip("-–— "))
        again = any(
            (other < index and other not in gone) or (other > index and named) for other in same
        )
        if longer or again:
            gone.add(index)
            weighed[index] = line.add(PULL_QUOTE if longer else REPEATED, -8.0)
            if named:
                weighed[below] = lines[below].add(PULL_QUOTE, -8.0)
    return weighed


def _plain(text: str) -> str:
    """The words alone: those who pull quotes change their marks."""
    return " ".join(TOKEN.findall(text.lower()))


def _start(text: str) -> str:
    return _plain(text[: 2 * KEY_CHARS])[:KEY_CHARS]


def _sentence_starts(text: str) -> Iterator[str]:
    """The first characters of each sentence and quotation in `text`."""
    yield _start(text)
    for found in SENTENCE_START.finditer(text, 0, MAX_SAID_CHARS):
        yield _start(text[found.end() : found.end() + 2 * KEY_CHARS])
