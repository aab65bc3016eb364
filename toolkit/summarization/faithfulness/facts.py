"""Which names, numbers, dates and quotations of a statement its article doesn't support.

Rules, not a model: each fault can be pointed at. docs/decisions/0009 says what they catch.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from toolkit.checks import Check
from toolkit.languages import LANGUAGES, any_of
from toolkit.languages.dates import (
    WEEKDAYS,
    calendar_dates,
    clock_times,
    dates,
    relative_dates,
)
from toolkit.languages.numbers import Quantity, quantities
from toolkit.summarization.faithfulness.derived import FEW, follows
from toolkit.summarization.faithfulness.evidence import EvidenceIndex, SourceSentence, telling_words
from toolkit.summarization.faithfulness.names import unsupported_names

QUOTED = re.compile(r"[“\"«]\s?([^“”\"«»]+?)\s?[”\"»]")
MIN_QUOTED_WORDS, MIN_QUOTED_SHARE = 3, 0.5
CONJUNCTION = any_of(lambda language: "|".join(sorted(language.conjunctions)))
CLAUSE = re.compile(rf"[,;:()–—]\s|\s(?:{CONJUNCTION})\s")
# Two countries, both ministers: who they are need not have been counted in the article.
COUNTED_BY_NAME = re.compile(
    rf"\b(?:{any_of(lambda each: each.two)}) (?:\w+ )?"
    rf"(?:{any_of(lambda each: each.counted_by_name)})",
    re.IGNORECASE,
)
# Twice, three times, four times, half.
MULTIPLES = tuple(
    re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)
    for patterns in zip(
        *(each.multiples for each in LANGUAGES.values() if each.multiples), strict=True
    )
)
YEARS = range(1000, 2200)  # In 2021 when, as well as in May 2021
SEVERAL = frozenset({"other", "", "percent"})


def unsupported_facts(statement: str, evidence: EvidenceIndex, language: str) -> list[Check]:
    """The faults of one sentence of a summary in `language`."""
    found = []
    for name, values in (
        ("names", unsupported_names(statement, evidence, language)),
        ("numbers", _numbers(statement, evidence, language)),
        ("dates", _dates(statement, evidence, language)),
        ("quotation", _quotations(statement, evidence)),
    ):
        if values:
            distinct = tuple(dict.fromkeys(values))
            found.append(Check(name=name, relation="unsupported", values=distinct))
    return found


def _numbers(statement: str, evidence: EvidenceIndex, language: str) -> list[str]:
    counted_by_name = [match.span() for match in COUNTED_BY_NAME.finditer(statement)]
    wanted = [
        quantity
        for quantity in quantities(statement, language)
        if quantity.unit not in ("date", "time")
        and not _vague(quantity, statement)
        and not any(start <= quantity.start < end for start, end in counted_by_name)
    ]
    known = [each for sentence in evidence.sentences for each in sentence.quantities]
    found = [
        statement[each.start : each.end]
        for each in wanted
        if not any(_same(each, other) for other in known)
        and not (language == "en" and follows(each, statement, evidence))
    ]
    if any(pattern.search(evidence.text) for pattern in MULTIPLES):  # as many times as what
        found += [
            match.group()
            for pattern in MULTIPLES
            if (match := pattern.search(statement)) and not pattern.search(evidence.text)
        ]
    if not found:
        found = _apart(statement, wanted, evidence)
    return found


def _vague(quantity: Quantity, statement: str) -> bool:
    """`one` and `first` in words are seldom counts."""
    return quantity.value <= 1 and not statement[quantity.start].isdigit()


def _stands_alone(quantity: Quantity, statement: str) -> bool:
    """Whether it is a year, or so few that it need not have been told."""
    few = statement[quantity.start].isalpha() and quantity.value <= FEW
    return few or quantity.value in YEARS


def _same(wanted: Quantity, known: Quantity) -> bool:
    """The same value, and no other unit. A number without unit may have any."""
    if wanted.value != known.value:
        return False
    if "date" in (wanted.unit, known.unit) and wanted.value in YEARS:
        return True
    if not wanted.unit or not known.unit or wanted.unit == known.unit:
        return True
    return wanted.unit in SEVERAL and known.unit in SEVERAL


def _apart(statement: str, wanted: list[Quantity], evidence: EvidenceIndex) -> list[str]:
    """Numbers of one clause that no sentence has together."""
    cuts = [0, *(match.end() for match in CLAUSE.finditer(statement)), len(statement)]
    for start, end in pairwise(cuts):
        together = [
            each
            for each in wanted
            if start <= each.start < end
            and not (each.unit in ("", "other") and _stands_alone(each, statement))
        ]
        if len(together) > 1 and not any(
            all(any(_same(each, other) for other in sentence.quantities) for each in together)
            for sentence in evidence.sentences
        ):
            return [" with ".join(statement[each.start : each.end] for each in together)]
    return []


def _dates(statement: str, evidence: EvidenceIndex, language: str) -> list[str]:
    sentences = evidence.sentences
    known = {date for sentence in sentences for date in sentence.dates}
    days = {day for sentence in sentences for day in sentence.days}
    times = {time for sentence in sentences for time in sentence.times}
    found = [
        statement[start:end]
        for date, start, end in calendar_dates(statement, language)
        if not any(date.fits(other) for other in known)
    ]
    found += sorted((dates(statement, language) & set(WEEKDAYS)) - days)
    for time, start, end in clock_times(statement):
        # Without a.m. or p.m. an English hour may be meant either way.
        if time not in times and not (
            "m" not in statement[start:end].lower() and (time + 720) % 1440 in times
        ):
            found.append(statement[start:end])
    known_relative = {
        relative_date for sentence in sentences for relative_date in sentence.relative_dates
    }
    return found + sorted(relative_dates(statement, language) - known_relative)


def _quotations(statement: str, evidence: EvidenceIndex) -> list[str]:
    """Passages in quotation marks that say what the article nowhere says in such words."""
    found = []
    for match in QUOTED.finditer(statement):
        if len(match[1].split()) < MIN_QUOTED_WORDS:
            continue
        wanted = telling_words(match[1])
        if (
            wanted
            and max(_share(wanted, sentence) for sentence in evidence.sentences) < MIN_QUOTED_SHARE
        ):
            found.append(match[1])
    return found


def _share(wanted: Sequence[str], sentence: SourceSentence) -> float:
    return sum(map(sentence.has, wanted)) / len(wanted)
