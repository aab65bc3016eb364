"""How likely each line is the article's: a logistic formula of what judging it found.

It changes no verdict. Its weights stand in `probability.toml`, which eval/fit_probability.py made
of lines labelled by hand.
"""

import math
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from operator import mul
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

WEIGHTS_FILE = Path(__file__).with_name("probability.toml")
MOST_FOR = 4.0  # points; beyond them a line is as good, or as bad, as it gets
MOST_AGAINST = 8.0
REACH = 2  # lines on either side that are neighbours
FAR = 10  # lines; beyond them it is all the same how far an edge is


class Signals(NamedTuple):
    """What is known of a line: its points for and against, whether it stands in the run of lines
    that is the article, and whether it stays. Of one that stays also the mean points of its
    neighbours, and how many lines it is from the first and from the last of the article.
    """

    points_for: float
    points_against: float
    inside: float
    kept: float
    neighbours: float = 0.0
    from_start: float = 0.0
    from_end: float = 0.0


class Weights(BaseModel):
    """The fitted file: log-odds that a line is the article's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bias: float
    weights: Signals


@cache
def weights() -> Weights:
    return Weights.model_validate(tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8")))


def signals_of(lines: Sequence[tuple[float, bool]]) -> Iterator[Signals]:
    """Those of each line of a page that has text, by its score and whether it is the article's."""
    kept = [place for place, (_, stays) in enumerate(lines) if stays]
    first, last = (kept[0], kept[-1]) if kept else (len(lines), -1)
    points = [max(-MOST_FOR, min(score, MOST_FOR)) for score, _ in lines]
    for place, (score, stays) in enumerate(lines):
        own = _own_signals(score, stays or first < place < last, stays)
        if not stays:
            yield own
            continue
        near = points[max(0, place - REACH) : place + REACH + 1]
        yield own._replace(
            neighbours=(sum(near) - points[place]) / max(1, len(near) - 1),
            from_start=min(place - first, FAR),
            from_end=min(last - place, FAR),
        )


@lru_cache(maxsize=4096)  # most lines are furniture, and few scores are theirs
def _own_signals(score: float, inside: bool, kept: bool) -> Signals:
    for_it, against = max(0.0, min(score, MOST_FOR)), max(-MOST_AGAINST, min(score, 0.0))
    return Signals(for_it, against, float(inside), float(kept))


def probabilities(lines: Sequence[tuple[float, bool]]) -> Iterator[float]:
    """From 0 to 1, for what `signals_of` takes."""
    fitted = weights()
    known: dict[Signals, float] = {}
    for signals in signals_of(lines):
        if signals not in known:
            odds = fitted.bias + sum(map(mul, fitted.weights, signals))
            known[signals] = 1 / (1 + math.exp(-odds))
        yield known[signals]
