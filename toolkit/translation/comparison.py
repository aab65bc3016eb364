"""A text and its translation, compared word by word."""

from collections.abc import Iterable
from dataclasses import dataclass

from toolkit.lexicon.coverage import Coverage, coverage
from toolkit.lexicon.lexicon import Lexicons
from toolkit.translation.glossary import Term, words_of_terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`source` says which of its words the target answers, `target` the reverse."""

    lexicons: Lexicons
    source: Coverage
    target: Coverage


def compare(source: str, target: str, lexicons: Lexicons, terms: Iterable[Term] = ()) -> Comparison:
    """Both texts by the lexicon. The words of `terms`, which have a check of their own, are left
    out.
    """
    terms = tuple(terms)
    return Comparison(
        lexicons=lexicons,
        source=coverage(
            source, target, lexicons, known=words_of_terms(term.source for term in terms)
        ),
        target=coverage(
            target, source, lexicons.reversed(), known=words_of_terms(t.target for t in terms)
        ),
    )
