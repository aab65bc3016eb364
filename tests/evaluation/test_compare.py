import pytest

from tests.evaluation.helpers import FAKE, answers, change
from toolkit.errors import UsageError
from toolkit.evaluation.compare import compare, p_values_of, paired_p_values
from toolkit.evaluation.folders import Outcome
from toolkit.evaluation.runs import run_suite


def test_a_difference_of_nothing_is_not_significant_and_a_steady_one_is():
    assert paired_p_values([1, 2, 3], [1, 2, 3]) == (1, 1)
    steady = paired_p_values(range(20), [value + 1 + value % 2 for value in range(20)])
    assert max(steady) < 0.01
    noise = paired_p_values([0, 1] * 10, [1, 0] * 10)
    assert min(noise) > 0.3


@pytest.mark.parametrize(("count", "significant"), [(1, False), (3, False), (12, True)])
def test_a_few_sentences_that_differ_can_not_be_significant(count, significant):
    targets = [f"The mayor opened school number {at} today." for at in range(15)]
    good, bad = (
        Outcome(part="a", system=name, answers=tuple(made), scores=())
        for name, made in (
            ("good", answers(targets, targets)),
            ("bad", answers(["No."] * count + targets[count:], targets)),
        )
    )
    _, p = p_values_of("chrF2++", good, bad)
    assert (p < 0.05) == significant


def test_systems_are_compared_on_the_same_items(run):
    found = compare((run, "default"), (run, "no glossary"), part="own")
    assert [each.metric for each in found.differences] == ["chrF2++", "BLEU", "flagged"]
    assert {each.p_bootstrap for each in found.differences} == {1.0}
    assert found.tied == ("a", "b")
    assert found.pairs == ()


def test_runs_over_other_references_are_not_compared(suite, run, data, tmp_path):
    data.write_text(data.read_text("utf-8").replace("jobs", "posts"), "utf-8")
    other = run_suite(suite, tmp_path / "two", flags=FAKE)
    with pytest.raises(UsageError, match="other items or references"):
        compare((run, "default"), (other, "default"), part="own")
    with pytest.raises(UsageError, match="has no own:best"):
        compare((run, "default"), (other, "best"), part="own")


def test_what_differs_most_comes_first_and_documents_are_won(run, tmp_path):
    changed = change(tmp_path / "one", a2="The cat sleeps on the table.", b4="Nothing")
    found = compare((run, "default"), (changed, "no glossary"), part="own")
    assert (found.won, found.lost) == (("a",), ("b",))
    assert [pair.baseline.item.id for pair in found.pairs] == ["a#2", "b#4"]
    assert found.pairs[0].values[1] == 100
