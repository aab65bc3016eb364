"""Words of French and English text as the lexicon has them."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from toolkit.languages import LANGUAGES

Code = Literal["fr", "en"]
NEVER = r"(?!)"
APOSTROPHES = frozenset("'’")

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*['’]?")
_PART = re.compile(r"[^\W_]+")


class Word(NamedTuple):
    """A word of a text, with its offsets in characters. `form` is in lower case."""

    form: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        return not self.form.isalpha() and any(map(str.isdigit, self.form))


@lru_cache(maxsize=64)  # a text is compared in both directions, and with several answers
def words_of(text: str, language: Code) -> tuple[Word, ...]:
    """The words of `text` in order. Elided words and inverted pronouns of French stand alone, its
    compounds are whole; those of English are parted, and lose their possessive.
    """
    rules = _rules(language)
    found = list[Word]()
    for match in _WORD.finditer(text):
        written = match.group()
        if written.isalnum():  # neither apostrophe nor hyphen
            found.append(_word(written, match.start()))
        else:
            found += _split(written, match.start(), rules)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Rules:
    elision: re.Pattern[str]
    clitic: re.Pattern[str]
    possessive: re.Pattern[str]
    parts_compounds: bool


@cache
def _rules(code: Code) -> _Rules:
    language = LANGUAGES[code]
    patterns = (language.elision, language.clitic, language.possessive)
    elision, clitic, possessive = (
        re.compile(pattern or NEVER, re.IGNORECASE) for pattern in patterns
    )
    return _Rules(elision, clitic, possessive, language.parts_compounds)


def _split(written: str, start: int, rules: _Rules) -> list[Word]:
    found = []
    while elided := rules.elision.match(written):
        found.append(_word(written[: elided.end()], start))
        start += elided.end()
        written = written[elided.end() :]
    clitic = rules.clitic.search(written)
    host = rules.possessive.sub("", written[: clitic.start()] if clitic else written)
    if rules.parts_compounds and not APOSTROPHES & set(host):
        found += [_word(part.group(), start + part.start()) for part in _PART.finditer(host)]
    elif host:
        found.append(_word(host.rstrip("'’"), start))
    if clitic:
        found.append(_word(written[clitic.start() + 1 :], start + clitic.start() + 1))
    return found


def _word(written: str, start: int) -> Word:
    form = written.lower()
    if not form.isascii():
        form = form.replace("’", "'").replace("œ", "oe").replace("æ", "ae")
    return Word(form, start, start + len(written))
