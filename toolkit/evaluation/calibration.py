"""How well confidence and doubts agree with judges."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from toolkit.documents import Side
from toolkit.evaluation.judgements import Span
from toolkit.evaluation.meaning import LANGUAGES, JudgedTranslation
from toolkit.lexicon.words import words_of

BINS = 10


@dataclass(frozen=True, slots=True)
class Detection:
    """Of `wrong` things `hits` were named, and `named` in all."""

    wrong: int
    named: int
    hits: int

    @classmethod
    def of(cls, pairs: Iterable[tuple[bool, bool]]) -> "Detection":
        """Of things that are wrong, or not, and named, or not."""
        known = list(pairs)
        return cls(
            wrong=sum(wrong for wrong, _ in known),
            named=sum(named for _, named in known),
            hits=sum(wrong and named for wrong, named in known),
        )

    @property
    def precision(self) -> float:
        return self.hits / self.named if self.named else 0.0

    @property
    def recall(self) -> float:
        return self.hits / self.wrong if self.wrong else 0.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Translations of like confidence: their `count`, their mean `confidence`, and the share that
    is `right` in fact.
    """

    count: int
    confidence: float
    right: float


def area_under_curve(values: Sequence[float], truths: Sequence[bool]) -> float:
    """Of the ROC: the probability that a true one has the higher value, ties counting half. 0.5
    where all are alike.
    """
    true = [value for value, truth in zip(values, truths, strict=True) if truth]
    false = [value for value, truth in zip(values, truths, strict=True) if not truth]
    wins = sum((one > other) + 0.5 * (one == other) for one in true for other in false)
    return wins / (len(true) * len(false)) if true and false else 0.5


def reliability(confidences: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """By tenths of confidence; empty tenths are left out."""
    tenths: dict[int, list[tuple[float, bool]]] = {}
    for pair in zip(confidences, right, strict=True):
        tenths.setdefault(min(BINS - 1, int(pair[0] * BINS)), []).append(pair)
    return [
        Bin(
            len(pairs),
            sum(confidence for confidence, _ in pairs) / len(pairs),
            sum(right for _, right in pairs) / len(pairs),
        )
        for _, pairs in sorted(tenths.items())
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error, from 0 to 1: how far confidence is from the share that is
    right, on average over the translations. Naeini, Cooper and Hauskrecht 2015.
    """
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.confidence - each.right) for each in bins) / max(1, total)


def doubted_words(judged: Iterable[JudgedTranslation]) -> Mapping[Side, Detection]:
    """Of the words in the spans that judges marked, those that doubts name, by side."""
    pairs: dict[Side, list[tuple[bool, bool]]] = {"source": [], "target": []}
    for each in judged:
        texts = (each.judgement.source, each.judgement.target)
        for side, text, language in zip(pairs, texts, LANGUAGES, strict=True):
            marked = [getattr(error, side) for error in each.judgement.errors]
            doubts = [Span(doubt.start, doubt.end) for doubt in each.doubts if doubt.side == side]
            for word in words_of(text, language):
                place = Span(word.start, word.end)
                wrong = any(span.overlaps(place) for span in marked if span)
                pairs[side].append((wrong, any(span.overlaps(place) for span in doubts)))
    return {side: Detection.of(found) for side, found in pairs.items()}
