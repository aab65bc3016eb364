import pytest
from hypothesis import given, settings

from tests.cleaning.helpers import TEXT
from toolkit.cleaning.lost import find_losses, restore
from toolkit.cleaning.steps import ENTITY, changes_of, repair


@settings(max_examples=100, deadline=None)
@given(TEXT)
def test_changes_and_losses_lie_in_the_text(text):
    assert bool(list(changes_of(text))) == (repair(text) != text) or ENTITY.search(text)
    for loss in find_losses(text):
        assert text[loss.start : loss.start + len(loss.before)] == loss.before


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("Il a d?clar? que la r?union ?tait utile.", "Il a déclaré que la réunion était utile."),
        ("L'homme est arriv\ufffd.", "L'homme est arrivé."),
        ("Est-il venu ? Oui. Pourquoi?", "Est-il venu ? Oui. Pourquoi?"),
        ("Voir https://a.org/x?id=3 et a?b=1", "Voir https://a.org/x?id=3 et a?b=1"),
        ("Il a 30?000 euros.", "Il a 30?000 euros."),
    ],
)
def test_letters_come_back_where_one_reading_is_sure(text, restored):
    assert restore(text, find_losses(text)) == restored


def test_words_that_may_be_read_in_two_ways_are_found_and_left():
    (loss,) = find_losses("Les p?cheurs.")
    assert (loss.before, loss.after, loss.start) == ("p?cheurs", None, 4)
