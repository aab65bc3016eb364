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

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from toolkit.cleaning import features, prompts
from toolkit.cleaning.features import GROUPS, QUOTE, WORD, describe
from toolkit.cleaning.patterns import MAX_CHARS
from toolkit.cleaning.prompts import MIN_WORDS, WEIGHTS_FILE, Weights, signals
from toolkit.cleaning.steps import repair
from toolkit.evaluation.cleaning import (
    ARTICLE,
    TITLE,
    GoldPage,
    PageScore,
    digest_of,
    load_gold_pages,
    mean_f1,
    score_pages,
    toolkit_cleaner,
)

HERE = Path(__file__).parent
FOLDERS = ("cleaning", "kinds")
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
        words = WORD.findall(text.lower())
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
    folders = {
        name: [page for page in load_gold_pages(HERE / "gold" / name) if page.part == "tune"]
        for name in FOLDERS
    }
    tune = [page for pages in folders.values() for page in pages]
    scores = {score.page: score for score in left_out(tune)}
    for name, pages in folders.items():
        of_folder = [scores[page.name] for page in pages]
        losing = sum(bool(score.lost) for score in of_folder)
        print(
            f"{name}, pages left out: F1 {mean_f1(of_folder):.3f}, worst "
            f"{min(score.f1 for score in of_folder):.3f}, losing {losing} of {len(of_folder)}"
        )
    made = fitted(tune)
    WEIGHTS_FILE.write_text(
        "# Weights of kinds of words in the log-odds that a line is a reader prompt. Made by\n"
        f"# eval/fit_cleaning.py of the {len(tune)} tune pages in eval/gold/cleaning and kinds,\n"
        "# of the sentences of eval/gold/meaning and of tests/cases/lines.json\n"
        f"# {digest_of(tune)}\n"
        f"bias = {made.bias:.3f}\n\n[weights]\n"
        + "".join(f'"{name}" = {weight:.3f}\n' for name, weight in made.weights.items()),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
