"""Repairs of characters: plain functions from text to text, applied in the order of STEPS.

The name of a function is its name in settings and in the explanation.
"""

import html
import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise, product

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")

# A question mark inside a word, before one, or behind a word that goes on to another.
LOST = re.compile(r"(?<![\w?])(?:\w*\?\w+(?:\?\w*)*|[^\W\d_]{2,}\?(?=\s\w))")
LOST_LETTERS = "éèêëàâîïôöùûüçœæ"
MAX_LOST_PER_WORD = 2
MIN_FREQUENCY = 2.5  # Zipf scale: at least about three times in ten million words
MIN_LEAD = 1.0  # ten times as frequent as the next likeliest word

WRAPPED_LINE_CHARS = range(45, 121)
WRAPPED_SHARE = 0.3


def mojibake(text: str) -> str:
    """UTF-8 that was once read as a one-byte encoding: `DerniÃ¨re` to `Dernière`."""
    from ftfy import fix_encoding

    return fix_encoding(text)


def entities(text: str) -> str:
    """HTML entities, once: `&amp;eacute;` becomes `&eacute;`."""
    return ENTITY.sub(lambda match: html.unescape(match.group()), text)


def invisible(text: str) -> str:
    """Soft hyphens, zero-width characters, direction marks and control characters go."""
    return CONTROLS.sub("", INVISIBLE.sub("", text))


def composed(text: str) -> str:
    """Unicode normalization form C."""
    return unicodedata.normalize("NFC", text)


def lost_letters(text: str) -> str:
    """Letters that became question marks: `Sergue? Lavrov` to `Sergueï Lavrov`.

    Only where a French word list has one clearly likeliest reading. Real question marks, numbers
    and addresses stay.
    """
    return LOST.sub(lambda match: _restore(match.group()), text)


def wrapped_lines(text: str) -> str:
    """Lines broken at a fixed width become one line a paragraph again."""
    lines = text.split("\n")
    pairs = [(a.strip(), b.strip()) for a, b in pairwise(lines)]
    pairs = [(a, b) for a, b in pairs if a and b]
    broken = [b for a, b in pairs if len(a) in WRAPPED_LINE_CHARS and a[-1] not in '.!?…:»"']
    goes_on = sum(1 for b in broken if b[0].islower())
    longest = max((len(line) for line in lines), default=0)
    if longest > WRAPPED_LINE_CHARS[-1] or not pairs or goes_on < WRAPPED_SHARE * len(pairs):
        return text
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(paragraph.split("\n")) for paragraph in paragraphs)


STEPS: dict[str, Callable[[str], str]] = {
    step.__name__: step
    for step in (mojibake, entities, invisible, composed, lost_letters, wrapped_lines)
}


def _restore(word: str) -> str:
    from wordfreq import zipf_frequency

    known = zipf_frequency(word.rstrip("?"), "fr")
    if word.endswith("?") and known > 0:
        return word  # a question that ends without a space before its mark
    count = word.count("?")
    if count > MAX_LOST_PER_WORD or any(char.isdigit() for char in word):
        return word
    readings = []
    for letters in product(LOST_LETTERS, repeat=count):
        remaining = iter(letters)
        reading = "".join(next(remaining) if char == "?" else char for char in word)
        readings.append((zipf_frequency(reading, "fr"), reading))
    (best, reading), (second, _) = sorted(readings, reverse=True)[:2]
    return reading if best >= MIN_FREQUENCY and best - second >= MIN_LEAD else word
