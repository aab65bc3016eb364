"""Words and numbers of French and English text, made comparable."""

import re
import unicodedata

from toolkit.numerals import NUMBER_WORDS

# 1 200, 1,200, 1.200, 3,5, 3.5, 20 000 000; a year or plain number as well.
NUMBER = re.compile(r"\d+(?:[ \u00a0\u202f'’.,]\d{3}(?!\d))*(?:[.,]\d+)?")
MILITARY_TIME = re.compile(r"\b([01]\d|2[0-3])([0-5]\d)(?=\s?(?:GMT|UTC|hours)\b)")
CLOCK = re.compile(r"\b(\d{1,2})\s?(?:heures?|h|:)\s?(?:\d{2})?\b", re.IGNORECASE)

# Controls, orders to write from right to left, halves of characters, and what is none.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

# What may stand for a number in a translation without being one.
VAGUE_NUMBERS = {"en": {"half": 2, "a": 1, "an": 1}}

DATES = {
    "en": "monday tuesday wednesday thursday friday saturday sunday january february march april "
    "may june july august september october november december",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril mai juin "
    "juillet août septembre octobre novembre décembre",
}


def dates(text: str, language: str) -> set[str]:
    """The days of the week and the months in `text`, by their English names."""
    english = DATES["en"].split()
    names = dict(zip(DATES.get(language, DATES["en"]).split(), english, strict=True))
    # English writes them with a capital, which tells the month of May from the verb.
    words = re.findall(r"\w+", text)
    if language == "en":
        words = [word for word in words if word[0].isupper()]
    return {names[word.lower()].capitalize() for word in words if word.lower() in names}


RELATIVE_DATES = {
    "last year": r"l['’]an dernier|l['’]année dernière|l['’]an passé|l['’]année passée",
    "next year": r"l['’]an prochain|l['’]année prochaine",
    "last month": r"mois dernier|mois passé",
    "next month": r"mois prochain",
    "last week": r"semaine dernière|semaine passée",
    "next week": r"semaine prochaine",
    "yesterday": r"hier",
    "tomorrow": r"demain",
}


def relative_dates(text: str, language: str) -> set[str]:
    """Which of RELATIVE_DATES occur in French or English `text`."""
    lowered = text.lower()
    return {
        english
        for english, french in RELATIVE_DATES.items()
        if re.search(rf"\b(?:{french if language == 'fr' else english})\b", lowered)
    }


def written_in_digits(text: str) -> set[str]:
    """The digits of each number, without separators and leading zeros.

    `1 200` and `1,200` both give `1200`; `0041 GMT` gives hours and minutes as `00H41` does.
    """
    spaced = MILITARY_TIME.sub(r"\1 h \2", text)
    digits = (re.sub(r"\D", "", match.group()) for match in NUMBER.finditer(spaced))
    return {each.lstrip("0") or "0" for each in digits}


def written_out(text: str, language: str) -> set[str]:
    """The numbers that stand in `text` as single words, as digits."""
    values = NUMBER_WORDS.get(language, {}) | VAGUE_NUMBERS.get(language, {})
    return {str(values[word]) for word in re.findall(r"[\w-]+", text.lower()) if word in values}


def numbers(text: str, language: str) -> set[str]:
    """Every number of `text`, in digits or in words."""
    return written_in_digits(text) | written_out(text, language)


def rejoin_numbers(text: str, source: str) -> str:
    """`text` with numbers of `source` that were pulled apart joined again: 1, 150 for 1.150."""
    known = written_in_digits(source)

    def joined(match: re.Match[str]) -> str:
        whole = f"{match[1]}{match[2]}{match[3]}"
        return whole if re.sub(r"\D", "", whole) in known else match.group()

    return re.sub(r"(\d+)([.,]) (\d+)", joined, text)


def clock_hours(text: str) -> set[str]:
    """The hours of times of day, such as 14 in `14h30` and `14:30`."""
    return set(CLOCK.findall(text))


def printable(text: str) -> str:
    """`text` with every character that a terminal would obey, or couldn't show, as its escape.

    Line ends and tabs stay.
    """
    return UNSAFE.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


def fold(word: str) -> str:
    """Lower case, without accents, with straight apostrophes."""
    decomposed = unicodedata.normalize("NFD", word.lower().replace("’", "'"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))
