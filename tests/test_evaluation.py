import csv

import pytest

from toolkit.assets import asset_folder
from toolkit.cleaning.steps import repair
from toolkit.engines.base import Output
from toolkit.evaluation.cleaning import (
    GoldPage,
    load_gold_pages,
    score_page,
)
from toolkit.evaluation.support import (
    load_sentences,
)
from toolkit.translation.checks import check_translation
from toolkit.translation.glossary import load_glossary

EVAL = asset_folder("eval")
PAGES = load_gold_pages(EVAL / "gold/cleaning")
LABELS = {
    "article", "title", "blank", "caption", "image", "byline", "time", "navigation", "share",
    "subscribe", "paywall", "cookie notice", "related", "comment", "advertisement", "tags",
    "foreign", "other",
}  # fmt: skip
PAGE = GoldPage(
    name="page",
    kind="",
    part="tune",
    lines=(("title", "Un titre"), ("article", "Le chat dort. Il rêve."), ("share", "Partager")),
)


def test_the_sentences_that_measure_the_checks_are_many_and_a_third_is_subtle():
    sentences = load_sentences(EVAL / "gold/support/sentences.tsv")
    assert len(sentences) >= 120
    assert sum(each.subtle for each in sentences) >= len(sentences) / 3


def references(*names):
    rows = []
    for name in names or ("news", "diplomacy"):
        path = EVAL / f"references/{name}.fr-en.tsv"
        with path.open(encoding="utf-8", newline="") as stream:
            rows += csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
    return rows


def test_translations_by_hand_are_of_the_pages():
    articles = {page.name: " ".join(repair(page.article).split()) for page in PAGES}
    for row in references("news"):
        assert " ".join(repair(row["source"]).split()) in articles[row["page"]]


def test_translations_by_hand_hold_all_that_can_be_checked():
    rows = references()
    assert len({row["source"] for row in rows}) == len(rows) >= 150
    for row in rows:
        translated = Output(text=row["target"], source_tokens=1, new_tokens=1, finished=True)
        failed = check_translation(
            row["source"], translated, source_language="fr", target_language="en"
        )
        # Names that English words stand for may be lost, and are in three of them.
        assert not {check.name for check in failed} - {"names"}, row


def test_the_checks_seldom_find_fault_with_a_good_translation():
    glossary = load_glossary("diplomacy", source_language="fr", target_language="en")
    rows = references()
    flagged = [
        row["source"]
        for row in rows
        if check_translation(
            row["source"],
            Output(text=row["target"], source_tokens=1, new_tokens=1, finished=True),
            source_language="fr",
            target_language="en",
            terms=glossary.occurring(row["source"]),
        )
    ]
    assert len(flagged) <= 0.02 * len(rows)


def test_a_third_of_the_pages_is_set_aside():
    assert sum(page.part == "test" for page in PAGES) >= len(PAGES) / 3
    assert {label for page in PAGES for label, _ in page.lines} <= LABELS


def test_a_perfect_cleaner_scores_one_and_the_title_counts_neither_way():
    assert score_page(PAGE, "Le chat dort. Il rêve.").f1 == 1
    assert score_page(PAGE, "Un titre\n\nLe chat dort. Il rêve.").f1 == 1


def test_what_is_kept_too_much_costs_precision_and_what_is_lost_recall():
    score = score_page(PAGE, "Le chat dort. Il rêve.\nPartager")
    assert score.precision == pytest.approx(16 / 24)
    assert score.recall == 1
    score = score_page(PAGE, "Le chat dort.")
    assert (score.precision, score.recall) == (1, pytest.approx(10 / 16))
    assert score.lost == ("Il rêve.",)


def test_a_page_without_an_article_wants_nothing():
    empty = GoldPage(name="page", kind="", part="tune", lines=(("navigation", "Accueil"),))
    assert score_page(empty, "").f1 == 1
    assert score_page(empty, "Accueil").f1 == 0
