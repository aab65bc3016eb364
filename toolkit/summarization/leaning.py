"""Sentences that can't be understood without the one before them."""

import re

from toolkit.languages import any_of

# By their first words, or by "he added" at the end.
LEANING = re.compile(
    rf"^(?:{any_of(lambda language: language.leaning_start)})\b"
    rf"|(?:{any_of(lambda language: language.leaning_end)})[.!?]$"
)


def leans(text: str) -> bool:
    return bool(LEANING.search(text))
