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
    which have a check of their own, are left out.
    """

    def __init__(self, source: str, lexicons: Lexicons, terms: Iterable[Term] = ()) -> None:
        self._lexicons = lexicons
        self._source = lexical(source, lexicons.source, lexicons.languages[0])
        self._ours, self._theirs = set[str](), set[str]()
        for term in terms:
            self._ours |= {word.form for word in words_of(term.source, lexicons.languages[0])}
            self._theirs |= {word.form for word in words_of(term.target, lexicons.languages[1])}

    def compare(self, target: str) -> Comparison:
        theirs = lexical(target, self._lexicons.target, self._lexicons.languages[1])
        return Comparison(
            lexicons=self._lexicons,
            source=covered(self._source, theirs, known=self._ours),
            target=covered(theirs, self._source, known=self._theirs),
        )


def compare(source: str, target: str, lexicons: Lexicons, terms: Iterable[Term] = ()) -> Comparison:
    """A text and one translation, as a Comparer does it."""
    return Comparer(source, lexicons, terms).compare(target)
