"""Words of French and English text as the lexicon has them."""

import re
from dataclasses import dataclass
from typing import Literal

Language = Literal["fr", "en"]

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*['’]?")
# l'accord, jusqu'ici, d'un; but aujourd'hui and prud'homme are one word.
_ELISION = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’]", re.IGNORECASE)
# a-t-il, dit-elle, ces jours-ci
_CLITIC = re.compile(
    r"-(?:t-)?(?:ils?|elles?|on|je|tu|nous|vous|ce|moi|toi|l[ae]s?|lui|leur|y|en|là|ci)$",
    re.IGNORECASE,
)
_PART = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, with its offsets in characters. `form` is in lower case."""

    form: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        return any(char.isdigit() for char in self.form)


def words_of(text: str, language: Language) -> list[Word]:
    """The words of `text` in order. Elided words and inverted pronouns of French stand alone, its
    compounds are whole; those of English are parted, and lose their possessive.
    """
    split = _french if language == "fr" else _english
    return [word for match in _WORD.finditer(text) for word in split(match.group(), match.start())]


def _french(written: str, start: int) -> list[Word]:
    found = []
    while elided := _ELISION.match(written):
        found.append(_word(written[: elided.end()], start))
        start += elided.end()
        written = written[elided.end() :]
    clitic = _CLITIC.search(written)
    host = written[: clitic.start()] if clitic else written
    if host:
        found.append(_word(host.rstrip("'’"), start))
    if clitic:
        found.append(_word(written[clitic.start() + 1 :], start + clitic.start() + 1))
    return found


def _english(written: str, start: int) -> list[Word]:
    if written[-2:].lower() in ("'s", "’s"):
        written = written[:-2]
    if "'" in written or "’" in written:
        return [_word(written.rstrip("'’"), start)]
    return [_word(part.group(), start + part.start()) for part in _PART.finditer(written)]


def _word(written: str, start: int) -> Word:
    form = written.lower().replace("’", "'").replace("œ", "oe").replace("æ", "ae")
    return Word(form, start, start + len(written))
