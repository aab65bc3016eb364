"""What is known of the days that an article speaks of, from the day on which it was published."""

import datetime

from toolkit.languages.dates import WEEKDAYS, dates

WEEK = 7


def date_facts(published: str, text: str, language: str) -> list[str]:
    """English sentences that may support a date in a summary.

    A day of the week in news is the last one of that name, or the day itself; next week's can't be
    distinguished from it, so both are given. `published` is YYYY-MM-DD; anything else gives none.
    """
    named = {WEEKDAYS.index(name) for name in dates(text, language) if name in WEEKDAYS}
    try:
        day = datetime.date.fromisoformat(published)
        near = [day + datetime.timedelta(days=offset) for offset in range(-WEEK + 1, WEEK)]
    except (ValueError, OverflowError):  # no day, or one at the end of the calendar
        return []
    days = [day, *(each for each in near if each.weekday() in named)]
    return [
        f"{known_day:%A}, {known_day:%B} {known_day.day}, {known_day.year}"
        for known_day in dict.fromkeys(days)
    ]
