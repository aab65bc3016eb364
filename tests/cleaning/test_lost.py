from hypothesis import given, settings

from tests.cleaning.helpers import TEXT
from toolkit.cleaning.lost import find_losses
from toolkit.cleaning.steps import ENTITY, changes_of, repair


@settings(max_examples=100, deadline=None)
@given(TEXT)
def test_changes_and_losses_lie_in_the_text(text):
    assert bool(list(changes_of(text))) == (repair(text) != text) or ENTITY.search(text)
    for loss in find_losses(text):
        assert text[loss.start : loss.start + len(loss.before)] == loss.before
