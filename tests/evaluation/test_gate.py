import pytest

from toolkit.assets import asset_folder
from toolkit.errors import InputError
from toolkit.evaluation.gate import RunFloors, load_baseline, run_verdicts, verdicts


def test_all_floors_hold():
    """The gate, on everything that needs no large model."""
    found = list(verdicts(asset_folder("eval")))
    assert len(found) >= 11
    assert [str(each) for each in found if not each.holds] == []


def test_a_run_below_its_floor_fails_and_one_over_other_references_is_refused(run):
    floors = RunFloors(
        recorded="results/mine",
        record="sha256:" + "0" * 64,
        digests={"own": run.digest("own")},
        floors={"own": {"default": {"chrF2++": 99.0, "flagged": 100.0}}},
    )
    below, fine = run_verdicts(run, floors, name="mine")
    assert (below.holds, fine.holds) == (False, True)
    assert str(below).endswith("< 99.000")
    other = floors.model_copy(update={"digests": {"own": "sha256:0"}})
    with pytest.raises(InputError, match="other data"):
        list(run_verdicts(run, other, name="mine"))


def test_floors_say_for_which_data_they_are():
    baseline = load_baseline(asset_folder("eval"))
    for floors in baseline.runs.values():
        assert floors.digests.keys() == floors.floors.keys()
