"""Which words of a text its translation answers to."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from toolkit.documents import Unanswered
from toolkit.languages import LANGUAGES
from toolkit.languages.numbers import SYMBOLS
from toolkit.lexicon.lexicon import Entry, Lexicon, Lexicons
from toolkit.lexicon.words import Code, Word, words_of
from toolkit.text import fold

# What stands before the first word of a sentence or quotation.
_BEGINNING = re.compile(r"(?:^|[.!?:;«“\"(–—-]\s*|\n)$")
RARE = 20  # words seen less often than this may be answered by a word that only looks like them
COGNATE = 5  # letters
MAX_SPACE = 8  # characters between a full stop and what it ends before


@dataclass(frozen=True, slots=True)
class Coverage:
    """`share` is the weight of the answered words by that of all that count, 1 if none does."""

    share: float
    unanswered: tuple[Unanswered, ...]

    def missing(self, min_weight: float) -> tuple[Unanswered, ...]:
        """The unanswered words of `min_weight` and more, in their order."""
        return tuple(word for word in self.unanswered if word.weight >= min_weight)


class Unit(NamedTuple):
    """A word or phrase that a translation should answer; `form` is in lower case."""

    text: str
    start: int
    end: int
    form: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class LexicalText:
    """A text as its lexicon has it: the units that want an answer in a translation of it, and what
    it answers the units of another with: its words as they are written, their stems, and how they
    begin.
    """

    lexicon: Lexicon
    units: tuple[Unit, ...]
    written: frozenset[str]
    stems: frozenset[str]
    beginnings: frozenset[str]


def lexical(text: str, lexicon: Lexicon, language: Code) -> LexicalText:
    """`text`, which is in the language of `lexicon`, ready to be compared with any number of
    others.
    """
    words = words_of(text, language)
    forms = {word.form for word in words}
    return LexicalText(
        lexicon=lexicon,
        units=tuple(_units(text, words, lexicon, language)),
        written=frozenset(text[word.start : word.end] for word in words),
        stems=frozenset(map(lexicon.stem, forms.union(_symbols(text, forms, language)))),
        beginnings=frozenset(fold(word.form)[:COGNATE] for word in words),
    )


def _units(text: str, words: Sequence[Word], lexicon: Lexicon, language: Code) -> Iterator[Unit]:
    """Words without an entry, and those that have checks of their own, are none."""
    forms = [word.form for word in words]
    place = 0
    while place < len(words):
        size = lexicon.phrase_at(forms, place) or 1
        first, last = words[place], words[place + size - 1]
        form = " ".join(forms[place : place + size]) if size > 1 else first.form
        place += size
        entry = lexicon.entry(form)
        if entry and entry.weight and (size > 1 or _counts(text, first, language)):
            yield Unit(text[first.start : last.end], first.start, last.end, form, entry)


def _symbols(text: str, forms: AbstractSet[str], language: Code) -> Iterator[str]:
    """The words that symbols of units stand for: "€" for "euros"."""
    for symbol, unit in SYMBOLS.items():
        if symbol in (forms if symbol.isalpha() else text):
            yield from LANGUAGES[language].units.get(unit, "").split()


def coverage(
    source: str,
    target: str,
    lexicons: Lexicons,
    *,
    known: AbstractSet[str] = frozenset(),
) -> Coverage:
    """How much of `source` its translation `target` answers to.

    Numbers, days, months, names and the words in `known`, in any inflection, have checks of their
    own; words without an entry don't count.
    """
    return covered(
        lexical(source, lexicons.source, lexicons.languages[0]),
        lexical(target, lexicons.target, lexicons.languages[1]),
        known=known,
    )


def covered(
    source: LexicalText, target: LexicalText, *, known: AbstractSet[str] = frozenset()
) -> Coverage:
    """As `coverage`, which says more."""
    known_stems = {source.lexicon.stem(form) for form in known}
    total = answered = 0.0
    missing = []
    for unit in source.units:
        if unit.text[0].isupper() and unit.text in target.written:
            continue  # a name, though it begins the sentence
        if known_stems and known_stems.issuperset(map(source.lexicon.stem, unit.form.split(" "))):
            continue
        weight = unit.entry.weight
        total += weight
        if _answers(unit, target):
            answered += weight
        else:
            missing.append(Unanswered(unit.text, unit.start, unit.end, weight, unit.entry.meanings))
    return Coverage(answered / total if total else 1.0, tuple(missing))


def _counts(text: str, word: Word, language: Code) -> bool:
    if word.is_number or word.form in _CHECKED_ELSEWHERE[language]:
        return False
    return not text[word.start].isupper() or _begins(text, word.start)


def _begins(text: str, start: int) -> bool:
    """Whether a sentence or quotation begins at `start`; what is far before doesn't matter."""
    return bool(_BEGINNING.search(text[max(0, start - MAX_SPACE) : start]))


def _answers(unit: Unit, target: LexicalText) -> bool:
    entry = unit.entry
    if not entry.answers.keys().isdisjoint(target.stems):
        return True
    if entry.count >= RARE:
        return False
    folded = fold(unit.form)
    return len(folded) >= COGNATE and folded[:COGNATE] in target.beginnings


# Numbers and dates have checks of their own.
_CHECKED_ELSEWHERE = {
    code: frozenset((*language.number_words, *language.weekdays, *language.months))
    for code, language in LANGUAGES.items()
}
