import pytest

from toolkit.languages import ENGLISH


@pytest.mark.parametrize(
    ("word", "value"), [("twenty-one", 21), ("ninety-nine", 99), ("third", 3), ("dozen", 12)]
)
def test_number_words_have_their_values(word, value):
    assert ENGLISH.number_words[word] == value


def test_every_number_below_a_hundred_has_a_word():
    assert set(range(100)) <= set(ENGLISH.number_words.values())
