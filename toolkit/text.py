"""Text made comparable, and safe to show."""

import re
import unicodedata

# Controls, orders to write from right to left, halves of characters, and what is none.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def printable(text: str) -> str:
    """`text` with every character that a terminal would obey, or couldn't show, as its escape.

    Line ends and tabs stay.
    """
    return UNSAFE.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


def one_line(text: str) -> str:
    """`text` as a message: `printable`, and with a space for line ends and the like."""
    return printable(" ".join(text.split()))


def fold(word: str) -> str:
    """Lower case, without accents, with straight apostrophes."""
    lowered = word.lower()
    if lowered.isascii():
        return lowered
    return unicodedata.normalize("NFD", lowered.replace("’", "'")).translate(_WITHOUT_ACCENTS)


class _WithoutAccents(dict[int, int | None]):
    """A table for `str.translate`, filled with the characters that it meets."""

    def __missing__(self, char: int) -> int | None:
        self[char] = None if unicodedata.combining(chr(char)) else char
        return self[char]


_WITHOUT_ACCENTS = _WithoutAccents()
