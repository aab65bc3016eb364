"""Fit what the words of reader prompts are worth, and write it where cleaning reads it.

A logistic regression over the lines that no phrase knows, on the tune parts of eval/gold/cleaning
and kinds and on tests/cases/lines.json; the test parts are never looked at. Needs the extra `fit`.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from toolkit.cleaning.features import GROUPS, QUOTE, WORD, describe
from toolkit.cleaning.patterns import MAX_CHARS
from toolkit.cleaning.prompts import LIKELY, MIN_WORDS, WEIGHTS_FILE, signals
from toolkit.cleaning.steps import repair
from toolkit.evaluation.cleaning import ARTICLE, TITLE, digest_of, load_gold_pages

HERE = Path(__file__).parent
FOLDERS = ("cleaning", "kinds")
CASES = HERE.parent / "tests/cases/lines.json"
STRENGTH = 1.0  # the inverse of the penalty on weights
ARTICLE_WEIGHT = 2.0  # losing a sentence is worse than keeping a prompt
KNOWN_WEIGHT = 0.3  # of lines that go anyway
KNOWN_BELOW = -1.5
FOLDS = 15


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    pages = [p for name in FOLDERS for p in load_gold_pages(HERE / "gold" / name)]
    tune = [page for page in pages if page.part == "tune"]
    labelled = [(page.name, label, line) for page in tune for label, line in page.lines]
    labelled += [("cases", label, line) for label, line in json.loads(CASES.read_text("utf-8"))]
    found, prompts, weights, groups = [], [], [], []
    for group, label, raw in labelled:
        text = repair(raw).strip()
        words = WORD.findall(text.lower())
        if label == TITLE or len(words) < MIN_WORDS or len(text) > MAX_CHARS or QUOTE.search(text):
            continue
        line = describe(text, language="fr", groups=frozenset(GROUPS) - {"prompts"})
        if line.pattern:
            continue
        found.append(signals(words))
        prompts.append(label != ARTICLE)
        known = KNOWN_WEIGHT if line.score < KNOWN_BELOW else 1.0
        weights.append(known * (ARTICLE_WEIGHT if label == ARTICLE else 1.0))
        groups.append(group)
    vectorizer = DictVectorizer(sparse=False)
    values, wanted = vectorizer.fit_transform(found), np.array(prompts)
    model = LogisticRegression(C=STRENGTH)
    fitting = {"sample_weight": np.array(weights)}
    left_out = cross_val_predict(
        model,
        values,
        wanted,
        groups=groups,
        cv=GroupKFold(FOLDS),
        params=fitting,
        method="decision_function",
    )
    likely = left_out >= LIKELY
    print(
        f"pages left out: {sum(likely & wanted)} of {sum(wanted)} lines of furniture and "
        f"{sum(likely & ~wanted)} of {sum(~wanted)} of articles are likely prompts"
    )
    model.fit(values, wanted, **fitting)
    named = zip(vectorizer.feature_names_, model.coef_[0], strict=True)
    WEIGHTS_FILE.write_text(
        "# Weights of kinds of words in the log-odds that a line is a reader prompt. Made by\n"
        f"# eval/fit_cleaning.py of {len(wanted)} lines of the tune pages in eval/gold\n"
        f"# {digest_of(tune)}\n"
        f"bias = {model.intercept_[0]:.3f}\n\n[weights]\n"
        + "".join(f'"{name}" = {weight:.3f}\n' for name, weight in named),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
