"""Fit how likely a line is the article's, and write it where cleaning reads it.

A logistic regression on the lines of the tune pages in eval/gold/cleaning and kinds, as they are
judged now; the test parts are never looked at. To be run again after the rules of cleaning changed.
Needs the extra `fit`.
"""

import argparse
from collections.abc import Sequence
from itertools import islice

import numpy as np
from fitting import tune_pages, write_weights
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from toolkit.cleaning.blocks import ARTICLE
from toolkit.cleaning.probability import WEIGHTS_FILE, Signals, signals_of
from toolkit.evaluation.doubt import JudgedPage, judged_pages, report

FOLDS = 30


def values(page: JudgedPage) -> list[list[float]]:
    found = signals_of([(block.score, block.reason == ARTICLE) for block in page.blocks])
    return [list(signals) for signals in found]


def left_out(pages: Sequence[JudgedPage], x: np.ndarray, y: Sequence[bool]) -> list[JudgedPage]:
    """The pages with probabilities by weights that were fitted without them."""
    groups = [number for number, page in enumerate(pages) for _ in page.lines]
    folds = GroupKFold(FOLDS)
    found = cross_val_predict(
        LogisticRegression(), x, y, groups=groups, cv=folds, method="predict_proba"
    )
    known = iter(found[:, 1].tolist())
    return [page.with_probabilities(islice(known, len(page.lines))) for page in pages]


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    folders = tune_pages()
    tune = [page for pages in folders.values() for page in pages]
    pages = list(judged_pages(tune))
    x = np.array([row for page in pages for row in values(page)])
    y = [line.is_article for page in pages for line in page.lines]
    print(f"{len(y)} lines of {len(pages)} pages, pages left out\n{report(left_out(pages, x, y))}")
    model = LogisticRegression().fit(x, y)
    named = zip(Signals._fields, model.coef_[0], strict=True)
    write_weights(
        WEIGHTS_FILE,
        "Weights in the log-odds that a line is the article's. Made by\n"
        f"eval/fit_probability.py of the {len(tune)} tune pages in eval/gold/cleaning and kinds",
        folders,
        float(model.intercept_[0]),
        dict(named),
    )


if __name__ == "__main__":
    main()
