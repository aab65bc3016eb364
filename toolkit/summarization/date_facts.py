"""What is known of the days that an article speaks of, from the day on which it was published."""

import datetime

from toolkit.languages.dates import WEEKDAYS, dates

WEEK = 7


def date_facts(published: str, text: str, language: str) -> list[str]:
    """English sentences that may support a date in a summary.

    A day of the week in news is the last one of that name, or the day itself; next week's is not
    told from it, so both are given. `published` is YYYY-MM-DD, and anything else gives no facts.
    """
    named = {WEEKDAYS.index(name) for name in dates(text, language) if name in WEEKDAYS}
    try:
        day = datetime.date.fromisoformat(published)
        near = [day + datetime.timedelta(days=offset) for offset in range(-WEEK + 1, WEEK)]
    except (ValueError, OverflowError):  # no day, or one at the end of the calendar
        return []
    days = [day, *(each for each in near if each.weekday() in named)]
    return [f"{each:%A}, {each:%B} {each.day}, {each.year}" for each in dict.fromkeys(days)]
