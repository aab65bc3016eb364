"""Two systems on the same items: differences with their significance, and where they lie."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from toolkit.errors import UsageError
from toolkit.evaluation.answers import Answer
from toolkit.evaluation.folders import Outcome, Run
from toolkit.evaluation.metrics import SEED, CorpusMetric, Score, references_of
from toolkit.evaluation.registry import METRICS
from toolkit.evaluation.suites import SuiteTask

SAMPLES = 1000  # bootstrap resamples
SHUFFLES = 10_000
MOST_SEGMENTS = 10
# By which documents are won and segments differ.
MAIN_METRIC: dict[SuiteTask, str] = {
    "translation": "chrF2++",
    "summaries": "ROUGE-L",
    "cleaning": "kept F1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One metric for a baseline and a candidate. `p_bootstrap` is from paired bootstrap resampling
    (Koehn 2004), `p_randomization` from approximate randomization (Riezler and Maxwell 2005); both
    are two-sided.
    """

    metric: str
    baseline: float
    candidate: float
    p_bootstrap: float
    p_randomization: float
    higher_is_better: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The answers to one item, with their values by the main metric."""

    baseline: Answer
    candidate: Answer
    values: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`won`, `lost` and `tied` are names of documents as the candidate did on them."""

    part: str
    names: tuple[str, str]
    main_metric: str
    differences: tuple[Difference, ...]
    won: tuple[str, ...]
    lost: tuple[str, ...]
    tied: tuple[str, ...]
    pairs: tuple[Pair, ...]


def compare(first: tuple[Run, str], second: tuple[Run, str], *, part: str) -> Comparison:
    """The system named in `second` against the one in `first`, the baseline.

    Answers are paired by their items. Raises UsageError when there is no such part or system, when
    the items or references differ, and when no metric is of both.
    """
    baseline, candidate = _outcome(first, part), _outcome(second, part)
    digests = first[0].digest(part), second[0].digest(part)
    if digests[0] != digests[1]:
        raise UsageError(
            f"{first[0].name} and {second[0].name} can't be compared on {part}: they were scored "
            f"on other items or references ({digests[0][:19]}… and {digests[1][:19]}…)"
        )
    candidate = candidate.in_order_of(baseline.ids)
    scores = [score for score in baseline.scores if candidate.score(score.metric)]
    shared = [score.metric for score in scores]
    if not shared:
        raise UsageError(f"{_name(first)} and {_name(second)} have no metric of {part} in common")
    main = main_metric(first[0].record.parts[part].task, scores)
    values = (_values(baseline, main), _values(candidate, main))
    documents = [answer.item.document for answer in baseline.answers]
    won, lost, tied = _documents(documents, *values, better=direction(baseline, main))
    pairs = [
        Pair(baseline=a, candidate=b, values=(x, y))
        for a, b, x, y in zip(baseline.answers, candidate.answers, *values, strict=True)
    ]
    pairs.sort(key=lambda pair: -abs(pair.values[0] - pair.values[1]))
    return Comparison(
        part=part,
        names=(_name(first), _name(second)),
        main_metric=main,
        differences=tuple(_differences(baseline, candidate, shared)),
        won=won,
        lost=lost,
        tied=tied,
        pairs=tuple(each for each in pairs[:MOST_SEGMENTS] if each.values[0] != each.values[1]),
    )


def main_metric(task: SuiteTask, scores: Sequence[Score]) -> str:
    """That of the task; where it needs references that there are not, the first of `scores` that
    tells better from worse, if one does.
    """
    main = MAIN_METRIC[task]
    metrics = [score.metric for score in scores]
    telling = [score.metric for score in scores if score.higher_is_better is not None]
    return main if main in metrics else next(iter(telling or metrics), main)


def _name(place: tuple[Run, str]) -> str:
    return f"{place[0].name}:{place[1]}"


def _outcome(place: tuple[Run, str], part: str) -> Outcome:
    run, system = place
    found = [each for each in run.of(part) if each.system == system]
    if not found:
        known = ", ".join(f"{outcome.part}:{outcome.system}" for outcome in run.outcomes)
        raise UsageError(f"{run.name} has no {part}:{system}; it has {known}")
    return found[0]


