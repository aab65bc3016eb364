"""Numbers in text, in forms that can be compared: in digits or in words, with their units."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from toolkit.languages import LANGUAGES, union
from toolkit.languages.dates import calendar_dates, clock_times
from toolkit.text import fold

# 1 200, 1,200, 1.200, 3,5, 3.5, 20 000 000; a year or plain number as well.
NUMBER = r"\d+(?:[ \u00a0\u202f'’.,]\d{3}(?!\d))*(?:[.,]\d+)?"
WRITTEN = re.compile(NUMBER)
DIGITS = re.compile(
    rf"(?<![\w.,])(?P<sign>US\$|[$€£])?\s?(?P<number>{NUMBER})"
    r"(?P<ordinal>(?:st|nd|rd|th|ère|er|ème|e)\b)?"
)
APART = re.compile(r"(?<!\d)(\d+)([.,]) (\d+)")
DIGIT = re.compile(r"\d")
NO_DIGIT = re.compile(r"\D")
MILITARY_TIME = re.compile(r"\b([01]\d|2[0-3])([0-5]\d)(?=\s?(?:GMT|UTC|hours)\b)")
SYMBOLS = {
    "%": "percent",
    "€": "euro",
    "$": "dollar",
    "us$": "dollar",
    "£": "pound",
    "chf": "franc",
    "km": "kilometer",
    "kg": "kilogram",
}
UNIT_OF = SYMBOLS | {
    fold(form): unit
    for language in LANGUAGES.values()
    for unit, forms in language.units.items()
    for form in forms.split()
}
NO_UNITS = union(lambda language: language.no_units)
SCALES = {word: value for each in LANGUAGES.values() for word, value in each.scales.items()}
WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# deux cent cinquante, one hundred and fifty, quarante et une
JOINED = re.compile(r"[\s\u00a0-]+(?P<and>(?:and|et)\s)?")
# 4,1 M$
MONEY_SCALE = re.compile(r"[\s\u00a0\u202f]?(?P<scale>Md|M|G)s?(?=[\s\u00a0\u202f]?[$€£])")
MONEY_SCALES = {"M": 10**6, "Md": 10**9, "G": 10**9}
CENTURY = re.compile(r"\b(?P<roman>[XVI]+)(?:er?|ème)(?=\s(?:siècle|s\.))")
ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10}
AFTER = re.compile(r"[\s\u00a0\u202f'’-]*(?P<word>[%€$£]|pour cent\b|per cent\b|[^\W\d_]+)")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit: a key of `Language.units`, `date`, `time`, `other`, or "" for none.

    `start` and `end` are where it stands in the text.
    """

    value: Decimal
    unit: str
    start: int
    end: int


def written_in_digits(text: str) -> set[str]:
    """The digits of each number, without separators and leading zeros.

    `1 200` and `1,200` both give `1200`; `0041 GMT` gives hours and minutes as `00H41` does.
    """
    if not DIGIT.search(text):
        return set()
    spaced = MILITARY_TIME.sub(r"\1 h \2", text)
    return {NO_DIGIT.sub("", each).lstrip("0") or "0" for each in WRITTEN.findall(spaced)}


def written_out(text: str, language: str) -> set[str]:
    """The numbers that stand in `text` as single words, as digits."""
    own = LANGUAGES.get(language)
    values = {**own.number_words, **own.vague_numbers} if own else {}
    return {str(values[word]) for word in re.findall(r"[\w-]+", text.lower()) if word in values}


def rejoin_numbers(text: str, source: str) -> str:
    """`text` with numbers of `source` that were pulled apart joined again: 1, 150 for 1.150."""
    if not APART.search(text):
        return text
    known = written_in_digits(source)

    def joined(match: re.Match[str]) -> str:
        whole = f"{match[1]}{match[2]}{match[3]}"
        return whole if NO_DIGIT.sub("", whole) in known else match.group()

    return APART.sub(joined, text)


def quantities(text: str, language: str) -> list[Quantity]:
    """Every number of `text`, in digits or in words, in the order in which they stand."""
    written = sorted(_numbers(text, language), key=lambda each: each[1])
    if not written:
        return []
    of_time = dict[int, str]()  # by the offset of each character
    for kind, spans in (("time", clock_times(text)), ("date", calendar_dates(text, language))):
        of_time |= {at: kind for _, begin, stop in spans for at in range(begin, stop)}
    spelt = {start: (value, end) for value, start, end, _ in written if text[start].isalpha()}
    found = []
    done = 0
    for value, start, end, sign in written:
        if start < done:
            continue  # the thousand of two thousand
        kinds = {of_time[at] for at in range(start, end) if at in of_time}
        # A date, if it is both.
        unit = min(kinds) if kinds else UNIT_OF.get(sign.lower(), "") if sign else ""
        scaled, done = _scaled(value, text, end)
        if text[start].isalpha():
            scaled, done = _with_rest(scaled, text, done, spelt)
        found.append(Quantity(scaled, unit or _unit_after(text, done), start, done))
    return found


def _numbers(text: str, language: str) -> Iterator[tuple[Decimal, int, int, str]]:
    """Value, begin, end and currency sign of each."""
    for match in DIGITS.finditer(text) if DIGIT.search(text) else ():
        yield number_value(match["number"]), match.start(), match.end(), match["sign"] or ""
    for match in CENTURY.finditer(text):
        yield Decimal(_roman(match["roman"])), match.start(), match.end(), ""
    words = LANGUAGES[language].number_words if language in LANGUAGES else {}
    for match in WORD.finditer(text):
        word = match.group().lower()
        if "-" in word and word not in words:  # five-year
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


def _roman(written: str) -> int:
    values = [ROMAN_DIGITS[digit] for digit in written]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)


def _with_rest(
    value: Decimal, text: str, end: int, spelt: Mapping[int, tuple[Decimal, int]]
) -> tuple[Decimal, int]:
    """With what is added in words: two hundred and fifty."""
    while (match := JOINED.match(text, end)) and match.end() in spelt:
        rest, stop = spelt[match.end()]
        rest, stop = _scaled(rest, text, stop)
        lowest = _lowest(value)
        if not (1 < rest < lowest if lowest >= 100 else lowest == 10 and rest in (1, 11)):
            break
        value, end = value + rest, stop
    return value, end


def _lowest(value: Decimal) -> int:
    """The lowest power of ten that a number is made of: 100 for 1,200."""
    digits = f"{value:.0f}"
    return int(10 ** (len(digits) - len(digits.rstrip("0"))))


def _scaled(value: Decimal, text: str, end: int) -> tuple[Decimal, int]:
    """Times what follows: 50 milliards, two thousand, 4,1 M$."""
    if match := MONEY_SCALE.match(text, end):
        return value * MONEY_SCALES[match["scale"]], match.end()
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
        if word in NO_UNITS:
            return "other" if place else ""
        end = match.end()
    return "other"
