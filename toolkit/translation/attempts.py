"""In which ways a text is tried, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from toolkit.checks import Check
from toolkit.documents import Unanswered

# Shorter sentences have nothing to gain from being translated in pieces.
MIN_CHARS_FOR_PIECES = 100


@dataclass(frozen=True, slots=True, order=True)
class Request:
    """A text to translate, and what stands `before` it for a model to see but not to translate."""

    text: str
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One way of trying: with the careful prompt, in pieces, with a penalty on repeated tokens.

    `helps` names the checks that it may put right, none for all.
    """

    careful: bool = False
    pieces: bool = False
    penalty: bool = False
    helps: frozenset[str] = frozenset()

    def may_help(self, text: str, failed: Sequence[Check]) -> bool:
        if self.pieces and len(text) < MIN_CHARS_FOR_PIECES:
            return False
        return not self.helps or any(check.name in self.helps for check in failed)


# Pieces are complete but can be badly joined, so a lost name or day is rather flagged.
LOSING = frozenset({"echo", "numbers", "length", "unfinished", "repetition"})
STUCK = frozenset(
    {"empty", "lost", "echo", "unfinished", "repetition", "copied", "language", "length"}
)
NO_TRANSLATION = frozenset({"empty", "lost", "echo", "copied", "language"})
BY_LEXICON = frozenset({"coverage", "additions"})
FIRST = Strategy()
# What is tried next, in this order, as long as a check fails.
RETRIES = (
    Strategy(careful=True),
    Strategy(careful=True, pieces=True, helps=LOSING),
    Strategy(careful=True, penalty=True, helps=STUCK),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The best answer so far for one text, after `tries` tries."""

    text: str
    failed: tuple[Check, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    new_tokens: int = 0
    tries: int = 1

    @property
    def badness(self) -> tuple[bool, int, float, int]:
        """What is no translation at all is worse than any number of other faults. Of answers with
        as many faults the one that leaves least unanswered is best.
        """
        lost = any(check.name in NO_TRANSLATION for check in self.failed)
        faults = sum(check.name not in BY_LEXICON for check in self.failed)
        if lost:  # what covers more of a text that it doesn't translate is no better
            return lost, faults, 0.0, 0
        uncovered = sum(word.weight for word in self.unanswered)
        return lost, faults, uncovered, len(self.failed) - faults

    @property
    def sound(self) -> bool:
        return not self.failed and not self.unanswered
