"""A text and its translation, compared word by word."""

from collections.abc import Iterable
from dataclasses import dataclass

from toolkit.lexicon.coverage import Coverage, covered, lexical
from toolkit.lexicon.lexicon import Lexicons
from toolkit.lexicon.words import Code, words_of
from toolkit.translation.glossary import Term, answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`source` says which of its words the target answers, `target` the reverse."""

    lexicons: Lexicons
    source: Coverage
    target: Coverage


class Comparer:
    """Compares one text with any number of translations, by the lexicon. The words of `terms`,
    which have a check of their own, are left out; those of a phrase only where the translation
    holds it as the glossary has it.
    """

    def __init__(self, source: str, lexicons: Lexicons, terms: Iterable[Term] = ()) -> None:
        self._lexicons = lexicons
        self._source = lexical(source, lexicons.source, lexicons.languages[0])
        ours, theirs = lexicons.languages
        self._words = {
            term: (_forms(term.source, ours), _forms(term.target, theirs)) for term in terms
        }

    def compare(self, target: str) -> Comparison:
        theirs = lexical(target, self._lexicons.target, self._lexicons.languages[1])
        known = [self._words[term] for term in answered(self._words, target)]
        return Comparison(
            lexicons=self._lexicons,
            source=covered(
                self._source, theirs, known={form for each, _ in known for form in each}
            ),
            target=covered(
                theirs, self._source, known={form for _, each in known for form in each}
            ),
        )


def compare(source: str, target: str, lexicons: Lexicons, terms: Iterable[Term] = ()) -> Comparison:
    """A text and one translation, as a Comparer does it."""
    return Comparer(source, lexicons, terms).compare(target)


def _forms(text: str, language: Code) -> frozenset[str]:
    return frozenset(word.form for word in words_of(text, language))
