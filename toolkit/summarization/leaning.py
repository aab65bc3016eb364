"""Sentences that can't be understood without the one before them."""

import re

from toolkit.languages import any_of
from toolkit.summarization.faithfulness.checker import Checker

# By their first words, or by "he added" at the end.
LEANING = re.compile(
    rf"^(?:{any_of(lambda language: language.leaning_start)})\b"
    rf"|(?:{any_of(lambda language: language.leaning_end)})[.!?]$"
)


def leans(text: str) -> bool:
    return bool(LEANING.search(text))


def stands_alone(text: str, checker: Checker) -> bool:
    """Whether a sentence is sound and can be understood without the one before it."""
    return not leans(text) and not checker.sentence(text).failed
