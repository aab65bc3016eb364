"""One probability made of a few signals."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from toolkit.engines.base import EngineInfo
from toolkit.files import read_toml
from toolkit.translation.attempts import NO_TRANSLATION
from toolkit.translation.confidence.signals import SIGNALS, Observation

DATA = Path(__file__).with_name("estimators.toml")
MEASURED_LANGUAGES = ("fr", "en")
MAX_LOG_ODDS = 30.0  # beyond it nothing changes but that numbers overflow
ANY_MODEL = "any"  # the name of the estimators for models that were never measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimator:
    """A logistic regression on the signals that `weights` names, fitted on judged
    translations by `model`.
    """

    model: str
    bias: float
    weights: Mapping[str, float]

    def probability(self, seen: Observation) -> float | None:
        """That there is no error in the meaning; None where a signal is missing."""
        total = self.bias
        for name, weight in self.weights.items():
            value = SIGNALS[name](seen)
            if value is None:
                return None
            total += weight * value
        return 1 / (1 + math.exp(-max(-MAX_LOG_ODDS, min(total, MAX_LOG_ODDS))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """The `estimators` for one model, the best first: each asks for less than the one before."""

    estimators: tuple[Estimator, ...]

    @property
    def measured_on(self) -> str:
        """The model whose translations were judged, ANY_MODEL where none of this one's were."""
        return self.estimators[0].model

    def of(self, seen: Observation) -> float | None:
        """The probability that a translation misleads nobody; 0 for what is none, and None where
        too little is known.
        """
        if any(check.name in NO_TRANSLATION for check in seen.attempt.failed):
            return 0.0
        estimates = (each.probability(seen) for each in self.estimators)
        return next((each for each in estimates if each is not None), None)


def confidence_for(info: EngineInfo, languages: tuple[str, str]) -> Confidence:
    """That of a model by its id, or a rough one for models and languages that were never measured.
    A server's model may have any name.
    """
    measured = languages == MEASURED_LANGUAGES and info.engine != "endpoint"
    return confidence_of(info.model if measured else ANY_MODEL)


def confidence_of(model: str) -> Confidence:
    """That of French to English by a model of the catalogue."""
    known = _estimators()
    own = tuple(each for each in known if each.model == model)
    return Confidence(estimators=own or tuple(each for each in known if each.model == ANY_MODEL))


@cache
def _estimators() -> tuple[Estimator, ...]:
    value: dict[str, Any] = read_toml(DATA)
    return tuple(
        Estimator(model=each["model"], bias=each["bias"], weights=each["weights"])
        for each in value["estimators"]
    )
