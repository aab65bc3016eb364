import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cleaning.helpers import ARTICLE, OTHER, SEEDS, document
from toolkit.cleaning import clean, judge, replay
from toolkit.errors import InputError
from toolkit.output import render_cleaning


def test_the_explanation_names_what_was_restored_and_what_stays_unsure():
    cleaning = clean(
        document(f"Sergue? Lavrov est arriv?.\n{ARTICLE}\nIls ?taient 30?000 p?cheurs.")
    )
    restored = {(c.line, c.before, c.after) for c in cleaning.changes if c.step == "lost_letters"}
    assert (1, "Sergue?", "Sergueï") in restored
    assert cleaning.unsure == ((3, "30?000"), (3, "p?cheurs"))


@pytest.mark.parametrize(
    "page", ["Accueil\nMenu\nPartager\n", "TV\nLive logo\n- Publicité -", " \n"]
)
def test_a_page_of_furniture_is_refused(page):
    with pytest.raises(InputError, match="no article found"):
        clean(document(page))


def test_a_page_that_is_all_repeated_is_taken_for_a_copy():
    page = document("Le chat dort.\nIl rêve.")
    known = {"Le chat dort.": 5, "Il rêve.": 5}
    assert clean(page, repeated=known).document.text == "Le chat dort.\n\nIl rêve."


@pytest.mark.parametrize("page", SEEDS, ids=lambda page: page.name)
def test_a_replayed_plan_gives_the_same_text(page):
    cleaning = clean(document(page.text))
    again = replay(document(page.text), render_cleaning(cleaning, "json"))
    assert again.document == cleaning.document
    assert [block.kept for block in again.blocks] == [block.kept for block in cleaning.blocks]


def test_a_plan_changed_by_hand_is_obeyed():
    page = document(f"{ARTICLE}\nPartager\n{OTHER}")
    plan = json.loads(render_cleaning(clean(page), "json"))
    plan["lines"][0]["kept"] = False
    assert replay(page, json.dumps(plan)).document.text == OTHER


def test_a_plan_of_another_text_is_refused():
    plan = render_cleaning(clean(document(ARTICLE)), "json")
    with pytest.raises(InputError, match="of another text"):
        replay(document(OTHER), plan)
    with pytest.raises(InputError, match="can't be read"):
        replay(document(ARTICLE), "[]")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_no_text_makes_cleaning_fail(text):
    cleaning = judge(document(text))
    assert len(cleaning.blocks) == cleaning.repaired.count("\n") + 1
    assert judge(cleaning.document).document.text == cleaning.document.text
