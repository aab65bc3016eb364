import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.text import (
    clock_hours,
    dates,
    fold,
    numbers,
    printable,
    relative_dates,
    written_in_digits,
)


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Lundi 3 mai, puis vendredi", "fr", {"Monday", "May", "Friday"}),
        ("He may come on Monday, in May", "en", {"Monday", "May"}),
        ("He may march on", "en", set()),
        ("Le marsouin", "fr", set()),
    ],
)
def test_days_and_months_have_their_english_names(text, language, found):
    assert dates(text, language) == found


def test_relative_dates_are_the_same_in_both_languages():
    french = relative_dates("Hier, comme l’an dernier et la semaine prochaine", "fr")
    assert french == relative_dates("Yesterday, as last year and next week", "en")
    assert french == {"yesterday", "last year", "next week"}
    assert relative_dates("Un cahier", "fr") == set()


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


def test_hours_are_found_as_both_languages_write_them():
    assert clock_hours("à 14h30, à 9 heures") | clock_hours("at 16:05") == {"14", "9", "16"}
    assert clock_hours("14 hommes") == set()


@given(st.text())
def test_what_is_printed_orders_a_terminal_nothing(text):
    shown = printable(text)
    shown.encode()
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & set(shown)
    assert printable(shown) == shown


def test_escapes_stand_for_what_is_not_printed():
    assert printable("a\x1b[2J\tb\n\ud800") == "a\\x1b[2J\tb\n\\ud800"


def test_folding_takes_away_what_writers_differ_in():
    assert fold("L’ÉTÉ") == fold("l'e\u0301te\u0301") == "l'ete"
