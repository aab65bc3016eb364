import re

import pytest

from toolkit.evaluation.charts import heat_map, intervals, scatter


def dots(chart):
    return [tuple(map(float, each)) for each in re.findall(r'<circle cx="(.*?)" cy="(.*?)"', chart)]


def test_scores_lie_on_one_scale_from_zero_inside_their_intervals():
    chart = intervals([("a", 10, 5, 20), ("b", 20, 10, 40), ("c", 0, 0, 0)])
    ends = [tuple(map(float, each)) for each in re.findall(r'span" x1="(.*?)".*?x2="(.*?)"', chart)]
    (first, _), (second, _), (zero, _) = dots(chart)
    assert second - zero == pytest.approx(2 * (first - zero), abs=0.2)
    for (low, high), dot in zip(ends, (first, second, zero), strict=True):
        assert low <= dot <= high
    assert ends[0][1] == second
    assert ">10.0</text>" in chart


def test_a_score_below_zero_stays_in_the_chart():
    ((x, _),) = dots(intervals([("a", -5, -9, -1)]))
    assert x == dots(intervals([("a", 0, 0, 0)]))[0][0]


def test_what_is_better_and_slower_stands_higher_and_further_right():
    chart = scatter([("a", 1, 2), ("b", 2, 4)], across="seconds", up="quality")
    (x, y), (further, higher) = dots(chart)
    assert further > x
    assert higher < y
    assert ">seconds<" in chart
    assert ">quality<" in chart
    assert scatter([("a", 0, 0)], across="", up="")


@pytest.mark.parametrize(
    ("higher_is_better", "fills"), [(True, ["0", "60", "30"]), (False, ["60", "0", "30"])]
)
def test_the_better_a_cell_the_fuller(higher_is_better, fills):
    chart = heat_map(["x"], [("a", [1]), ("b", [3]), ("c", [2])], higher_is_better=higher_is_better)
    assert re.findall(r"--heat:(\d+)%", chart) == fills


def test_values_that_are_all_alike_are_neither_good_nor_bad():
    assert "--heat:30%" in heat_map(["x"], [("a", [7])], higher_is_better=True)


def test_no_name_is_markup():
    name = "<b>&"
    for chart in (
        intervals([(name, 1, 1, 1)]),
        scatter([(name, 1, 1)], across=name, up=name),
        heat_map([name], [(name, [1])], higher_is_better=True),
    ):
        assert "&lt;b&gt;&amp;" in chart
        assert "<b>" not in chart
