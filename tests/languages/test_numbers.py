import pytest

from toolkit.languages.numbers import numbers, written_in_digits


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 200 et 1\u202f200 et 1,200 et 1.200", {"1200"}),
        ("3,5 % et 3.5 %", {"35"}),
        ("en 2024, 20 000 000", {"2024", "20000000"}),
        ("0041 GMT", written_in_digits("00H41")),
        ("007 et 0", {"7", "0"}),
    ],
)
def test_numbers_are_compared_without_separators(text, found):
    assert written_in_digits(text) == found


def test_numbers_in_words_are_those_in_digits():
    assert numbers("Vingt-deux personnes", "fr") == numbers("22 people", "en") == {"22"}
    assert numbers("half of a dozen", "en") == {"2", "1", "12"}
