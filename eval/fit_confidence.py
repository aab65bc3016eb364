"""Fit the estimators of confidence on judged translations, and write them where they are read.

Logistic regressions on the tune part of eval/gold/meaning; the test part is never looked at. Needs
the extra `fit`.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from toolkit.evaluation.calibration import area_under_curve, calibration_error, reliability
from toolkit.evaluation.meaning import JUDGED, SCORES, JudgedTranslation, load_judged
from toolkit.files import read_whole, sha256_of
from toolkit.translation.confidence.estimator import ANY_MODEL, DATA
from toolkit.translation.confidence.signals import LIKELY, SIGNALS

MEANING = Path(__file__).parent / "gold/meaning"
BY_LEXICON = ("uncovered", "added", "failed_checks")
# What is asked for, the best first; the next one does where an engine, or the lack of a lexicon,
# leaves a signal out.
CHOSEN = (
    ("log_probability", *BY_LEXICON),
    ("log_probability", "failed_checks"),
    (*BY_LEXICON, "length"),
)
PARTED_BY = ("sources.jsonl", "parts.json")
STRENGTH = 0.3  # the inverse of the penalty on weights
FOLDS = 8


def values(judged: Sequence[JudgedTranslation], signals: Sequence[str]) -> np.ndarray:
    """Of shape (translations, signals)."""
    rows = [[SIGNALS[name](each.seen) for name in signals] for each in judged]
    return np.array(rows, dtype=float)


def fitted(
    judged: Sequence[JudgedTranslation], signals: Sequence[str]
) -> tuple[float, dict[str, float]]:
    """The bias and the weights of the signals as they are, not as they are spread. A fault that
    would speak for a translation, as it may where few have it, is left out.
    """
    right = [not each.misleads for each in judged]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH))
    model.fit(values(judged, signals), right)
    spread, regression = model[0], model[1]
    weights = regression.coef_[0] / spread.scale_
    bias = regression.intercept_[0] - float(weights @ spread.mean_)
    named = dict(zip(signals, map(float, weights), strict=True))
    sensible = [name for name in signals if (named[name] > 0) == (name in LIKELY)]
    return (float(bias), named) if len(sensible) == len(signals) else fitted(judged, sensible)


def report(name: str, judged: Sequence[JudgedTranslation], signals: Sequence[str]) -> None:
    """How well it does on documents that were left out."""
    right = np.array([not each.misleads for each in judged])
    folds = GroupKFold(min(FOLDS, len({each.document for each in judged})))
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH))
    found = cross_val_predict(
        model,
        values(judged, signals),
        right,
        groups=[each.document for each in judged],
        cv=folds,
        method="predict_proba",
    )[:, 1]
    area = area_under_curve(list(found), list(right))
    error = calibration_error(reliability(list(found), list(right)))
    print(f"{name:<32} {area:.3f}  {error:.3f}  {', '.join(signals)}")


def estimators(judged: Sequence[JudgedTranslation]) -> Iterator[str]:
    by_model: dict[str, list[JudgedTranslation]] = {}
    for each in judged:
        by_model.setdefault(each.model, []).append(each)
    by_model[ANY_MODEL] = list(judged)
    print(f"{'model':<32} area   error  (of documents left out)")
    for model, group in by_model.items():
        # How likely an unknown model finds its answers says nothing that was ever measured.
        for signals in CHOSEN[-1:] if model == ANY_MODEL else CHOSEN:
            report(model, group, signals)
            bias, weights = fitted(group, signals)
            named = ", ".join(f"{name} = {weight:.3f}" for name, weight in weights.items())
            yield f'[[estimators]]\nmodel = "{model}"\nbias = {bias:.3f}\nweights = {{ {named} }}\n'


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    judged = [each for each in load_judged(MEANING) if each.part == "tune"]
    files = (*JUDGED, SCORES, *PARTED_BY)
    digests = "".join(f"# {name} {sha256_of(read_whole(MEANING / name))}\n" for name in files)
    head = (
        "# Weights of signals in the log-odds that a translation misleads nobody. Made by\n"
        f"# eval/fit_confidence.py of {len(judged)} judged translations in eval/gold/meaning:\n"
    )
    DATA.write_text(f"{head}{digests}\n" + "\n".join(estimators(judged)), encoding="utf-8")


if __name__ == "__main__":
    main()