def _values(outcome: Outcome, metric: str) -> tuple[float, ...]:
    score = outcome.score(metric)
    assert score
    return score.values


def direction(outcome: Outcome, metric: str) -> int:
    """-1 for a metric of which less is better, else 1."""
    score = outcome.score(metric)
    return -1 if score and score.higher_is_better is False else 1


def _documents(
    documents: Sequence[str], first: Sequence[float], second: Sequence[float], *, better: int
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """By the mean over the items of each document."""
    differences: dict[str, float] = {}
    for document, a, b in zip(documents, first, second, strict=True):
        differences[document] = differences.get(document, 0.0) + better * (b - a)
    won = [name for name, difference in differences.items() if difference > 0]
    lost = [name for name, difference in differences.items() if difference < 0]
    tied = [name for name, difference in differences.items() if difference == 0]
    return tuple(won), tuple(lost), tuple(tied)


def _differences(
    baseline: Outcome, candidate: Outcome, metrics: Sequence[str]
) -> Iterator[Difference]:
    for name in metrics:
        first, second = baseline.score(name), candidate.score(name)
        assert first
        assert second
        p_values = p_values_of(name, baseline, candidate)
        yield Difference(
            metric=name,
            baseline=first.value,
            candidate=second.value,
            p_bootstrap=p_values[0],
            p_randomization=p_values[1],
            higher_is_better=first.higher_is_better,
        )


def p_values_of(metric: str, baseline: Outcome, candidate: Outcome) -> tuple[float, float]:
    """Two-sided p of their difference in a metric: paired bootstrap, and approximate randomization.
    Their answers are in one order.
    """
    known = METRICS.get(metric)
    if isinstance(known, CorpusMetric):
        return _corpus_p_values(known, baseline.answers, candidate.answers)
    return paired_p_values(_values(baseline, metric), _values(candidate, metric))


def paired_p_values(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """Two-sided p of a difference in means: paired bootstrap, and approximate randomization."""
    differences = np.asarray(second, dtype=float) - np.asarray(first, dtype=float)
    real = abs(differences.mean())
    if not differences.any():
        return 1.0, 1.0
    rng = np.random.default_rng(SEED)
    chosen = rng.choice(len(differences), size=(SAMPLES, len(differences)))
    centred = np.abs(differences[chosen].mean(axis=1) - differences.mean())
    signs = rng.choice((-1.0, 1.0), size=(SHUFFLES, len(differences)))
    shuffled = np.abs((signs * differences).mean(axis=1))
    tiny = 1e-12  # sums in another order
    return (
        (int((centred >= real - tiny).sum()) + 1) / (SAMPLES + 1),
        (int((shuffled >= real - tiny).sum()) + 1) / (SHUFFLES + 1),
    )


def _corpus_p_values(
    metric: CorpusMetric, first: Sequence[Answer], second: Sequence[Answer]
) -> tuple[float, float]:
    """By sacrebleu's own tests, which resample the statistics of the segments."""
    from sacrebleu.significance import PairedTest, Result

    systems: list[tuple[str, Sequence[str]]] = [
        (name, [each.text for each in side]) for name, side in (("a", first), ("b", second))
    ]
    if systems[0][1] == systems[1][1]:
        return 1.0, 1.0
    found = []
    for kind, samples in (("bs", SAMPLES), ("ar", SHUFFLES)):
        test = PairedTest(
            systems,
            {metric.name: CorpusMetric(metric.name).metric},
            references_of(first),
            test_type=kind,
            n_samples=samples,
        )
        _, results = test()
        key = next(name for name in results if name != "System")
        result = results[key][1]
        assert isinstance(result, Result)
        found.append(1.0 if result.p_value is None else result.p_value)
    # Its randomization counts shuffles that differ more than the systems, not those that differ as
    # much; where few answers differ, one in 2 ** (differing - 1) does that at least.
    differing = sum(a != b for a, b in zip(systems[0][1], systems[1][1], strict=True))
    return found[0], max(found[1], 2.0 ** (1 - differing))
