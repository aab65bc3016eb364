"""Dates and times of day in text, in forms that can be compared across languages."""

import re
from dataclasses import dataclass

from toolkit.languages import ENGLISH, LANGUAGES, Language
from toolkit.text import fold

WEEKDAYS = tuple(name.capitalize() for name in ENGLISH.weekdays)
HOUR = re.compile(r"\b(\d{1,2})\s?(?:heures?|h|:)\s?(?:\d{2})?\b", re.IGNORECASE)
CLOCK = re.compile(
    r"\b(?P<hour>\d{1,2})\s?(?:(?P<colon>[:hH])\s?(?P<minute>\d{2})?|(?P<word>heures\b|o'clock))"
    r"(?:\s?(?P<half>[ap]\.?m\b\.?))?|\b(?P<plain>\d{1,2})\s?(?P<ampm>[ap]\.?m\b\.?)"
    r"|\b(?P<military>(?:[01]\d|2[0-3])[0-5]\d)(?=\s?(?:GMT|UTC)\b)",
)
ENGLISH_NAMES = tuple(map(str.capitalize, (*ENGLISH.weekdays, *ENGLISH.months)))
# Days and months by their names.
NAMES = {
    code: dict(zip((*language.weekdays, *language.months), ENGLISH_NAMES, strict=True))
    for code, language in LANGUAGES.items()
}
YEAR = r"(?:1[6-9]|20)\d\d"
_DAY = r"\d{1,2}(?:er|st|nd|rd|th)?"
_DAYS = rf"{_DAY}(?:(?:\s?[-–]\s?|\s(?:et|and|au|to)\s){_DAY})?"


def _calendar(language: Language) -> list[re.Pattern[str]]:
    """Patterns for the dates of a language that name a month; the first that fits counts."""
    names = language.months
    if language.dates_have_capitals:
        names = tuple(name.capitalize() for name in names)
    month = "|".join(names)
    flags = 0 if language.dates_have_capitals else re.IGNORECASE
    day_first = rf"\b(?:(?P<days>{_DAYS})\s)?(?P<month>{month})\b(?:,?\s(?P<year>{YEAR})\b)?"
    month_first = rf"\b(?P<month>{month})\s(?P<days>{_DAYS})(?!\d)(?:,?\s(?P<year>{YEAR})\b)?"
    patterns = [month_first, day_first] if language.month_first else [day_first]
    return [re.compile(pattern, flags) for pattern in patterns]


CALENDARS = {code: _calendar(language) for code, language in LANGUAGES.items()}
MONTHS = {
    code: {fold(name): number for number, name in enumerate(language.months, start=1)}
    for code, language in LANGUAGES.items()
}


def _relative(language: Language) -> tuple[re.Pattern[str], dict[str, re.Pattern[str]]]:
    """A pattern for all relative dates of a language, and one for each phrase."""
    written = language.relative_dates
    each = {phrase: re.compile(rf"\b(?:{pattern})\b") for phrase, pattern in written.items()}
    return re.compile(rf"\b(?:{'|'.join(written.values())})\b"), each


RELATIVE_DATES = {code: _relative(language) for code, language in LANGUAGES.items()}


@dataclass(frozen=True, slots=True)
class Date:
    """As much of a date as is written: a month, with a day or a year or both."""

    month: int
    day: int = 0
    year: int = 0

    def fits(self, other: "Date") -> bool:
        """Whether all that is written here is written there."""
        return (
            self.month == other.month
            and self.day in (0, other.day)
            and self.year in (0, other.year)
        )


def dates(text: str, language: str) -> set[str]:
    """The days of the week and the months in `text`, by their English names."""
    own = LANGUAGES.get(language, ENGLISH)
    names = NAMES[own.code]
    words = re.findall(r"\w+", text)
    if own.dates_have_capitals:
        words = [word for word in words if word[0].isupper()]
    return {names[word] for word in map(str.lower, words) if word in names}


def relative_dates(text: str, language: str) -> set[str]:
    """Dates such as last year and tomorrow in `text`, by what they are called in English."""
    any_of_them, patterns = RELATIVE_DATES.get(language, RELATIVE_DATES[ENGLISH.code])
    lowered = text.lower()
    if not any_of_them.search(lowered):
        return set()
    return {phrase for phrase, pattern in patterns.items() if pattern.search(lowered)}


def calendar_dates(text: str, language: str) -> list[tuple[Date, int, int]]:
    """Every date that names a month, with where it begins and ends."""
    found: list[tuple[Date, int, int]] = []
    taken: list[tuple[int, int]] = []
    for pattern in CALENDARS.get(language, []):
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            month = MONTHS[language][fold(match["month"])]
            year = int(match["year"] or 0)
            days = [int(day) for day in re.findall(r"\d+", match["days"] or "")] or [0]
            found += [(Date(month, day, year), *match.span()) for day in days]
    return found


def clock_times(text: str) -> list[tuple[int, int, int]]:
    """Every time of day in minutes after midnight, with where it begins and ends."""
    found = []
    for match in CLOCK.finditer(text):
        if match["military"]:
            found.append(
                (int(match["military"][:2]) * 60 + int(match["military"][2:]), *match.span())
            )
            continue
        hour = int(match["hour"] or match["plain"])
        half = (match["half"] or match["ampm"] or "")[:1]
        hour = hour % 12 + 12 if half == "p" else hour % 12 if half == "a" else hour
        minute = int(match["minute"] or 0)
        if hour < 25 and minute < 60:
            found.append((hour * 60 + minute, *match.span()))
    return found


def clock_hours(text: str) -> set[str]:
    """The hours of times of day, such as 14 in `14h30` and `14:30`."""
    return set(HOUR.findall(text))
