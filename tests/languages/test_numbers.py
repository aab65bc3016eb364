import pytest

from toolkit.languages.numbers import quantities, written_in_digits, written_out


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
    assert written_out("Vingt-deux personnes", "fr") == written_in_digits("22 people") == {"22"}
    assert written_out("half of a dozen", "en") == {"2", "1", "12"}


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("58 accords, près de 50 milliards de dollars", "fr", ["58 other", "50000000000 dollar"]),
        ("vingt-deux communes, deux mille pains", "fr", ["22 other", "2000 other"]),
        ("1,2 million de mètres", "fr", ["1200000 meter"]),
        ("$1.72 billion, 80%, two full years", "en", ["1720000000 dollar", "80 percent", "2 year"]),
        ("une trentaine d'habitants", "fr", ["1 other", "30 other"]),
        ("quarante et une minutes, cent cinquante couples", "fr", ["41 minute", "150 other"]),
        ("les deux cents premiers, vingt et trois", "fr", ["200 other", "1", "20", "3"]),
        ("two thousand five hundred of them, five and two", "en", ["2500 other", "5", "2"]),
        ("between one hundred and two hundred", "en", ["100", "200"]),
        ("4,1 M$, 2 Md€", "fr", ["4100000 dollar", "2000000000 euro"]),
        ("au XVIe siècle, au XIVe étage", "fr", ["16 other"]),
    ],
)
def test_quantities_are_read(text, language, values):
    found = [
        f"{each.value.normalize():f} {each.unit}".strip() for each in quantities(text, language)
    ]
    assert [each for each in found if not each.startswith("1 ")] == [
        each for each in values if not each.startswith("1 ")
    ]
