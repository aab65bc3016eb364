"""The words and digits of lines, found quickly.

Regular expressions look up a set of characters in a table, but call a function for each character
that they compare with `\\w` or `\\d`, which takes three to six times as long.
"""

import re
from collections.abc import Callable

# For sets in expressions: the letters of `\w` up to ɏ, with its numbers that are no decimal digits.
LETTERS = "A-Za-zª²³µ¹º¼-¾À-ÖØ-öø-ɏ"
BEYOND = re.compile("[ɐ-\u1fff\u2070-\U0010ffff]")  # where there are more of them
# `[…](?<=\d)` finds what `\d` finds.
MAYBE_DIGIT = "0-9\u0660-\u1fff\ua000-\U0010ffff"


def finder(expression: str, *, latin: str) -> Callable[[str], list[str]]:
    """`findall` of `expression`; `latin` finds the same where no letter is beyond LETTERS."""
    anywhere, quick = re.compile(expression), re.compile(latin)

    def find(text: str) -> list[str]:
        near = text.isascii() or not BEYOND.search(text)
        return (quick if near else anywhere).findall(text)

    return find


words_of = finder(r"[^\W\d_]+", latin=f"[{LETTERS}]+")
