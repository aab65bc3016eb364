"""Scores behind one seam: a value with its signature, its interval, and what each item adds to it.

Intervals are of 95 % from 1,000 bootstrap resamples of the items (Efron 1979; for corpus scores
Koehn 2004), with a fixed seed.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np

from toolkit.evaluation.answers import Answer
from toolkit.segmentation import split_sentences

RESAMPLES, SEED = 1000, 12345
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`values` holds one value for each item, in their order; `low` and `high` bound 95 %."""

    metric: str
    value: float
    low: float
    high: float
    signature: str
    values: tuple[float, ...]
    higher_is_better: bool | None = True


class Metric(Protocol):
    """Scores answers that belong together, such as those of one system on one corpus."""

    @property
    def name(self) -> str: ...

    def score(self, answers: Sequence[Answer]) -> Score: ...


@dataclass(frozen=True)
class CorpusMetric:
    """One of sacrebleu's, over all items at once; an item's own value is its sentence score."""

    name: str
    higher_is_better: bool = True

    @cached_property
    def metric(self) -> Any:
        from sacrebleu.metrics.bleu import BLEU
        from sacrebleu.metrics.chrf import CHRF
        from sacrebleu.metrics.ter import TER

        kinds: dict[str, Callable[[], Any]] = {
            "BLEU": BLEU,
            "chrF2++": lambda: CHRF(word_order=2),
            "TER": TER,
        }
        metric = kinds[self.name]()
        compute = metric._compute_score_from_stats

        def in_floats(statistics: Any) -> Any:
            """sacrebleu gives some in numpy's kind and others not, and can't take their mean."""
            score = compute(statistics)
            score.score = float(score.score)
            return score

        metric._compute_score_from_stats = in_floats
        return metric

    def score(self, answers: Sequence[Answer]) -> Score:
        texts, references = [answer.text for answer in answers], references_of(answers)
        found = self.metric.corpus_score(texts, references, n_bootstrap=RESAMPLES)
        low, high = float(found._mean - found._ci), float(found._mean + found._ci)
        return Score(
            metric=self.name,
            value=float(found.score),
            low=low,
            high=high,
            signature=str(self.metric.get_signature()),
            values=tuple(self._sentence(each) for each in answers),
            higher_is_better=self.higher_is_better,
        )

    def _sentence(self, answer: Answer) -> float:
        from sacrebleu.metrics.bleu import BLEU

        metric = BLEU(effective_order=True) if self.name == "BLEU" else self.metric
        return float(metric.sentence_score(answer.text, list(answer.item.references)).score)


def references_of(answers: Sequence[Answer]) -> list[list[str]]:
    """By reference, then item, as sacrebleu wants them; items may have fewer than others."""
    most = max(len(answer.item.references) for answer in answers)
    return [
        [
            each.item.references[number] if number < len(each.item.references) else ""
            for each in answers
        ]
        for number in range(most)
    ]


class UnicodeTokenizer:
    """Words of letters and digits in any script, in lower case; for plain English the same words
    as the default one of rouge-score.
    """

    def tokenize(self, text: str) -> list[str]:
        return re.findall(r"[^\W_]+", text.lower())


@dataclass(frozen=True)
class Rouge:
    """The F-measure of rouge-score; of several references the best counts (Lin 2004)."""

    name: str

    @cached_property
    def _scorer(self) -> Any:
        from rouge_score.rouge_scorer import RougeScorer

        return RougeScorer([self._kind], tokenizer=UnicodeTokenizer())

    @property
    def _kind(self) -> str:
        return self.name.lower().replace("-", "").replace("rougel", "rougeL")

    def score(self, answers: Sequence[Answer]) -> Score:
        def value(answer: Answer) -> float:
            targets = [_by_line(reference) for reference in answer.item.references]
            found = self._scorer.score_multi(targets, _by_line(answer.text))
            return 100 * float(found[self._kind].fmeasure)

        count = max(len(each.item.references) for each in answers)
        signature = f"{self.name}|nrefs:{count}|max|f1|tok:unicode|stem:no"
        return mean_score(
            self.name,
            [value(each) for each in answers],
            signature=f"{signature}|version:{version('rouge-score')}",
        )


