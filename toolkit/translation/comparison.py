"""A text and its translation, compared word by word."""

from collections.abc import Iterable
from dataclasses import dataclass

from toolkit.lexicon.coverage import Coverage, coverage
from toolkit.lexicon.lexicon import Lexicons
from toolkit.lexicon.words import words_of
from toolkit.translation.glossary import Term


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
    ours, theirs = set[str](), set[str]()
    for term in terms:
        ours |= {word.form for word in words_of(term.source, lexicons.languages[0])}
        theirs |= {word.form for word in words_of(term.target, lexicons.languages[1])}
    return Comparison(
        lexicons=lexicons,
        source=coverage(source, target, lexicons, known=ours),
        target=coverage(target, source, lexicons.reversed(), known=theirs),
    )
