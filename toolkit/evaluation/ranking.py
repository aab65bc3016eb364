"""The models that a run compares, the best first, and which of them is best here."""

from collections.abc import Mapping
from dataclasses import dataclass

from toolkit.evaluation.compare import direction, main_metric, p_values_of, paired_p_values
from toolkit.evaluation.facts import facts_stated, weight
from toolkit.evaluation.folders import Outcome, Run
from toolkit.evaluation.records import Made

SIGNIFICANT = 0.05
FACTS = "fact recall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """One model with its answers. `p` is of its difference to the best one, by approximate
    randomization; the best has none.
    """

    outcome: Outcome
    made: Made
    p: float | None

    @property
    def name(self) -> str:
        return self.outcome.system

    @property
    def seconds_an_item(self) -> float:
        return self.outcome.seconds / len(self.outcome.answers)

    @property
    def words_a_second(self) -> float:
        """Of the source; zero where nothing took any time."""
        words = sum(len(answer.item.source.split()) for answer in self.outcome.answers)
        return words / self.outcome.seconds if self.outcome.seconds else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """One part: its models, the best by `metric` first, and why others have no place. `tested` says
    what p is over.
    """

    part: str
    metric: str
    tested: str
    models: tuple[Ranked, ...]
    failed: Mapping[str, str]

    def verdict(self) -> str:
        """Which model is best here, and what can't be told."""
        if not self.models:
            return "No model could be measured."
        best, *others = self.models
        if not others:
            return f"Only {best.name} was measured."
        near = [each for each in self.models if each.p is None or each.p >= SIGNIFICANT]
        names = ", ".join(each.name for each in near[1:])
        if not names:
            than = "the other" if len(others) == 1 else "all others"
            return f"Best here: {best.name}, significantly better than {than} by {self.metric}."
        quick = min(near, key=lambda each: each.seconds_an_item)
        small = min(near, key=lambda each: each.made.peak_mb or 0)
        least = "takes the least memory"
        which = f"the quickest, and {small.name} {least}"
        if quick is small:
            which = f"the quickest and {least}"
        return (
            f"No single best here: {best.name} is first by {self.metric}, but not "
            f"significantly better than {names}. Of these, {quick.name} is {which}."
        )


def compared_parts(run: Run) -> list[str]:
    """The parts in which models were compared, also if all of them failed; not those of which no
    metric tells better from worse.
    """
    comparing = {part.name for part in run.record.suite.parts if part.each_model}
    return [name for name in run.record.parts if name in comparing and _is_compared(run, name)]


def _is_compared(run: Run, part: str) -> bool:
    scores = [score for outcome in run.of(part) for score in outcome.scores]
    if not scores:
        return bool(run.record.parts[part].failed)
    return any(score.higher_is_better is not None for score in scores)


def rank(run: Run, part: str) -> Ranking:
    """The best by chrF2++ or by the facts that are told, where there are such references."""
    record = run.record.parts[part]
    outcomes = run.of(part)
    if not outcomes:
        return Ranking(part=part, metric="", tested="", models=(), failed=record.failed)
    first = outcomes[0]
    metric = FACTS if first.score(FACTS) else main_metric(record.task, first.scores)
    better = direction(first, metric)
    outcomes.sort(key=lambda each: -better * _value(each, metric))
    best, *others = outcomes
    facts = sum(len(answer.item.facts) for answer in best.answers)
    return Ranking(
        part=part,
        metric=metric,
        tested=f"{facts} facts" if metric == FACTS else f"{record.items} items",
        models=tuple(
            Ranked(
                outcome=each,
                made=record.systems[each.system],
                p=None if each is best else _p(metric, best, each),
            )
            for each in (best, *others)
        ),
        failed=record.failed,
    )


def _value(outcome: Outcome, metric: str) -> float:
    score = outcome.score(metric)
    return score.value if score else 0.0


def _p(metric: str, best: Outcome, other: Outcome) -> float:
    """Of facts one by one: no test can tell models apart on a handful of articles."""
    if metric == FACTS:
        return paired_p_values(_facts(best), _facts(other))[1]
    return p_values_of(metric, best, other)[1]


def _facts(outcome: Outcome) -> list[float]:
    """What each fact of each article adds to the fact recall, in proportion."""
    return [
        stated * weight(fact) / sum(map(weight, answer.item.facts))
        for answer in outcome.answers
        for fact, stated in zip(
            answer.item.facts, facts_stated(answer.text, answer.item.facts), strict=True
        )
    ]
