"""Fit how much each sign says of whether a section belongs to the article, and write it where
cleaning reads it.

A logistic regression over the sections of the tune pages in eval/gold/cleaning and kinds, of the
same pages with nothing but their article, and of what is left of them without it. To be run after
eval/fit_cleaning.py. Needs the extra `fit`.
"""

import argparse
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from unittest.mock import patch

from fitting import tell_left_out, tune_pages, write_weights
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from toolkit.cleaning import sections
from toolkit.cleaning.blocks import weigh_neighbours
from toolkit.cleaning.features import GROUPS, describe
from toolkit.cleaning.place import find_article
from toolkit.cleaning.sections import WEIGHTS_FILE, Weights, sections_of, signals_of
from toolkit.cleaning.steps import repair
from toolkit.evaluation.cleaning import (
    ARTICLE,
    TITLE,
    GoldPage,
    PageScore,
    score_pages,
    toolkit_cleaner,
)

STRENGTH = 0.1  # the inverse of the penalty on weights
FOLDS = 10
MIN_PROSE_CHARS = 60
GROUPS_BEFORE = frozenset(GROUPS) - {"sections"}
# What a page counts as it is, with nothing but its article, without it, and with its article often
# interrupted.
WEIGHTS = (1.0, 0.3, 0.15, 0.3)
OTHER = "other"
# What stands between paragraphs on pages that the gold set has few of, and after how many.
INTERRUPTIONS = (
    (1, ("Publicité",)),
    (2, ("Publicité", "La suite après cette publicité")),
    (2, ("Lire aussi : le plan du ministre en {n} points",)),
    (3, ("Partager", "Partager cet article", "Imprimer")),
    (
        3,
        (
            "À lire aussi",
            "Un plan contesté par {n} maires",
            "Pourquoi la ville attend depuis {n} ans",
        ),
    ),
    (2, ("Une vue du port de Roquevert, le {n} mars. © AFP",)),
    (3, ("Abonnez-vous à notre lettre d’information", "Publicité")),
)


class Example(NamedTuple):
    signals: dict[str, float]
    article: bool
    weight: float


def variants(page: GoldPage) -> Iterator[list[tuple[str, str]]]:
    """The page's lines with their labels; those of its article alone; those of the others."""
    repaired = repair(page.text).split("\n")
    if len(repaired) == len(page.lines):
        lines = [(label, text) for (label, _), text in zip(page.lines, repaired, strict=True)]
        yield lines
        yield [line for line in lines if line[0] == ARTICLE]
        yield [line for line in lines if line[0] not in (ARTICLE, TITLE)]
        yield list(interrupted(lines, len(lines)))


def interrupted(lines: Sequence[tuple[str, str]], seed: int) -> Iterator[tuple[str, str]]:
    """The page with lines of one kind again and again between the paragraphs of its article."""
    every, between = INTERRUPTIONS[seed % len(INTERRUPTIONS)]
    paragraphs = 0
    for (label, text), below in zip(lines, [*lines[1:], (OTHER, "")], strict=True):
        yield label, text
        if label == ARTICLE and len(text) >= MIN_PROSE_CHARS:
            paragraphs += 1
            if paragraphs % every == 0 and below[0] == ARTICLE:
                yield from ((OTHER, line.format(n=paragraphs)) for line in between)


def examples(page: GoldPage) -> Iterator[Example]:
    """Longer pages have more sections, but don't count as much more."""
    for lines, weight in zip(variants(page), WEIGHTS, strict=False):
        described = [
            describe(text.strip(), language="fr", groups=GROUPS_BEFORE) for _, text in lines
        ]
        judged, first, last, title = find_article(
            weigh_neighbours(described, {}, GROUPS_BEFORE), "", GROUPS_BEFORE
        )
        found = list(sections_of(judged, first, last))
        for section, signals in zip(found, signals_of(judged, found, title), strict=True):
            sizes = {True: 0, False: 0}
            for index in section.lines:
                if lines[index][0] != TITLE:
                    sizes[lines[index][0] == ARTICLE] += len(lines[index][1])
            if any(sizes.values()):
                yield Example(signals, sizes[True] > sizes[False], weight / len(found) ** 0.5)


def fitted(found: Sequence[Example]) -> Weights:
    vectorizer, scaler = DictVectorizer(sparse=False), StandardScaler()
    values = scaler.fit_transform(vectorizer.fit_transform([each.signals for each in found]))
    sizes = [each.weight for each in found]
    mean = sum(sizes) / len(sizes)
    model = LogisticRegression(C=STRENGTH, max_iter=2000)
    model.fit(
        values,
        [each.article for each in found],
        sample_weight=[size / mean for size in sizes],
    )
    slopes = [float(weight) for weight in model.coef_[0] / scaler.scale_]
    bias = float(model.intercept_[0]) - sum(
        slope * float(mean) for slope, mean in zip(slopes, scaler.mean_, strict=True)
    )
    return Weights(bias=bias, weights=dict(zip(vectorizer.feature_names_, slopes, strict=True)))


def left_out(pages: Sequence[GoldPage]) -> list[PageScore]:
    """Scores of pages with weights that were fitted without them."""
    found = [list(examples(page)) for page in pages]
    scores = []
    for fold in range(FOLDS):
        without = fitted([e for at, each in enumerate(found) if at % FOLDS != fold for e in each])
        with patch.object(sections, "weights", lambda without=without: without):
            scores += score_pages(pages[fold::FOLDS], toolkit_cleaner)
    return scores


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    folders = tune_pages()
    tune = [page for pages in folders.values() for page in pages]
    tell_left_out(folders, left_out(tune))
    made = fitted([example for page in tune for example in examples(page)])
    write_weights(
        WEIGHTS_FILE,
        "Weights in the log-odds that a section belongs to the article. Made by\n"
        f"eval/fit_sections.py of the {len(tune)} tune pages in eval/gold/cleaning and kinds",
        folders,
        made.bias,
        made.weights,
    )


if __name__ == "__main__":
    main()
