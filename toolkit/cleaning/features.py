"""What a line says about itself: named points for and against its being an article's text."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from toolkit.cleaning.patterns import MAX_CHARS, Pattern, patterns
from toolkit.cleaning.prompts import MIN_WORDS, REASON, weigh_prompt
from toolkit.cleaning.words import words_of
from toolkit.languages.identification import identify_language

DROP_BELOW = -2.0  # the score under which a line goes wherever it stands
FUNCTION_WORDS_FILE = Path(__file__).with_name("function_words.txt")
MIN_LANGUAGE_CHARS = 60
MIN_LANGUAGE_CONFIDENCE = 0.6
MIN_ENGLISH_WORDS = 2
MIN_ENGLISH_SHARE = 0.25
MAX_TITLE_CHARS = 220
MAX_REMEMBERED_CHARS = 100

SENTENCE_END = re.compile(r"[.!…][\s\u00a0\u202f»”\"'’)\]]*$")
# A sentence in the midst of a line, which titles of this length don't have.
INNER_END = re.compile(r"\w{3}[»”\"]?\. [A-ZÀ-Ý]")
MIN_INNER_CHARS = 100
# Cut off by the site, as in lists of links.
TRUNCATED = re.compile(r"[(\[](?:\.{3}|…)[)\]]$")
# A full stop and behind it the mark of an agency or author, as in `en 2035. - VNA`.
SIGNED_END = re.compile(r"[a-zà-ÿ\d][.!…][»”\"]?\s(?:[-–—]\s?|\()[A-Z][\w./-]{1,12}\)?$")
QUESTION_END = re.compile(r"\?[\s\u00a0\u202f»”\"'’)\]]*$")
ITEM = re.compile(r"(?:[–—•*·+-]|\d{1,2}[.)])\s")
QUOTE = re.compile('[«»“”"]')
EMOJI = re.compile("[\U0001f300-\U0001faff]")
CHARACTER = re.compile(r"[^\W_]")
LATIN = re.compile("[A-Za-zÀ-ɏ0-9]")

# The groups of features; each can be switched off to see what it is worth.
GROUPS = (
    "phrases",
    "prompts",
    "sentence",
    "length",
    "words",
    "lists",
    "structure",
    "echoes",
    "language",
    "repeats",
    "sections",
    "place",
)


class Line(NamedTuple):
    """A stripped line with the evidence found so far; `score` is the sum of its points.

    `bare`: it doesn't end as a sentence or as something that goes on, like headings and links.
    `vote`: what the readers of its page say, if it had any.
    """

    text: str
    evidence: tuple[tuple[str, float], ...] = ()
    score: float = 0.0
    pattern: Pattern | None = None
    sentence: bool = False
    question: bool = False
    bare: bool = False
    vote: str = ""

    @property
    def fault(self) -> str:
        """The name of what speaks most against it."""
        return min(self.evidence, key=itemgetter(1))[0]

    @property
    def stays(self) -> bool:
        """Whether it is kept where it stands in the article."""
        return bool(self.text) and self.score >= DROP_BELOW

    def without_pattern(self) -> "Line":
        """The line as if its pattern had not been found."""
        assert self.pattern
        evidence = tuple(point for point in self.evidence if point[0] != self.pattern.reason)
        return self._replace(evidence=evidence, score=_sum(evidence), pattern=None)

    def add(self, name: str, points: float) -> "Line":
        evidence = (*self.evidence, (name, points))
        return Line(self.text, evidence, _sum(evidence), *self[3:])


def _sum(evidence: Sequence[tuple[str, float]]) -> float:
    return round(sum([points for _, points in evidence]), 2)


@cache
def function_words(language: str) -> frozenset[str]:
    """The commonest words of running text; empty for a language that has no list."""
    lines = FUNCTION_WORDS_FILE.read_text(encoding="utf-8").splitlines()
    lists = dict(line.split(":", 1) for line in lines if not line.startswith("#"))
    return frozenset(lists.get(language, "").split())


def describe(text: str, *, language: str | None, groups: frozenset[str]) -> Line:
    """The evidence in the line itself. `language` is the article's, None when unknown."""
    # Short lines are mostly furniture, which comes again on every page of a site.
    if len(text) <= MAX_REMEMBERED_CHARS:
        return _remembered(text, language, groups)
    return _describe(text, language, groups)


