"""Fit what the words of reader prompts are worth, and write it where cleaning reads it.

A logistic regression over the lines that no phrase knows, on the tune parts of eval/gold/cleaning,
kinds and meaning and on tests/cases/lines.json; the test parts are never looked at. Needs the
extra `fit`.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from fitting import tell_left_out, tune_pages, write_weights
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from toolkit.cleaning import features, prompts
from toolkit.cleaning.features import GROUPS, QUOTE, describe
from toolkit.cleaning.patterns import MAX_CHARS
from toolkit.cleaning.prompts import MIN_WORDS, WEIGHTS_FILE, Weights, signals
from toolkit.cleaning.steps import repair
from toolkit.cleaning.words import words_of
from toolkit.evaluation.cleaning import (
    ARTICLE,
    TITLE,
    GoldPage,
    PageScore,
    score_pages,
    toolkit_cleaner,
)

HERE = Path(__file__).parent
SENTENCES = HERE / "gold/meaning/sources.jsonl"
CASES = HERE.parent / "tests/cases/lines.json"
STRENGTH = 1.0  # the inverse of the penalty on weights
ARTICLE_WEIGHT = 3.0  # losing a sentence is worse than keeping a prompt
KNOWN_WEIGHT = 0.3  # of lines that go anyway
KNOWN_BELOW = -1.5
FOLDS = 7


class Example(NamedTuple):
    signals: dict[str, float]
    prompt: bool
    weight: float


def examples(labelled: Iterable[Sequence[str]]) -> list[Example]:
    found = []
    for label, raw in labelled:
        text = repair(raw).strip()
        words = words_of(text.lower())
        if label == TITLE or len(words) < MIN_WORDS or len(text) > MAX_CHARS or QUOTE.search(text):
            continue
        line = describe(text, language="fr", groups=frozenset(GROUPS) - {"prompts"})
        if line.pattern:
            continue
        known = KNOWN_WEIGHT if line.score < KNOWN_BELOW else 1.0
        weight = known * (ARTICLE_WEIGHT if label == ARTICLE else 1.0)
        found.append(Example(signals(text, words), label != ARTICLE, weight))
    return found


def news() -> list[tuple[str, str]]:
    """Sentences of invented news, which are no prompts."""
    found = map(json.loads, SENTENCES.read_text("utf-8").splitlines())
    return [(ARTICLE, each["text"]) for each in found if each["part"] == "tune"]


def fitted(pages: Iterable[GoldPage]) -> Weights:
    lines = [line for page in pages for line in page.lines]
    found = examples([*lines, *json.loads(CASES.read_text("utf-8")), *news()])
    vectorizer = DictVectorizer(sparse=False)
    model = LogisticRegression(C=STRENGTH)
    model.fit(
        vectorizer.fit_transform([example.signals for example in found]),
        [example.prompt for example in found],
        sample_weight=[example.weight for example in found],
    )
    named = zip(vectorizer.feature_names_, map(float, model.coef_[0]), strict=True)
    return Weights(bias=float(model.intercept_[0]), weights=dict(named))


def left_out(pages: Sequence[GoldPage]) -> list[PageScore]:
    """Scores of pages with weights that were fitted without them."""
    scores = []
    for fold in range(FOLDS):
        without = fitted([page for at, page in enumerate(pages) if at % FOLDS != fold])
        features._remembered.cache_clear()
        with patch.object(prompts, "weights", lambda without=without: without):
            scores += score_pages(pages[fold::FOLDS], toolkit_cleaner)
    return scores


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    folders = tune_pages()
    tune = [page for pages in folders.values() for page in pages]
    tell_left_out(folders, left_out(tune))
    made = fitted(tune)
    write_weights(
        WEIGHTS_FILE,
        "Weights of kinds of words in the log-odds that a line is a reader prompt. Made by\n"
        f"eval/fit_cleaning.py of the {len(tune)} tune pages in eval/gold/cleaning and kinds,\n"
        "of the sentences of eval/gold/meaning and of tests/cases/lines.json",
        folders,
        made.bias,
        made.weights,
    )


if __name__ == "__main__":
    main()
