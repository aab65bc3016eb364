"""Quantities, dates and times of day in French and English text, in forms that can be compared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from toolkit.numerals import NUMBER_WORDS
from toolkit.text import DATES, fold

SCALES = {
    "hundred": 100,
    "cent": 100,
    "cents": 100,
    "thousand": 1000,
    "mille": 1000,
    "million": 10**6,
    "millions": 10**6,
    "billion": 10**9,
    "milliard": 10**9,
    "milliards": 10**9,
    "bn": 10**9,
    "trillion": 10**12,
}
UNITS = {
    "percent": "% percent pour-cent per-cent",
    "euro": "€ euro euros",
    "dollar": "$ us$ dollar dollars",
    "pound": "£ pound pounds livre livres",
    "franc": "franc francs fcfa chf cfa",
    "dinar": "dinar dinars",
    "dirham": "dirham dirhams",
    "gourde": "gourde gourdes",
    "rouble": "rouble roubles ruble rubles",
    "yuan": "yuan yuans",
    "yen": "yen yens",
    "year": "an ans année années year years",
    "month": "mois month months",
    "week": "semaine semaines week weeks",
    "day": "jour jours day days",
    "hour": "hour hours",
    "minute": "minute minutes",
    "second": "secondes seconds",
    "kilometer": "km kilomètre kilomètres kilometer kilometers kilometre kilometres",
    "meter": "mètre mètres meter meters metre metres",
    "kilogram": "kg kilo kilos kilogramme kilogrammes kilogram kilograms",
    "tonne": "tonne tonnes ton tons",
    "hectare": "hectare hectares",
    "degree": "degré degrés degree degrees",
}
UNIT_OF = {fold(form): unit for unit, forms in UNITS.items() for form in forms.split()}
# After these a number stands alone.
NO_UNIT = frozenset(
    """a about after against all and are as at au aux avec before by but contre d dans de depuis
    des du during each en entre et for from had has have in into is it la le les mais of on or ou
    our par per pour since sur than that the their this to under until was were while will
    with""".split()
)
DIGITS = re.compile(
    r"(?<![\w.,])(?P<sign>US\$|[$€£])?\s?"
    r"(?P<number>\d+(?:[ \u00a0\u202f'’.,]\d{3}(?!\d))*(?:[.,]\d+)?)"
    r"(?P<ordinal>(?:st|nd|rd|th|ère|er|ème|e)\b)?"
)
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
AFTER = re.compile(r"[\s\u00a0\u202f'’-]*(?P<word>[%€$£]|pour cent\b|per cent\b|[^\W\d_]+)")
CLOCK = re.compile(
    r"\b(?P<hour>\d{1,2})\s?(?:(?P<colon>[:hH])\s?(?P<minute>\d{2})?|(?P<word>heures\b|o'clock))"
    r"(?:\s?(?P<half>[ap]\.?m\b\.?))?|\b(?P<plain>\d{1,2})\s?(?P<ampm>[ap]\.?m\b\.?)",
)
MONTHS = {
    language: {fold(name): number for number, name in enumerate(names.split()[7:], start=1)}
    for language, names in DATES.items()
}
YEAR = r"(?:1[6-9]|20)\d\d"
_DAY = r"\d{1,2}(?:er|st|nd|rd|th)?"
_DAYS = rf"{_DAY}(?:(?:\s?[-–]\s?|\s(?:et|and|au|to)\s){_DAY})?"


def _month_pattern(language: str) -> str:
    return "|".join(DATES[language].split()[7:])


DAY_FIRST = {
    language: re.compile(
        rf"\b(?:(?P<days>{_DAYS})\s)?(?P<month>{_month_pattern(language)})\b(?:,?\s(?P<year>{YEAR})\b)?",
        re.IGNORECASE if language == "fr" else 0,
    )
    for language in DATES
}
MONTH_FIRST = re.compile(
    rf"\b(?P<month>{'|'.join(name.capitalize() for name in DATES['en'].split()[7:])})"
    rf"\s(?P<days>{_DAYS})(?!\d)(?:,?\s(?P<year>{YEAR})\b)?"
)
DAY_FIRST["en"] = re.compile(
    DAY_FIRST["en"].pattern.replace(
        _month_pattern("en"), "|".join(name.capitalize() for name in DATES["en"].split()[7:])
    )
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit: a key of UNITS, `date`, `time`, `other`, or empty for none.

    `start` and `end` are where it stands in the text.
    """

    value: Decimal
    unit: str
    start: int
    end: int


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


