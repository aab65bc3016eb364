"""Lines that say that the rest of an article is for subscribers."""

import re
from functools import cache

from toolkit.languages import any_of
from toolkit.text import fold

MAX_CHARS = 400
START = r"(?:^|[.!?…|] )[^\w«“\"]*"  # of a sentence that isn't quoted
OPEN_QUOTE = re.compile(r"«[^»]*$|“[^”]*$")


def is_paywall(line: str) -> bool:
    """Whether the line says so to its reader, in any of LANGUAGES.

    One that tells of such a notice doesn't: it quotes it, or says who shows it.
    """
    if len(line) > MAX_CHARS:
        return False
    text = fold(" ".join(line.split()))
    return any(not OPEN_QUOTE.search(text, 0, found.start()) for found in _pattern().finditer(text))


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(START + f"(?:{any_of(lambda language: language.paywall)})")
