"""Lines that say that the rest of an article is for subscribers."""

import re
from functools import cache

from toolkit.languages import any_of
from toolkit.text import fold

MAX_CHARS = 400


def is_paywall(line: str) -> bool:
    """Whether the line says so, in any of LANGUAGES."""
    return len(line) <= MAX_CHARS and _pattern().search(fold(" ".join(line.split()))) is not None


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(any_of(lambda language: language.paywall))
