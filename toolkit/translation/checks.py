"""What can be told wrong with a translation by looking at it beside its source."""

import re
from collections import Counter

from toolkit.cleaning.language import identify_language
from toolkit.documents import Check
from toolkit.engines.base import Output
from toolkit.text import (
    clock_hours,
    dates,
    fold,
    numbers,
    relative_dates,
    written_in_digits,
    written_out,
)
from toolkit.translation.glossary import Term

MIN_CHARS_FOR_RATIO = 40
LENGTH_RATIO = (0.45, 2.2)  # target to source, in characters
MIN_LANGUAGE_CONFIDENCE = 0.7
LOOP_WORDS, LOOP_TIMES = 4, 3
QUOTATION = re.compile(r"«[^»]+»|“[^”]+”|\"[^\"]+\"")
# Capitalized, and not at the beginning of a sentence or quotation.
NAME = re.compile(r"(?<=[\w,;’'(-][ \u00a0])[A-ZÀ-Þ][\w-]+|(?<=[dlDL]['’])[A-ZÀ-Þ][\w-]+")
QUOTATION_MARKS = '«»“”"\u00a0\u202f '
NAME_PREFIX = 4
# In words these often are no numbers: an article, a second, both, new ("neuf").
VAGUE = frozenset({"0", "1", "2", "9"})
COMMON_NAME_FREQUENCY = 4.3  # Zipf scale


def check_translation(
    source: str,
    output: Output,
    *,
    source_language: str,
    target_language: str,
    terms: tuple[Term, ...] = (),
) -> tuple[Check, ...]:
    """The checks that `output` fails as a translation of `source`."""
    target = output.text
    if not target:
        return (Check(name="empty", detail="no translation came back"),)
    found = []
    if not output.finished:
        found.append(Check(name="unfinished", detail="stopped at the token limit"))
    ratio = len(target) / len(source)
    if len(source) >= MIN_CHARS_FOR_RATIO and not LENGTH_RATIO[0] <= ratio <= LENGTH_RATIO[1]:
        found.append(Check(name="length", detail=f"{ratio:.2f} times as long as the source"))
    if target == source and len(source.split()) > 3:
        found.append(Check(name="copied", detail="the source came back unchanged"))
    elif (
        (language := identify_language(target))
        and language.code == source_language != target_language
        and language.confidence >= MIN_LANGUAGE_CONFIDENCE
    ):
        found.append(Check(name="language", detail=f"still {language.name}"))
    if loop := _loop(target):
        found.append(Check(name="repetition", detail=f"'{loop}' again and again"))
    found += _number_checks(source, target, source_language, target_language)
    if lost_dates := dates(source, source_language) - dates(target, target_language):
        found.append(Check(name="dates", detail="lost " + ", ".join(sorted(lost_dates))))
    added = relative_dates(target, target_language) - relative_dates(source, source_language)
    if added and {source_language, target_language} == {"fr", "en"}:
        found.append(Check(name="dates", detail="added " + ", ".join(sorted(added))))
    found += _quotation_checks(source, target, terms)
    if names := _lost_names(source, target, terms, source_language):
        found.append(Check(name="names", detail="lost " + ", ".join(names)))
    if lost := lost_terms(target, terms):
        detail = "without " + ", ".join(term.target for term in lost)
        found.append(Check(name="terms", detail=detail))
    return tuple(found)


def lost_terms(target: str, terms: tuple[Term, ...]) -> list[Term]:
    """Those of `terms` that the translation `target` had to hold and doesn't."""
    return [term for term in terms if term.kind == "term" and not _holds(target, term.target)]


def advice(failed: tuple[Check, ...]) -> list[str]:
    """What to tell a model that is asked again, for the checks that have something to tell."""
    wording = {
        "no longer marked: ": "keep the quotation marks: ",
        "lost ": "keep: ",
        "without ": "keep: ",
        "added ": "don't write: ",
    }
    return [
        told + check.detail.removeprefix(found)
        for check in failed
        for found, told in wording.items()
        if check.detail.startswith(found)
    ]


def _quotation_checks(source: str, target: str, terms: tuple[Term, ...]) -> list[Check]:
    """Names in quotation marks, such as that of a forum, often lose them in English."""
    names = {fold(term.source) for term in terms}
    quoted = [
        q for q in QUOTATION.findall(source) if fold(q.strip('«»“”"\u00a0\u202f ')) not in names
    ]
    if len(QUOTATION.findall(target)) >= len(quoted):
        return []
    return [Check(name="quotation", detail="no longer marked: " + ", ".join(quoted))]


def _lost_names(source: str, target: str, terms: tuple[Term, ...], language: str) -> list[str]:
    """Rare capitalized words of the source that have no counterpart in the translation.

    A counterpart begins with the same letters: Russie and Russia. Words that are common in the
    source's `language` may have any name in the other (Allemagne, Germany), and glossary terms
    have their own check.
    """
    from wordfreq import zipf_frequency

    covered = {fold(word) for term in terms for word in re.findall(r"\w+", term.source)}
    present = {fold(word) for word in re.findall(r"\w+", target)}
    starts = {word[:NAME_PREFIX] for word in present}
    lost = []
    for match in NAME.finditer(source):
        word = fold(match.group())
        parts = word.split("-")
        if word in present or word[:NAME_PREFIX] in starts or all(p in covered for p in parts):
            continue
        if zipf_frequency(match.group().lower(), language) < COMMON_NAME_FREQUENCY:
            lost.append(match.group())
    return list(dict.fromkeys(lost))


def _number_checks(source: str, target: str, from_: str, to: str) -> list[Check]:
    found = []
    known = numbers(target, to)
    hours = {str(int(hour) - 12): hour for hour in clock_hours(source) if int(hour) > 12}
    known |= {hours[value] for value in known & hours.keys()}  # 2:30 p.m. holds 14h30
    lost = (written_in_digits(source) | (written_out(source, from_) - VAGUE)) - known
    added = written_in_digits(target) - numbers(source, from_) - hours.keys()
    if lost:
        found.append(Check(name="numbers", detail="lost " + ", ".join(sorted(lost))))
    if added:
        found.append(Check(name="numbers", detail="added " + ", ".join(sorted(added))))
    return found


def _loop(text: str) -> str:
    words = re.findall(r"\w+", text.lower())
    runs = Counter(
        " ".join(words[start : start + LOOP_WORDS]) for start in range(len(words) - LOOP_WORDS + 1)
    )
    phrase, times = runs.most_common(1)[0] if runs else ("", 0)
    return phrase if times >= LOOP_TIMES else ""


def _holds(text: str, term: str) -> bool:
    """Whether every word of `term` but articles stands in `text`: acronyms as they are, others in
    any case and with any ending.
    """
    words = re.findall(r"\w+", text)
    lowered = [word.lower() for word in words]
    for word in re.findall(r"\w+", term):
        if word.isupper() and len(word) > 1:
            if word not in words:
                return False
        elif word.lower() not in ("the", "a", "of"):
            stem = word.lower().rstrip("s")
            if not any(each.startswith(stem) for each in lowered):
                return False
    return True
