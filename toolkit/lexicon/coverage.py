"""Which words of a text its translation answers to."""

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from toolkit.documents import Unanswered
from toolkit.languages import LANGUAGES
from toolkit.lexicon.lexicon import Entry, Lexicons
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
    lexicon, languages = lexicons.source, lexicons.languages
    words = words_of(source, languages[0])
    forms = [word.form for word in words]
    others = words_of(target, languages[1])
    present = {lexicons.target.stem(word.form) for word in others}
    looks = {fold(word.form)[:COGNATE] for word in others}
    written = {target[word.start : word.end] for word in others}
    known_stems = {lexicon.stem(form) for form in known}
    total = answered = 0.0
    missing = []
    place = 0
    while place < len(words):
        size = lexicon.phrase_at(forms, place) or 1
        first, last = words[place], words[place + size - 1]
        unit = " ".join(forms[place : place + size])
        place += size
        if size == 1 and not _counts(source, first, languages[0]):
            continue
        text = source[first.start : last.end]
        if text[0].isupper() and text in written:  # a name, though it begins the sentence
            continue
        if known_stems and all(lexicon.stem(form) in known_stems for form in unit.split(" ")):
            continue
        entry = lexicon.entry(unit)
        if entry is None or not entry.weight:
            continue
        total += entry.weight
        if _answers(entry, unit, present, looks):
            answered += entry.weight
        else:
            missing.append(Unanswered(text, first.start, last.end, entry.weight, entry.meanings))
    return Coverage(answered / total if total else 1.0, tuple(missing))


def _counts(text: str, word: Word, language: Code) -> bool:
    if word.is_number or word.form in _CHECKED_ELSEWHERE[language]:
        return False
    return not text[word.start].isupper() or _begins(text, word.start)


def _begins(text: str, start: int) -> bool:
    """Whether a sentence or quotation begins at `start`; what is far before doesn't matter."""
    return bool(_BEGINNING.search(text[max(0, start - MAX_SPACE) : start]))


def _answers(entry: Entry, unit: str, present: set[str], looks: set[str]) -> bool:
    if not entry.answers.keys().isdisjoint(present):
        return True
    if entry.count >= RARE:
        return False
    folded = fold(unit)
    return len(folded) >= COGNATE and folded[:COGNATE] in looks


# Numbers and dates have checks of their own.
_CHECKED_ELSEWHERE = {
    code: frozenset((*language.number_words, *language.weekdays, *language.months))
    for code, language in LANGUAGES.items()
}
