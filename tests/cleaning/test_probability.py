import math

import pytest

from tests.cleaning.helpers import ARTICLE, OTHER, ROOT, SEEDS, document
from toolkit.cleaning import judge, keep_all, probability
from toolkit.cleaning.probability import WEIGHTS_FILE, Signals, Weights, signals_of
from toolkit.evaluation.cleaning import digest_of, load_gold_pages

PAGE = document("\n".join(["Accueil", "", ARTICLE, OTHER, "Partager", ARTICLE + " Oui."]))


def test_the_weights_are_of_the_tune_pages_as_they_are():
    folders = ("cleaning", "kinds")
    pages = [page for name in folders for page in load_gold_pages(ROOT / "eval/gold" / name)]
    digest = digest_of([page for page in pages if page.part == "tune"])
    assert f"# {digest}\n" in WEIGHTS_FILE.read_text("utf-8"), "run eval/fit_probability.py"


def test_prose_is_the_article_s_and_furniture_is_not():
    known = [block.probability for block in judge(PAGE).blocks]
    assert known[1] is None
    assert max(known[0], known[4]) < 0.1
    assert min(known[2], known[3], known[5]) > 0.7


@pytest.mark.parametrize("page", SEEDS, ids=lambda page: page.name)
def test_of_the_seeds_nothing_is_doubtful(page):
    assert judge(document(page.text)).doubtful == ()


def test_no_verdict_depends_on_it(monkeypatch):
    verdicts = [(block.kept, block.reason) for block in judge(PAGE).blocks]
    against = Weights(bias=-50.0, weights=Signals(*[0.0] * len(Signals._fields)))
    monkeypatch.setattr(probability, "weights", lambda: against)
    blocks = judge(PAGE).blocks
    assert [(block.kept, block.reason) for block in blocks] == verdicts
    assert max(block.probability or 0 for block in blocks) < 1e-9


def test_a_line_is_seen_among_its_neighbours_and_edges():
    lines = [(-3.0, False), (1.0, True), (-9.0, False), (3.0, True), *[(2.0, True)] * 30]
    above, first, inside, second, *rest = signals_of(lines)
    assert (above.inside, above.kept, above.points_against) == (0, 0, -3)
    assert (inside.inside, inside.kept, inside.points_against) == (1, 0, -8)
    assert first == Signals(1, 0, 1, 1, neighbours=(-3 - 4 + 3) / 3, from_start=0, from_end=10)
    assert (second.from_start, rest[-1].from_start, rest[-1].from_end) == (2, 10, 0)
    assert not list(signals_of([]))
    assert [each.neighbours for each in signals_of([(2.0, True)])] == [0]


def test_a_page_of_any_length_and_score_has_probabilities():
    lines = [(1e6, True), (-1e6, False)] * 2000
    found = list(probability.probabilities(lines))
    assert len(found) == len(lines)
    assert all(0 < each < 1 and not math.isnan(each) for each in found)


def test_of_what_is_kept_unseen_nothing_is_known():
    assert {block.probability for block in keep_all(PAGE).blocks} == {None}
