import pytest

from toolkit.languages.dates import clock_hours, dates, relative_dates


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


def test_hours_are_found_as_both_languages_write_them():
    assert clock_hours("à 14h30, à 9 heures") | clock_hours("at 16:05") == {"14", "9", "16"}
    assert clock_hours("14 hommes") == set()
