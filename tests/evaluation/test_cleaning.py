import pytest

from toolkit.assets import asset_folder
from toolkit.evaluation.cleaning import GoldPage, load_gold_pages, score_page

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
