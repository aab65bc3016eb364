"""Words and numbers of French and English text, made comparable."""

import re
import unicodedata

# 1 200, 1,200, 1.200, 3,5, 3.5, 20 000 000; a year or plain number as well.
NUMBER = re.compile(r"\d+(?:[ \u00a0\u202f'’.,]\d{3}(?!\d))*(?:[.,]\d+)?")
CLOCK = re.compile(r"\b(\d{1,2})\s?(?:h|heures?|:)\s?(\d{2})?\b", re.IGNORECASE)

WORDS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze "
    "seize dix-sept dix-huit dix-neuf vingt",
}
ORDINALS = {
    "en": "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh "
    "twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth",
    "fr": "zéroième premier deuxième troisième quatrième cinquième sixième septième huitième "
    "neuvième dixième onzième douzième treizième quatorzième quinzième seizième dix-septième "
    "dix-huitième dix-neuvième vingtième",
}
OTHERS = {
    "en": {"once": "1", "twice": "2", "half": "2", "dozen": "12", "a": "1", "an": "1"},
    "fr": {"une": "1", "première": "1", "second": "2", "seconde": "2", "douzaine": "12"},
}


def written_in_digits(text: str) -> set[str]:
    """The digits of each number, without separators: `1 200` and `1,200` both give `1200`."""
    return {re.sub(r"\D", "", match.group()) for match in NUMBER.finditer(text)}


def written_out(text: str, language: str) -> set[str]:
    """The numbers that stand in `text` as words, up to twenty, as digits."""
    values = dict(OTHERS.get(language, {}))
    for names in (WORDS, ORDINALS):
        values |= {name: str(value) for value, name in enumerate(names.get(language, "").split())}
    return {values[word] for word in re.findall(r"[\w-]+", text.lower()) if word in values}


def numbers(text: str, language: str) -> set[str]:
    """Every number of `text`, in digits or in words; `14h30` counts as `2:30` too."""
    afternoon = {str(int(hour) - 12) for hour, _ in CLOCK.findall(text) if int(hour) > 12}
    return written_in_digits(text) | written_out(text, language) | afternoon


def fold(word: str) -> str:
    """Lower case, without accents, with straight apostrophes."""
    decomposed = unicodedata.normalize("NFD", word.lower().replace("’", "'"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))
