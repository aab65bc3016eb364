"""Which word of a translation stands for which word of its source."""

from dataclasses import dataclass

from toolkit.lexicon.lexicon import Entry, Lexicons
from toolkit.lexicon.words import Word, words_of
from toolkit.text import fold

SAME = 1.5  # names and numbers that stand in both
ALIKE = 0.4  # words that begin alike
ALIKE_CHARS = 5
DISTANCE = 1.0  # from one end of the sentence to the other
MIN_SCORE = 0.1


@dataclass(frozen=True, slots=True)
class Link:
    source: Word
    target: Word


def align(source: str, target: str, lexicons: Lexicons) -> tuple[Link, ...]:
    """Links from words of `source` to words of `target`, in the order of the source.

    The best pairs are linked first (competitive linking: Melamed, 2000), by how likely the lexicon
    finds one beside the other in both directions and by how far apart they stand. No word is in two
    links; function words and free translations often are in none.
    """
    ours = words_of(source, lexicons.languages[0])
    theirs = words_of(target, lexicons.languages[1])
    entries = [lexicons.source.entry(word.form) for word in ours]
    others = [lexicons.target.entry(word.form) for word in theirs]
    stems = [lexicons.source.stem(word.form) for word in ours]
    other_stems = [lexicons.target.stem(word.form) for word in theirs]
    folded = [fold(word.form) for word in ours]
    others_folded = [fold(word.form) for word in theirs]
    scored = []
    for i in range(len(ours)):
        for j in range(len(theirs)):
            score = (
                _likelihood(entries[i], other_stems[j])
                + _likelihood(others[j], stems[i])
                + _likeness(folded[i], others_folded[j])
            )
            if score:
                distance = abs((i + 0.5) / len(ours) - (j + 0.5) / len(theirs))
                scored.append((DISTANCE * distance - score, i, j))
    taken: dict[int, int] = {}
    used: set[int] = set()
    for negative, i, j in sorted(scored):
        if -negative >= MIN_SCORE and i not in taken and j not in used:
            taken[i] = j
            used.add(j)
    return tuple(Link(ours[i], theirs[taken[i]]) for i in sorted(taken))


def _likelihood(entry: Entry | None, stem: str) -> float:
    rank = entry.answers.get(stem) if entry else None
    return 0.0 if rank is None else 1 / (1 + rank)


def _likeness(one: str, two: str) -> float:
    if one == two:
        return SAME
    return ALIKE if len(one) >= ALIKE_CHARS and one[:ALIKE_CHARS] == two[:ALIKE_CHARS] else 0.0
