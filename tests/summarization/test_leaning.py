import pytest

from toolkit.summarization.leaning import leans


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("They signed 58 agreements.", True),
        ("Both countries signed 58 agreements.", False),
        ("Both have signed 58 agreements.", True),
        ("Trade is growing strongly, he added.", True),
        ("Trade is growing strongly, Lavrov added.", False),
        ("Le commerce progresse fortement, a-t-il ajouté.", True),
        ("Le commerce progresse, a ajouté le ministre.", False),
        ("Il a plu.", True),
        ("Itaipu is a dam.", False),
    ],
)
def test_sentences_that_need_the_one_before_them_are_told(sentence, expected):
    assert leans(sentence) is expected
