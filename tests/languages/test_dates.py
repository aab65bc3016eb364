import pytest

from toolkit.languages.dates import calendar_dates, clock_hours, clock_times, dates, relative_dates


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


def test_dates_and_times_are_read():
    days = [
        (date.day, date.month, date.year) for date, _, _ in calendar_dates("les 14 et 15 mai", "fr")
    ]
    assert days == [(14, 5, 0), (15, 5, 0)]
    assert [date.year for date, _, _ in calendar_dates("in December 2029", "en")] == [2029]
    assert calendar_dates("he may 5 come", "en") == []
    assert [time for time, _, _ in clock_times("à 09H41, vers 16 h, 2:30 p.m.")] == [581, 960, 870]
    assert [time for time, _, _ in clock_times("at 0041 GMT, in 2024")] == [41]
