"""Sentences that can't be understood without the one before them."""

import re

from toolkit.languages import any_of
from toolkit.summarization.faithfulness.checker import Checker

STEM = 4  # letters by which a thing is known
# By their first words, or by "he added" at the end.
LEANING = re.compile(
    rf"^(?:{any_of(lambda language: language.leaning_start)})\b"
    rf"|(?:{any_of(lambda language: language.leaning_end)})[.!?]$"
)
# A thing that the sentence has not named before leans as well: "12 of these agreements".
SOME_OF_THESE = re.compile(
    rf"(?i)\b(?:{any_of(lambda language: language.some_of_these)}) (?P<thing>\w{{{STEM},}}[sx])\b"
)


def leans(text: str) -> bool:
    return bool(LEANING.search(text)) or any(
        not re.search(rf"(?i)\b{some['thing'][:STEM]}", text[: some.start()])
        for some in SOME_OF_THESE.finditer(text)
    )


def stands_alone(text: str, checker: Checker) -> bool:
    """Whether a sentence is sound and can be understood without the one before it."""
    return not leans(text) and not checker.sentence(text).failed
