"""A text and its translation, compared word by word."""

from collections.abc import Iterable
from dataclasses import dataclass

from toolkit.lexicon.coverage import Coverage, covered, lexical
from toolkit.lexicon.lexicon import Lexicons
from toolkit.lexicon.words import words_of
from toolkit.translation.glossary import Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`source` says which of its words the target answers, `target` the reverse."""

    lexicons: Lexicons
    source: Coverage
    target: Coverage


class Comparer:
    """Compares one text with any number of translations, by the lexicon. The words of `terms`,
    which have a check of their own, are left out; those of a phrase only where it is answered as
    the glossary has it, since nothing else checks another wording.
    """

    def __init__(self, source: str, lexicons: Lexicons, terms: Iterable[Term] = ()) -> None:
        self._lexicons = lexicons
        self._source = lexical(source, lexicons.source, lexicons.languages[0])
        self._terms, self._phrases = list[_Words](), list[_Words]()
        for term in terms:
            kept = self._phrases if term.kind == "phrase" else self._terms
            kept.append(_Words.of(term, lexicons))

    def compare(self, target: str) -> Comparison:
        theirs = lexical(target, self._lexicons.target, self._lexicons.languages[1])
        known = [*self._terms, *(each for each in self._phrases if each.stems <= theirs.stems)]
        ours = frozenset[str]().union(*(each.source for each in known))
        answers = frozenset[str]().union(*(each.target for each in known))
        return Comparison(
            lexicons=self._lexicons,
            source=covered(self._source, theirs, known=ours),
            target=covered(theirs, self._source, known=answers),
        )


@dataclass(frozen=True, slots=True)
class _Words:
    """Of a term: those of its source and of its target, and the stems of the latter."""

    source: frozenset[str]
    target: frozenset[str]
    stems: frozenset[str]

    @classmethod
    def of(cls, term: Term, lexicons: Lexicons) -> "_Words":
        source, target = (
            frozenset(word.form for word in words_of(text, language))
            for text, language in zip((term.source, term.target), lexicons.languages, strict=True)
        )
        return cls(source, target, frozenset(map(lexicons.target.stem, target)))


def compare(source: str, target: str, lexicons: Lexicons, terms: Iterable[Term] = ()) -> Comparison:
    """A text and one translation, as a Comparer does it."""
    return Comparer(source, lexicons, terms).compare(target)