def calendar_dates(text: str, language: str) -> list[tuple[Date, int, int]]:
    """Every date that names a month, with where it begins and ends."""
    found: list[tuple[Date, int, int]] = []
    patterns = [MONTH_FIRST, DAY_FIRST["en"]] if language == "en" else [DAY_FIRST["fr"]]
    taken: list[tuple[int, int]] = []
    for pattern in patterns:
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
        hour = int(match["hour"] or match["plain"])
        half = (match["half"] or match["ampm"] or "")[:1]
        hour = hour % 12 + 12 if half == "p" else hour % 12 if half == "a" else hour
        minute = int(match["minute"] or 0)
        if hour < 25 and minute < 60:
            found.append((hour * 60 + minute, *match.span()))
    return found


def quantities(text: str, language: str) -> list[Quantity]:
    """Every number of `text`, in digits or in words, in the order in which they stand."""
    dates = calendar_dates(text, language)
    clocks = clock_times(text)
    spans = [span for _, *span in dates] + [span for _, *span in clocks]
    found = []
    done = 0
    for value, start, end, sign in sorted(_numbers(text, language), key=lambda each: each[1]):
        if start < done:
            continue  # the thousand of two thousand
        if any(start < stop and begin < end for begin, stop in spans):
            dated = any(start < stop and begin < end for _, begin, stop in dates)
            unit = "date" if dated else "time"
        else:
            unit = UNIT_OF.get(sign.lower(), "") if sign else ""
        scaled, done = _scaled(value, text, end)
        found.append(Quantity(scaled, unit or _unit_after(text, done), start, done))
    return found


def _numbers(text: str, language: str) -> Iterator[tuple[Decimal, int, int, str]]:
    """Value, begin, end and currency sign of each."""
    for match in DIGITS.finditer(text):
        yield number_value(match["number"]), match.start(), match.end(), match["sign"] or ""
    words = NUMBER_WORDS.get(language, {})
    for match in WORD.finditer(text):
        word = match.group().lower()
        if word not in words:  # five-year
            word = word.partition("-")[0]
        if word in words:
            yield Decimal(words[word]), match.start(), match.start() + len(word), ""


def number_value(written: str) -> Decimal:
    """The value of digits with separators of any kind: three digits after one make thousands."""
    written = re.sub(r"[ \u00a0\u202f'’]", "", written)
    whole, _, decimals = written.replace(",", ".").rpartition(".")
    if not whole:
        return Decimal(decimals)
    if len(decimals) == 3 and whole != "0":
        return Decimal(whole.replace(".", "") + decimals)
    return Decimal(f"{whole.replace('.', '')}.{decimals}")


def _scaled(value: Decimal, text: str, end: int) -> tuple[Decimal, int]:
    """Times what follows: 50 milliards, two thousand."""
    while match := re.match(r"[\s\u00a0\u202f-]+([^\W\d_]+)", text[end : end + 20]):
        scale = SCALES.get(match[1].lower())
        if scale is None:
            break
        value, end = value * scale, end + match.end()
    return value, end


def _unit_after(text: str, end: int) -> str:
    """The unit that follows, perhaps behind one adjective."""
    for place in range(2):
        match = AFTER.match(text, end)
        if not match:
            return "other" if place else ""
        word = fold(match["word"].replace(" ", "-"))
        if word in UNIT_OF:
            return UNIT_OF[word]
        if word in ("de", "d", "of", "cfa") and not place:
            end = match.end()
            continue
        if word in NO_UNIT:
            return "other" if place else ""
        end = match.end()
    return "other"
