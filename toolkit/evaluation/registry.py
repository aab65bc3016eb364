"""All metrics by name, and those that each task gets."""

from collections.abc import Callable, Iterable, Sequence

from toolkit.errors import UsageError
from toolkit.evaluation.answers import Answer
from toolkit.evaluation.bertscore import BertScore
from toolkit.evaluation.facts import fact_precision, fact_recall, share_told
from toolkit.evaluation.metrics import (
    CorpusMetric,
    Mean,
    Metric,
    Rouge,
    Score,
    Terms,
    compression,
    coverage,
    density,
    novel,
)

LOOKED_UP = ("names", "numbers", "dates", "quotation")


def _word_count(answer: Answer) -> int:
    return sum(word != "-" for word in answer.text.split())


def _unsupported(answer: Answer) -> float:
    """Not what a translation lost: that is flagged, and supported by the article all the same."""
    return 100.0 * any(
        check.name in LOOKED_UP and check.relation == "unsupported" for check in answer.failed
    )


def _novel(size: int) -> Callable[[Answer], float]:
    return lambda answer: 100 * novel(answer.text, answer.copied_from, size)


def _told(*, central: bool) -> Callable[[Answer], float]:
    return lambda answer: 100 * share_told(answer.text, answer.item.facts, central=central)


_ALL: tuple[Metric, ...] = (
    CorpusMetric("BLEU"),
    CorpusMetric("chrF2++"),
    CorpusMetric("TER", higher_is_better=False),
    *(Rouge(f"ROUGE-{kind}") for kind in ("1", "2", "L", "Lsum")),
    Mean("fact recall", lambda a: 100 * fact_recall(a.text, a.item.facts), "central:2"),
    Mean("central facts", _told(central=True), "of the central ones"),
    Mean("other facts", _told(central=False), "of the others"),
    Mean("fact precision", lambda a: 100 * fact_precision(a.text, a.item.facts), "sentences"),
    Mean("unsupported", _unsupported, "names, numbers, dates, quotations", False),
    Mean("flagged", lambda a: 100.0 * bool(a.failed), "any check", False),
    # Each model has a scale of its own, so it says nothing about which is better.
    Mean("confidence", lambda a: 100 * (a.confidence or 0.0), "of misleading nobody", None),
    Mean("limit kept", lambda a: 100.0 * (_word_count(a) <= a.max_words), "words"),
    Mean("words", _word_count, "words", None),
    Mean("coverage", lambda a: 100 * coverage(a.text, a.copied_from), "Grusky 2018", None),
    Mean("density", lambda a: density(a.text, a.copied_from), "Grusky 2018", None),
    Mean("compression", lambda a: compression(a.text, a.copied_from), "words", None),
    Mean("novel pairs", _novel(2), "word 2-grams", None),
    Mean("novel triples", _novel(3), "word 3-grams", None),
    Mean("kept precision", lambda a: 100 * a.precision, "characters"),
    Mean("kept recall", lambda a: 100 * a.recall, "characters"),
    Mean("kept F1", lambda a: 100 * _f1(a.precision, a.recall), "characters"),
    Terms(),
    BertScore(),
)
METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
_BY_NAME = {name.casefold(): name for name in METRICS}
# A run that is read gives what it recorded of these, without the model that they need.
RECORDED = frozenset(("BERTScore",))


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


# What they need beside the text: references, facts, and the text in the language of the summary.
REQUIRES_REFERENCES = frozenset(
    metric.name for metric in _ALL if isinstance(metric, CorpusMetric | Rouge | BertScore)
)
REQUIRES_FACTS = frozenset(("fact recall", "central facts", "other facts", "fact precision"))
REQUIRES_SOURCE = frozenset(("coverage", "density", "compression", "novel pairs", "novel triples"))
TRANSLATION = ("BLEU", "chrF2++", "TER", "terms kept", "flagged", "confidence")
SUMMARIES = (
    "ROUGE-1",
    "ROUGE-2",
    "ROUGE-L",
    "ROUGE-Lsum",
    "fact recall",
    "central facts",
    "other facts",
    "fact precision",
    "unsupported",
    "flagged",
    "limit kept",
    "words",
    "coverage",
    "density",
    "compression",
    "novel triples",
)
CLEANING = ("kept precision", "kept recall", "kept F1")


def metrics_named(written: Iterable[str]) -> list[str]:
    """The metrics that are named, in any case, each once; several may stand between commas.

    Raises UsageError for an unknown one.
    """
    wanted = [" ".join(name.split()) for each in written for name in each.split(",")]
    if unknown := [name for name in wanted if name.casefold() not in _BY_NAME]:
        named = ", ".join(name or "without a name" for name in unknown)
        raise UsageError(f"no metric {named}; toolkit eval list names them")
    return list(dict.fromkeys(_BY_NAME[name.casefold()] for name in wanted))


def score(metrics: Iterable[str], answers: Sequence[Answer]) -> list[Score]:
    """By each metric that the answers have what it needs for. Raises UsageError for no answers."""
    if not answers:
        raise UsageError("there is nothing to score")
    return [METRICS[name].score(answers) for name in possible(metrics, answers)]


def possible(metrics: Iterable[str], answers: Sequence[Answer]) -> list[str]:
    """The metrics that the answers have what it needs for."""
    missing = set[str]()
    if not all(answer.item.references for answer in answers):
        missing |= REQUIRES_REFERENCES
    if not all(answer.item.facts for answer in answers):
        missing |= REQUIRES_FACTS
    if any(answer.confidence is None for answer in answers):
        missing.add("confidence")
    if not any(each.copied_from for each in answers):
        missing |= REQUIRES_SOURCE
    return [name for name in metrics if name not in missing]
