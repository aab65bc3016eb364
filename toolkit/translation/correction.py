"""What a model is asked to mend in its answer."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from toolkit.checks import Check
from toolkit.documents import Unanswered

MAX_HINTS = 3  # the words that are most to be doubted
MAX_MEANINGS = 3
MIN_PROBABILITY = 0.05


@dataclass(frozen=True, slots=True)
class Hint:
    """A word of the source as it is written there, and what it can mean."""

    word: str
    meanings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """The checks that an earlier answer failed, and hints for the words that it left unanswered."""

    failed: tuple[Check, ...] = ()
    hints: tuple[Hint, ...] = ()

    def for_piece(self, text: str) -> "Correction":
        """What of it is sure to be about `text`, a part of the source: which part a failed check
        is about can't be known.
        """
        return Correction(hints=tuple(hint for hint in self.hints if _holds(text, hint.word)))


NOTHING = Correction()


def _holds(text: str, word: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))


def hints_for(unanswered: Iterable[Unanswered]) -> tuple[Hint, ...]:
    """Hints for the words most to be doubted of which the lexicon has likely meanings."""
    doubted = sorted(unanswered, key=lambda each: (-each.weight, each.start))
    hints = [
        Hint(
            each.word,
            tuple(
                meaning.word
                for meaning in each.meanings[:MAX_MEANINGS]
                if meaning.probability >= MIN_PROBABILITY
            ),
        )
        for each in doubted
    ]
    return tuple(dict.fromkeys(hint for hint in hints if hint.meanings))[:MAX_HINTS]
