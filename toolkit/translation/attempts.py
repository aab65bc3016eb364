"""In which ways a text is tried, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from toolkit.checks import Check
from toolkit.documents import Unanswered
from toolkit.engines.base import TokenScore

# Shorter sentences have nothing to gain from being translated in pieces.
MIN_CHARS_FOR_PIECES = 100
# What full coverage by the lexicon is worth beside the log-probability of an answer.
COVERAGE_WEIGHT = 24.0
ADDITION_WEIGHT = 0.5  # taken off for what stands in the answer only
REVERSE_WEIGHT = 0.25  # of the log-probability of the source given the answer


@dataclass(frozen=True, slots=True, order=True)
class Request:
    """A text to translate, and what stands `before` it for a model to see but not to translate."""

    text: str
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One way of trying: with the first prompt again but a wider search, with the careful prompt,
    in pieces, with a penalty on repeated tokens, by samples; as a `last` resort only for what no
    other way put right.

    `helps` names the checks that it may put right, none for all.
    """

    wider: bool = False
    careful: bool = False
    pieces: bool = False
    penalty: bool = False
    sampled: bool = False
    last: bool = False
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
# What is tried next, in this order, as long as a check fails; a wider search first where the model
# was not sure of a sound answer.
RETRIES = (
    Strategy(wider=True),
    Strategy(careful=True),
    Strategy(careful=True, pieces=True, helps=LOSING),
    Strategy(careful=True, penalty=True, helps=STUCK),
    Strategy(wider=True, last=True),
    Strategy(careful=True, sampled=True, last=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One answer for a text. `log_prob` is the model's, `covered` the share of the source's words
    that it answers, `added` the weight of those that nothing in the source calls for, both None
    without a lexicon. `tokens` are those of the answer that stand in `text`.
    """

    text: str
    failed: tuple[Check, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    log_prob: float = 0.0
    reverse: float = 0.0
    covered: float | None = None
    added: float | None = None
    new_tokens: int = 0
    tokens: tuple[TokenScore, ...] = ()

    def worth(self, *, by_model: bool = True) -> tuple[bool, int, float]:
        """What is no translation at all is worth less than any number of other faults; of answers
        with as many faults the likeliest that answers most of the source is worth most. The
        model's own log-probability counts `by_model` only.
        """
        translated = self.translates
        own = self.log_prob if by_model else 0.0
        score = own + REVERSE_WEIGHT * self.reverse - ADDITION_WEIGHT * (self.added or 0.0)
        # What answers more of a text that it doesn't translate is no better.
        covered = 1.0 if self.covered is None else self.covered
        return translated, -self.faults, score + COVERAGE_WEIGHT * covered * translated

    @property
    def faults(self) -> int:
        """How much is wrong by other checks than the lexicon's: two lost names are two."""
        others = (check for check in self.failed if check.name not in BY_LEXICON)
        return sum(max(1, len(check.values)) for check in others)

    @property
    def translates(self) -> bool:
        """Whether it is a translation at all."""
        return not any(check.name in NO_TRANSLATION for check in self.failed)

    @property
    def sound(self) -> bool:
        return not self.failed and not self.unanswered

    def sure(self, min_log_prob: float) -> bool:
        """Whether the model was, by the mean over the answer's tokens; not where it can't tell."""
        return 0 > self.log_prob >= min_log_prob * max(1, self.new_tokens)


def best_first(attempts: Sequence[Attempt]) -> list[Attempt]:
    """By their worth. Where the model can't tell the log-probability of one, none counts: zero
    would be better than any.
    """
    known = all(each.log_prob for each in attempts if each.text)
    return sorted(attempts, key=lambda each: each.worth(by_model=known), reverse=True)
