"""What can be told wrong with a summary by looking at it beside its article."""

import re

from toolkit.documents import Check
from toolkit.text import fold, numbers, written_in_digits

SENTENCE_END = re.compile(r"[.!?…][”\"’')\]]*$")
NAME = re.compile(r"\b[^\W\d_a-z][\w'’]*(?:-\w+)*")
COMMON_WORD_FREQUENCY = 4.0  # Zipf scale; names of people and places are rarer in lower case


def check_summary(summary: str, *, article: str, language: str, max_words: int) -> list[Check]:
    """The checks that `summary` fails.

    `article` is all that it may rest on, such as the source text and its translation together.
    """
    found = []
    if not summary:
        return [Check(name="empty", detail="no summary came back")]
    words = len(summary.split())
    if words > max_words:
        found.append(Check(name="length", detail=f"{words} words instead of {max_words}"))
    if not SENTENCE_END.search(summary):
        found.append(Check(name="unfinished", detail="ends inside a sentence"))
    for name, values in (
        ("names", unsupported_names(summary, article)),
        ("numbers", unsupported_numbers(summary, article, language)),
    ):
        if values:
            found.append(Check(name=name, detail="not in the article: " + ", ".join(values)))
    return found


def unsupported_numbers(summary: str, article: str, language: str) -> list[str]:
    known = numbers(article, language) | numbers(article, "fr") | numbers(article, "en")
    return sorted(written_in_digits(summary) - known)


def unsupported_names(summary: str, article: str) -> list[str]:
    """Capitalized words of `summary` that are nowhere in `article`, in any case or accent.

    The first word of a sentence counts unless it is a common word.
    """
    known = {fold(word) for word in re.findall(r"[\w'’-]+", article)}
    known |= {part for word in known for part in re.split(r"['-]", word)}
    found = []
    for match in NAME.finditer(summary):
        word = re.sub(r"['’]s?$", "", match.group())
        parts = [part for part in re.split(r"['-]", fold(word)) if part]
        if fold(word) in known or all(part in known for part in parts):
            continue
        if _starts_sentence(summary, match.start()) and _is_common(word):
            continue
        found.append(word)
    return list(dict.fromkeys(found))


def _starts_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"“«'‘(")
    return not before or before[-1] in ".!?:…"


def _is_common(word: str) -> bool:
    from wordfreq import zipf_frequency

    return zipf_frequency(word.lower(), "en") >= COMMON_WORD_FREQUENCY
