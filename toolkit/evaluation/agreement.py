"""How far judges of the same translations agree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from toolkit.evaluation.judgements import Judgement, Span, has_major

Pair = tuple[Judgement, Judgement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Of two judges on the `count` translations that both judged: in how many they agree whether
    there is a major or critical error, Cohen's kappa of that, and the share of spans that overlap.
    """

    judges: tuple[str, str]
    count: int
    same: int
    kappa: float | None
    overlap: float | None


def agreements(judgements: Iterable[Judgement]) -> list[Agreement]:
    """Of each two judges that judged the same translations, in the order of their names."""
    by_translation: dict[tuple[str, str], list[Judgement]] = {}
    for each in judgements:
        by_translation.setdefault((each.id, each.system), []).append(each)
    pairs: dict[tuple[str, str], list[Pair]] = {}
    for group in by_translation.values():
        for first, second in combinations(sorted(group, key=lambda each: each.judge), 2):
            pairs.setdefault((first.judge, second.judge), []).append((first, second))
    return [_agreement(judges, pairs[judges]) for judges in sorted(pairs)]


def kappa(first: Sequence[bool], second: Sequence[bool]) -> float | None:
    """Cohen's kappa of two judges' answers to the same questions: (p_o - p_e) / (1 - p_e), with the
    share p_o of equal answers and the share p_e that would be equal by chance.

    1 is perfect, 0 no better than chance; None where both always give the same one answer, or
    there are none. J. Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and
    Psychological Measurement 20 (1960), 37-46.
    """
    count = len(first)
    if not count:
        return None
    observed = sum(one == other for one, other in zip(first, second, strict=True)) / count
    yes, other_yes = sum(first) / count, sum(second) / count
    by_chance = yes * other_yes + (1 - yes) * (1 - other_yes)
    return None if by_chance == 1 else (observed - by_chance) / (1 - by_chance)


def span_overlap(pairs: Sequence[Pair]) -> float | None:
    """The share of both judges' spans that have a character in common with one of the other judge
    in the same text, from 0 to 1; None where neither marked any.

    This is the specific agreement on what is marked, or the F-measure of one judge by the other,
    which needs no count of what could have been marked: G. Hripcsak and A. S. Rothschild,
    "Agreement, the F-Measure, and Reliability in Information Retrieval", JAMIA 12 (2005), 296-298.
    """
    shared = marked = 0
    for first, second in pairs:
        for one, other in zip(_spans(first), _spans(second), strict=True):
            marked += len(one) + len(other)
            shared += sum(any(map(span.overlaps, other)) for span in one)
            shared += sum(any(map(span.overlaps, one)) for span in other)
    return shared / marked if marked else None


def _agreement(judges: tuple[str, str], pairs: Sequence[Pair]) -> Agreement:
    first, second = ([has_major(pair[at]) for pair in pairs] for at in (0, 1))
    return Agreement(
        judges=judges,
        count=len(pairs),
        same=sum(one == other for one, other in zip(first, second, strict=True)),
        kappa=kappa(first, second),
        overlap=span_overlap(pairs),
    )


def _spans(judgement: Judgement) -> tuple[list[Span], list[Span]]:
    """Of the source and of the target."""
    errors = judgement.errors
    return (
        [error.source for error in errors if error.source],
        [error.target for error in errors if error.target],
    )
