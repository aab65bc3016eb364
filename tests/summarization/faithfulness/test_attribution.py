import time

import pytest

from toolkit.summarization.faithfulness.attribution import dropped_subjects, silent_speakers


@pytest.mark.parametrize(
    ("summary", "silent"),
    [
        ("Wang Yi said that they agree.", []),
        ("Putin has also announced a visit, said Wang.", []),
        ("Wang Yi and Russian Foreign Minister Sergey Lavrov announced a plan.", ["Lavrov"]),
        ("Sergey Lavrov said nothing.", ["Lavrov"]),
        ("Wang Yi met Sergey Lavrov and said that they agree.", []),
        ("China and Russia said so.", []),
        ("Issa Kaboré recalled that prices had fallen.", []),
    ],
)
def test_people_who_say_nothing_in_the_article(summary, silent):
    article = (
        "Chinese Foreign Minister Wang Yi said during a meeting with his Russian counterpart "
        'Sergey Lavrov that both agree. "We do," added Vladimir Putin in Moscow. China is glad. '
        'Issa Kaboré, a teacher, has doubts: "Prices fell before."'
    )
    assert silent_speakers(summary, article) == silent


@pytest.mark.parametrize(
    ("summary", "dropped"),
    [
        ("Lavrov said Putin was eager to visit China and attend the summit.", []),
        ("Lavrov expressed his interest in visiting China for the summit.", [("Lavrov", "Putin")]),
        ("Lavrov met the minister.", []),
    ],
)
def test_what_is_said_of_somebody_else_stays_theirs(summary, dropped):
    article = (
        "Wang Yi met Sergey Lavrov. Mr. Lavrov declared that President Putin was looking forward "
        "to visiting China and to the summit. Wang Yi said that Wang was glad."
    )
    assert dropped_subjects(summary, article) == dropped


def test_an_article_without_a_stop_is_searched_at_once():
    begun = time.perf_counter()
    assert silent_speakers("Wang said no.", "a " * 50_000) == []
    assert time.perf_counter() - begun < 5
