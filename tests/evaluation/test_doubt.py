import pytest

from toolkit.assets import asset_folder
from toolkit.documents import Block
from toolkit.evaluation.cleaning import GoldPage, PageScore, load_gold_pages
from toolkit.evaluation.doubt import (
    JudgedLine,
    JudgedPage,
    doubted_lines,
    expected_error,
    hardest,
    judged_pages,
    report,
    warned_pages,
)

GOLD = asset_folder("eval") / "gold"


def line(label, kept, probability):
    return JudgedLine(
        Block(1, label, kept, "article" if kept else "other", 0, (), probability), label
    )


LINES = (
    line("article", True, 0.9),
    line("comment", True, 0.7),
    line("article", False, 0.1),
    line("title", False, 0.5),
    line("share", False, 0.0),
)
SCORE = PageScore(page="p", precision=0.9, recall=0.9, lost=())
PAGE = JudgedPage(SCORE, LINES)


@pytest.fixture(scope="module")
def tune():
    pages = [page for name in ("cleaning", "kinds") for page in load_gold_pages(GOLD / name)]
    return list(judged_pages(page for page in pages if page.part == "tune"))


def test_a_title_is_no_wrong_verdict():
    assert [each.is_wrong for each in LINES] == [False, True, True, False, False]


def test_the_surest_of_the_wrong_come_first():
    assert [each.block.probability for _, each in hardest([PAGE], 9)] == [0.1, 0.7]
    assert [name for name, _ in hardest([PAGE], 1)] == ["p"]


def test_wrong_verdicts_are_counted_that_are_doubtful():
    found = doubted_lines([PAGE])
    assert (found.wrong, found.named, found.hits) == (2, 2, 1)


def test_the_error_of_probabilities_is_that_of_their_tenths():
    off = abs(0.9 - 1) + abs(0.7 - 0) + abs(0.1 - 1) + abs(0.5 - 0) + 0
    assert expected_error([PAGE]) == pytest.approx(off / 5)
    assert expected_error([PAGE.with_probabilities([1, 0, 1, 0, 0])]) == 0


def test_a_page_that_loses_a_sentence_is_bad():
    lost = JudgedPage(PageScore(page="q", precision=1, recall=0.99, lost=("Oui.",)), LINES)
    low = JudgedPage(PageScore(page="r", precision=0.8, recall=1, lost=()), LINES)
    assert (PAGE.is_bad, lost.is_bad, low.is_bad) == (False, True, True)
    assert warned_pages([PAGE, lost, low]).wrong == 2


def test_a_page_whose_lines_are_joined_is_left_out():
    text = "Le ministre a présenté jeudi son plan devant les députés réunis\nà Paris pour cela."
    lines = tuple(("article", each) for each in text.split("\n"))
    assert not list(judged_pages([GoldPage(name="p", kind="", part="tune", lines=lines)]))


def test_probabilities_hold_on_the_pages_that_they_were_fitted_on(tune):
    assert expected_error(tune) < 0.02
    assert doubted_lines(tune).recall > 0.5
    assert report(tune).startswith("expected calibration error 0.0")


def test_warnings_find_bad_pages_and_spare_most_others(tune):
    found = warned_pages(tune)
    assert found.recall >= 0.5
    assert found.named - found.hits < 0.2 * (len(tune) - found.wrong)
