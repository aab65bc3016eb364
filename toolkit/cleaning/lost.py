"""Letters that a page lost on its way: each became a `?` or a replacement character.

`Sergue? Lavrov`, `mettre en ?uvre`, `l?homme`, `Derni\ufffdre`. A letter comes back only where a
French word list has one reading that is clearly likeliest; a real question mark and a number stay.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product

MARK = "\ufffd"
LETTERS = "éèêëàâîïôöùûüçœæ"
APOSTROPHE = "’"
MAX_LOST = 3  # letters in one word
MIN_FREQUENCY = 2.5  # Zipf scale: about three times in ten million words
MIN_LEAD = 1.0  # ten times as frequent as the next likeliest word
MIN_LEAD_AT_END = 1.5  # over the same word with a real question mark behind it
MIN_ELISION_LEAD = 2.5  # of the word behind a lost apostrophe over a word with a lost letter
MIN_TAIL = 3.5  # of that word, where the lost mark may as well be a letter
MIN_LOSSES = 3  # in-word losses that show that a page lost its letters at all

MARKS = re.compile(r"[?\ufffd]")
QUESTION_MARK = re.compile(r"\?")  # many times quicker to find, and mostly the only one
TOKEN = re.compile(r"[\w?\ufffd]+")
MAX_WORD = 60
RUN = re.compile(r"(?<=[^\W\d])\?\?(?=[^\W\d])|\ufffd{2,3}")  # one letter that was two bytes
ELIDED = re.compile(
    r"(l|d|j|m|t|s|c|n|qu|jusqu|lorsqu|puisqu|quoiqu|aujourd)[?\ufffd]([aeiouyhéèêàâîôû]\w*)", re.I
)
ADDRESS = re.compile(r"(?:https?://|www\.)\S*$|\S*[/=&@.]\S*$")
SPEECH = re.compile(
    r"(?:s['’]|se |a-t-|dit|demand|lanc|interrog|ajout|répond|écri|expliqu|questionn)"
)


@dataclass(frozen=True, slots=True)
class Loss:
    """A word with lost letters at offset `start`. `after` is None where no reading is sure."""

    start: int
    before: str
    after: str | None


def find_losses(text: str) -> Iterator[Loss]:
    """Every word of `text` that lost letters or may have, in order."""
    if "?" not in text and MARK not in text:
        return
    losses = list(_words(text))
    restored = sum(1 for loss in losses if loss.after)
    # A page that lost its accents lost this one-letter word too.
    alone = "à" if restored >= MIN_LOSSES and "à" not in text else None
    for loss in losses:
        if loss.before in ("?", MARK):
            if _may_be_alone(text, loss.start):
                yield Loss(loss.start, loss.before, alone if loss.before == "?" else None)
        else:
            yield loss


def restore(text: str, losses: Iterator[Loss]) -> str:
    parts, end = [], 0
    for loss in losses:
        if loss.after is not None:
            parts += [text[end : loss.start], loss.after]
            end = loss.start + len(loss.before)
    return "".join([*parts, text[end:]])


def _words(text: str) -> Iterator[Loss]:
    marks, end = MARKS if MARK in text else QUESTION_MARK, 0
    while mark := marks.search(text, end):
        start = mark.start()
        while start > max(end, mark.start() - MAX_WORD) and text[start - 1].isalnum():
            start -= 1
        match = TOKEN.match(text, start)
        assert match
        word, end = match.group(), match.end()
        if word.strip("?" + MARK) == "":
            if word in ("?", MARK) or MARK in word:
                yield Loss(start, word, None)
            continue
        line_start = text.rfind("\n", max(0, start - 200), start) + 1
        if ADDRESS.search(text[max(line_start, start - 200) : start].rpartition(" ")[2]):
            continue
        follows = text[match.end() : match.end() + 2]
        if follows[:1] in ("=", "&", "/"):
            continue
        in_text = follows[:1] in (",", ";", ".", ")", "-", "'", "’") or (
            follows[:1] in (" ", "\u00a0") and (follows[1:].islower() or follows[1:].isdigit())
        )
        capital = _starts_sentence(text, start) or (follows[:1] == "-" and follows[1:].isupper())
        verdict = _read(word, in_text, capital)
        if verdict is not None:
            yield Loss(start, word, verdict or None)


def _may_be_alone(text: str, start: int) -> bool:
    """Whether the lone mark at `start` stands where a one-letter word can: before a small one."""
    before, after = text[start - 1 : start], text[start + 1 : start + 3]
    if text[start] == MARK:
        return True
    rest = text[start + 2 : start + 14].lower()
    return before == " " and after[:1] == " " and after[1:].islower() and not SPEECH.match(rest)


def _starts_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(' «"“')
    return before == "" or before[-1] in ".!?\n"


@lru_cache(maxsize=65536)
def _read(word: str, in_text: bool, capital: bool) -> str | None:
    """The restored word; empty when it is not sure; None when nothing seems lost.

    `in_text`: what follows can't follow a question mark, or seldom does.
    """
    if any(char.isdigit() for char in word):
        return "" if re.search(r"\d[?\ufffd]+\d", word) or MARK in word else None
    reduced = RUN.sub(lambda match: match.group()[0], word)
    bare = reduced.rstrip("?")
    ends = bare != reduced
    if ends and len(reduced) - len(bare) > 1:
        return _unsure_if_inside(bare)
    if ends and "?" not in bare and MARK not in bare:
        return _read_end(bare, reduced, in_text)
    if ends and not in_text:  # the last mark may be a real one
        whole, inner = _readings(reduced, capital), _readings(bare, capital)
        return whole or (inner and inner + "?")
    elided = ELIDED.fullmatch(reduced)
    reading = _readings(reduced, capital)
    rare = MIN_TAIL if reading else MIN_FREQUENCY
    if not elided or zipf(elided.group(2)) < rare:
        return reading
    article, tail = elided.groups()
    lead = zipf(tail) - zipf(reading)
    if lead >= MIN_ELISION_LEAD and (not reading or article in ("l", "d", "qu")):
        return f"{article}{APOSTROPHE}{tail}"
    return reading if lead <= -MIN_LEAD else ""


def _unsure_if_inside(bare: str) -> str | None:
    return "" if "?" in bare or MARK in bare else None


def _read_end(bare: str, word: str, in_text: bool) -> str | None:
    """A word with one mark, at its end."""
    reading = _readings(word, False)
    known = zipf(bare)
    if not in_text:
        return reading if reading and known == 0 else None
    if reading:
        return reading if zipf(reading) - known >= MIN_LEAD_AT_END else ""
    return None


def _readings(word: str, capital: bool) -> str:
    """The likeliest word, or nothing when no reading is clearly likeliest."""
    marks = [index for index, char in enumerate(word) if char in "?" + MARK]
    if not marks or len(marks) > MAX_LOST or len(word) < 2:
        return ""
    best, second, found = 0.0, 0.0, ""
    letters = list(word)
    for choice in product(LETTERS, repeat=len(marks)):
        for index, letter in zip(marks, choice, strict=True):
            letters[index] = letter
        reading = "".join(letters)
        frequency = zipf(reading)
        if frequency > best:
            best, second, found = frequency, best, reading
        elif frequency > second:
            second = frequency
    if best < MIN_FREQUENCY or best - second < MIN_LEAD:
        return ""
    rest = "".join(char for char in word if char not in "?" + MARK)
    if len(rest) > 1 and rest.isupper():
        return found.upper()
    return found[0].upper() + found[1:] if marks[0] == 0 and capital else found


def zipf(word: str) -> float:
    """log10 of the occurrences in a thousand million French words; 0 when it is in no list."""
    return _frequencies().get(word.lower(), 0.0)


@cache
def _frequencies() -> dict[str, float]:
    from wordfreq import get_frequency_dict

    listed = get_frequency_dict("fr", wordlist="best")
    return {word: math.log10(frequency) + 9 for word, frequency in listed.items()}
