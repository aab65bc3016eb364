import json

import pytest
from hypothesis import given, settings

from tests.cleaning.helpers import ROOT, TEXT
from toolkit.cleaning.steps import ENTITY, STEPS, repair

CHARACTERS = json.loads((ROOT / "tests/cases/characters.json").read_text("utf-8"))


@pytest.mark.parametrize(("step", "before", "after"), CHARACTERS)
def test_a_step_repairs_what_is_broken_and_nothing_else(step, before, after):
    assert STEPS[step](before) == after


def test_a_third_of_the_character_cases_are_to_be_left_alone():
    unchanged = sum(before == after for _, before, after in CHARACTERS)
    assert len(CHARACTERS) >= 200
    assert unchanged >= len(CHARACTERS) / 3


def test_a_step_can_be_left_out():
    steps = [name for name in STEPS if name != "lost_letters"]
    assert repair("Sergue? Lavrov", steps) == "Sergue? Lavrov"


def test_lines_broken_at_a_fixed_width_are_joined():
    text = (
        "Le ministre a présenté jeudi son plan devant les députés\n"
        "réunis à Paris, avant de répondre pendant deux heures aux\n"
        "questions de la presse.\n\nLa séance est levée."
    )
    assert STEPS["wrapped_lines"](text).split("\n\n") == [
        "Le ministre a présenté jeudi son plan devant les députés réunis à Paris, avant de "
        "répondre pendant deux heures aux questions de la presse.",
        "La séance est levée.",
    ]


@settings(max_examples=300, deadline=None)
@given(TEXT)
def test_repairing_a_repaired_text_changes_nothing(text):
    once = repair(text)
    # Text that was escaped twice loses one layer a time, which is meant.
    if not ENTITY.search(once):
        assert repair(once) == once
