"""What can be told wrong with a summary by looking at it beside its article."""

import re

from toolkit.documents import Check
from toolkit.summarization.attribution import dropped_subjects, wrong_speakers
from toolkit.text import fold, numbers, written_in_digits

SENTENCE_END = re.compile(r"[.!?…][”\"’')\]]*$")
NAME = re.compile(r"\b[^\W\d_a-z][\w'’]*(?:-\w+)*")
# Words that begin sentences without being names; so do most in -ing, -ed and -ly.
STARTERS = frozenset(
    """a about according additionally after all along also although among an and another any as at
    because before besides both but by de despite during each earlier either every few finally
    first following for foreign four from further he her his how however if in instead it its
    last later leaders many meanwhile ministers more moreover most mr mrs ms neither no not of
    officials on once one only or other our over president prime separately several she since so
    some state still such that the their then there these they this those though three through
    thus to together talks two under until we what when where which while who with within
    without yet you""".split()
)
DEMONYM_ENDINGS = ("ese", "an", "ish")  # Chinese rests on China or chinois
STARTER_ENDINGS = ("ing", "ed", "ly")


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
    if language == "en":
        if silent := wrong_speakers(summary, article):
            detail = "says nothing in the article: " + ", ".join(silent)
            found.append(Check(name="attribution", detail=detail))
        if dropped := dropped_subjects(summary, article):
            detail = "; ".join(f"{speaker} speaks of {subject}" for speaker, subject in dropped)
            found.append(Check(name="attribution", detail=detail))
    return found


def unsupported_numbers(summary: str, article: str, language: str) -> list[str]:
    known = numbers(article, language) | numbers(article, "fr") | numbers(article, "en")
    return sorted(written_in_digits(summary) - known)


def unsupported_names(summary: str, article: str) -> list[str]:
    """Capitalized words of `summary` that are nowhere in `article`, in any case or accent.

    The first word of a sentence counts unless sentences commonly begin with it.
    """
    known = {fold(word) for word in re.findall(r"[\w'’-]+", article)}
    known |= {part for word in known for part in re.split(r"['-]", word)}
    found = []
    for match in NAME.finditer(summary):
        word = re.sub(r"['’]s?$", "", match.group())
        parts = [part for part in re.split(r"['-]", fold(word)) if part]
        if fold(word) in known or all(part in known for part in parts):
            continue
        if _starts_sentence(summary, match.start()) and _is_starter(word):
            continue
        if word.endswith(DEMONYM_ENDINGS) and any(k.startswith(fold(word)[:4]) for k in known):
            continue
        found.append(word)
    return list(dict.fromkeys(found))


def _starts_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \"“«'‘(")
    return not before or before[-1] in ".!?:…"


def _is_starter(word: str) -> bool:
    return word.lower() in STARTERS or word.endswith(STARTER_ENDINGS)