def _by_line(text: str) -> str:
    """A sentence a line, as ROUGE-Lsum wants it."""
    return "\n".join(segment.text for segment in split_sentences(text) if segment.text)


@dataclass(frozen=True)
class Mean:
    """The mean of a value of each item."""

    name: str
    value: Callable[[Answer], float]
    signature: str
    higher_is_better: bool | None = True

    def score(self, answers: Sequence[Answer]) -> Score:
        return mean_score(
            self.name,
            [self.value(answer) for answer in answers],
            signature=f"{self.name}|mean|{self.signature}",
            higher_is_better=self.higher_is_better,
        )


def mean_score(
    name: str, values: Sequence[float], *, signature: str, higher_is_better: bool | None = True
) -> Score:
    """Raises ValueError for no values."""
    if not values:
        raise ValueError(f"{name}: there is nothing to score")
    array = np.asarray(values, dtype=float)
    chosen = np.random.default_rng(SEED).choice(len(array), size=(RESAMPLES, len(array)))
    low, high = np.percentile(array[chosen].mean(axis=1), [2.5, 97.5])
    return Score(
        metric=name,
        value=float(array.mean()),
        low=float(low),
        high=float(high),
        signature=f"{signature}|bs:{RESAMPLES}|seed:{SEED}",
        values=tuple(map(float, array)),
        higher_is_better=higher_is_better,
    )


def words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def fragments(summary: str, article: str) -> list[int]:
    """The lengths of the longest runs of words that the summary shares with the article, from its
    left to its right: the extractive fragments of Grusky, Naaman and Artzi (2018).
    """
    summarized, known = words(summary), words(article)
    places: dict[str, list[int]] = {}
    for place, word in enumerate(known):
        places.setdefault(word, []).append(place)
    lengths, at = [], 0
    while at < len(summarized):
        best = 0
        for place in places.get(summarized[at], ()):
            length = 0
            while (
                at + length < len(summarized)
                and place + length < len(known)
                and summarized[at + length] == known[place + length]
            ):
                length += 1
            best = max(best, length)
        if best:
            lengths.append(best)
        at += max(best, 1)
    return lengths


def coverage(summary: str, article: str) -> float:
    """The share of the summary's words that are part of such a run, from 0 to 1."""
    count = len(words(summary))
    return sum(fragments(summary, article)) / count if count else 0.0


def density(summary: str, article: str) -> float:
    """The mean length of the run that a word of the summary belongs to, in words."""
    count = len(words(summary))
    return sum(fragment**2 for fragment in fragments(summary, article)) / count if count else 0.0


def compression(summary: str, article: str) -> float:
    """How many words of the article come to one of the summary."""
    count = len(words(summary))
    return len(words(article)) / count if count else 0.0


def novel(summary: str, article: str, size: int) -> float:
    """The share of runs of `size` words that the article doesn't have, from 0 to 1."""

    def runs(text: str) -> list[tuple[str, ...]]:
        found = words(text)
        return [tuple(found[at : at + size]) for at in range(len(found) - size + 1)]

    own, known = runs(summary), set(runs(article))
    return sum(run not in known for run in own) / len(own) if own else 0.0


class Terms:
    """The share of glossary terms that the translations hold, over all that the sources have."""

    name = "terms kept"

    def score(self, answers: Sequence[Answer]) -> Score:
        """100 where the sources hold no term."""
        counts = np.asarray([(answer.terms_kept, answer.terms) for answer in answers], dtype=float)
        chosen = np.random.default_rng(SEED).choice(len(counts), size=(RESAMPLES, len(counts)))
        sums = counts[chosen].sum(axis=1)
        shares = 100 * sums[sums[:, 1] > 0, 0] / sums[sums[:, 1] > 0, 1]
        low, high = np.percentile(shares, [2.5, 97.5]) if len(shares) else (100.0, 100.0)
        kept, wanted = counts.sum(axis=0)
        return Score(
            metric=self.name,
            value=float(100 * kept / wanted) if wanted else 100.0,
            low=float(low),
            high=float(high),
            signature=f"{self.name}|of all|bs:{RESAMPLES}|seed:{SEED}",
            values=tuple(100 * a.terms_kept / a.terms if a.terms else 100.0 for a in answers),
        )