def _describe(text: str, language: str | None, groups: frozenset[str]) -> Line:
    if not text:
        return Line(text)
    end = text[-12:]
    sentence = bool(SENTENCE_END.search(end) or SIGNED_END.search(text[-24:]))
    sentence = sentence and not TRUNCATED.search(end)
    if not sentence and MIN_INNER_CHARS <= len(text) <= MAX_TITLE_CHARS:
        sentence = INNER_END.search(text, 0, len(text) - 20) is not None
    question = QUESTION_END.search(end) is not None
    goes_on = end[-1] in ":;," or ITEM.match(text) is not None
    bare = not (sentence or question or goes_on) and len(text) <= MAX_TITLE_CHARS
    words = text.count(" ", 0, 600) + 1
    pattern = None
    if "phrases" in groups and end[-1] != ";":  # an item of the article's own list
        pattern = patterns().find(text, sentence=sentence)
    evidence: list[tuple[str, float]] = []
    if pattern:
        evidence.append((pattern.reason, pattern.points))
    if "sentence" in groups:
        if sentence:
            evidence.append(("ends as a sentence", 1.0 if words >= 3 else 0.5))
        elif goes_on:
            evidence.append(("goes on", 0.5))
        elif bare:
            evidence.append(("no full stop", -1.0))
    if "length" in groups:
        if sentence:
            evidence.append(("length", round(min(len(text), 400) / 100, 2)))
        elif len(text) > 120:
            evidence.append(("length", round(min(len(text) - 120, 280) / 100, 2)))
    if not CHARACTER.search(text):
        evidence.append(("no words", -5.0))
    elif not text.isascii() and EMOJI.search(text, 0, MAX_CHARS):
        evidence.append(("emoji", -2.0))
    found = words_of(text[:600].lower()) if words >= 4 else []
    share = _function_word_share(found, language) if words >= 5 else None
    if "prompts" in groups and not pattern and len(found) >= MIN_WORDS and len(text) <= MAX_CHARS:
        points = 0.0 if QUOTE.search(text) else weigh_prompt(text, found)
        if points:
            evidence.append((REASON, points))
    if share is not None and "words" in groups:
        if share >= 0.25:
            evidence.append(("running text", 0.5))
        elif share < 0.1 and words >= 6:
            evidence.append(("few small words", -1.0))
    if (
        "language" in groups
        and (share is None or share < 0.2)
        and _is_foreign(text, found, language)
    ):
        evidence.append(("another language", -8.0))
    return Line(text, tuple(evidence), _sum(evidence), pattern, sentence, question, bare)


_remembered = lru_cache(maxsize=1 << 15)(_describe)


def _function_word_share(words: Sequence[str], language: str | None) -> float | None:
    known = function_words(language or "")
    if not known:
        return None
    return sum(map(known.__contains__, words)) / len(words) if words else 0.0


def _is_foreign(text: str, words: Sequence[str], language: str | None) -> bool:
    if language is None:
        return False
    if function_words(language) and CHARACTER.search(text) and not LATIN.search(text):
        return True  # of another script
    if len(text) < MIN_LANGUAGE_CHARS:
        return _has_english_words(words, language)
    found = identify_language(text[:1000])
    return (
        found is not None and found.code != language and found.confidence >= MIN_LANGUAGE_CONFIDENCE
    )


def _has_english_words(words: Sequence[str], language: str) -> bool:
    """Whether the small words are all English, as in the prompts of site builders."""
    known, english = function_words(language), function_words("en")
    if not known or language == "en" or not known.isdisjoint(words):
        return False
    small = sum(map(english.__contains__, words))
    return small >= MIN_ENGLISH_WORDS and small >= MIN_ENGLISH_SHARE * len(words)
