import pytest

from toolkit.languages import FRENCH


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("vingt-et-un", 21),
        ("soixante-et-onze", 71),
        ("soixante-dix-sept", 77),
        ("quatre-vingts", 80),
        ("quatre-vingt-dix-neuf", 99),
        ("septante", 70),
        ("douzaines", 12),
        ("première", 1),
    ],
)
def test_number_words_have_their_values(word, value):
    assert FRENCH.number_words[word] == value


@pytest.mark.parametrize(("word", "value"), [("quatre-vingt-un", 81), ("quatre-vingt-onze", 91)])
def test_eighty_takes_no_and(word, value):
    assert FRENCH.number_words.get(word) == value


def test_every_number_below_a_hundred_has_a_word():
    assert set(range(100)) <= set(FRENCH.number_words.values())
