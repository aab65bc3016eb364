"""Numbers of an English statement that follow from an article's, though it has none of them."""

import re
from collections.abc import Iterable
from itertools import combinations

from toolkit.languages.numbers import Quantity
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, telling_words

PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
FRACTION = re.compile(rf"[\s-](?P<part>{'|'.join(PARTS)}|halve)s\b")
TIMES = re.compile(r"[\s-](?:times|fold)\b")  # which are looked up as multiples
# Behind and before the words that say how a number is meant.
MORE = re.compile(r"\b(?:more than|over|above|at least)\s\W?$", re.IGNORECASE)
LESS = re.compile(
    r"\b(?:less than|fewer than|under|below|nearly|almost|close to|up to)\s\W?$", re.IGNORECASE
)
ABOUT = re.compile(
    r"\b(?:about|around|some|roughly|approximately|an estimated)\s\W?$", re.IGNORECASE
)
COMPARED = re.compile(
    r"^(?: [\w-]+){0,2} (?:more|less|fewer|lower|higher|older|younger|longer|shorter|later|earlier|"
    r"cheaper|dearer|down|up|ahead|behind|apart|after|before|together|in total|in all)\b"
)
BY = re.compile(r"\bby\s\W?$")
CLOCK = re.compile(r"\b(?:at|until|till|by|from|before|after|around|past)\s$")
FAR = 5  # a number that is rounded is at most a fifth away
FEW = 10  # which are counted without having been told
HOURS = 12 * 60


def follows(wanted: Quantity, statement: str, evidence: EvidenceIndex) -> bool:
    """Whether it is rounded, a difference or a sum where something is compared, an hour, or a count
    of few things that the article doesn't count.
    """
    before, behind = statement[: wanted.start], statement[wanted.end :]
    known = [each for sentence in evidence.sentences for each in sentence.quantities]
    alike = [each for each in known if _alike(wanted, each)]
    if TIMES.match(behind):
        return True
    if fraction := FRACTION.match(behind):
        share = 100 * wanted.value / PARTS.get(fraction["part"], 2)
        percents = {each.value for each in known if each.unit == "percent"}
        return not percents or share in percents
    if _is_rounded(wanted, before, alike):
        return True
    compared = COMPARED.search(behind) or BY.search(before)
    if compared and _is_difference(wanted, alike):
        return True
    if not statement[wanted.start].isalpha() or wanted.value > FEW:
        return False
    times = {time % HOURS for sentence in evidence.sentences for time in sentence.times}
    if CLOCK.search(before) and int(wanted.value) * 60 % HOURS in times:
        return True
    return wanted.unit in ("", "other") and not _is_counted(behind, evidence)


def _alike(wanted: Quantity, known: Quantity) -> bool:
    units = {wanted.unit, known.unit}
    return len(units) == 1 or bool(units & {""}) or units == {"day", "date"}


def _is_rounded(wanted: Quantity, before: str, known: Iterable[Quantity]) -> bool:
    value = wanted.value
    most = value / FAR
    return any(
        (MORE.search(before) and 0 <= each.value - value <= most)
        or (LESS.search(before) and 0 <= value - each.value <= most)
        or (ABOUT.search(before) and abs(value - each.value) <= most)
        for each in known
    )


def _is_difference(wanted: Quantity, known: Iterable[Quantity]) -> bool:
    """Or a sum. A number and its translation are one."""
    pairs = combinations({each.value for each in known}, 2)
    return any(wanted.value in (abs(one - other), one + other) for one, other in pairs)


def _is_counted(behind: str, evidence: EvidenceIndex) -> bool:
    """Whether a sentence that counts something has the noun that follows."""
    noun = telling_words(" ".join(behind.split()[:2]))[-1:]
    return bool(noun) and any(
        sentence.quantities and sentence.has(noun[0]) for sentence in evidence.sentences
    )
