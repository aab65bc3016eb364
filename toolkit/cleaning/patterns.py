"""The phrases of patterns.toml, ready to be compared with a line.

Every phrase is found through one of its words, so that the cost of a line doesn't grow with the
number of phrases; the few regular expressions run on short lines only.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from toolkit.cleaning.words import LETTERS, MAYBE_DIGIT, finder
from toolkit.languages.paywalls import is_paywall

PATTERNS_FILE = Path(__file__).with_name("patterns.toml")
DATES_OF_TIMELINES = ("MONTH #", "#e siecle")  # headings rather than the date of an article
INTERRUPTION = 0.25
MAX_SENTENCE_WORDS = 8
MAX_CHARS = 400  # longer lines are paragraphs

FOLDED = dict(
    zip(
        "àâäáãéèêëîïíôöóõùûüúçñÿ’ʼ`\u00a0\u202f\u2009\t",
        "aaaaaeeeeiiioooouuuucny'''    ",
        strict=True,
    )
) | {"œ": "oe", "æ": "ae"}
MONTHS = "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre"
DAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche"
YEAR = re.compile(r"(?:1[89]|20)\d\d")
DIGITS = re.compile(rf"[{MAYBE_DIGIT}](?<=\d)\d*")
NAME = re.compile(rf"\b(?:({'|'.join(MONTHS.split())})|{'|'.join(DAYS.split())})\b")
# As they stand in lines, in short and in English too.
WRITTEN_MONTH = (
    r"(?i:janv(?:ier)?|f[ée]vr(?:ier)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|ao[uû]t|sept(?:embre)?|"
    r"oct(?:obre)?|nov(?:embre)?|d[ée]c(?:embre)?|january|february|march|april|may|june|july|"
    r"august|september|october|november|december)\.?"
)
tokens_of = finder(r"[\w'?]+|[^\w\s]", latin=rf"[{LETTERS}0-9_'?]+|[^{LETTERS}0-9_\s]")
SIGNS = frozenset(",.:;/|-–—•·()!&+*»›")
EDGES = " -–—•*|:<>›·_=~"


class Pattern(BaseModel):
    """One entry of the file; its keys are explained there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: str
    points: float
    max_words: int = 14
    cost: float = INTERRUPTION
    opens_list: bool = False
    only_above: bool = False
    paywall: bool = False
    sentences: bool = False
    ends_article: Literal["", "late", "always"] = ""
    is_: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    matches: tuple[tuple[str, str], ...] = ()


def normal_form(line: str) -> str:
    """What phrases are compared with; see the head of patterns.toml."""
    text = line.lower()
    if not text.isascii():
        text = _folded(text)
    if YEAR.fullmatch(text):
        return text  # the heading of a timeline
    if DIGITS.search(text):
        text = NAME.sub(_kind, DIGITS.sub("#", text))
    return " ".join(text.split()).replace(" :", ":").strip(EDGES)


def _folded(text: str) -> str:
    # A search for each is quicker than `translate`, which looks every character up.
    for char, plain in FOLDED.items():
        text = text.replace(char, plain)
    return text


def _kind(name: re.Match[str]) -> str:
    return "MONTH" if name[1] else "DAY"


class PatternSet:
    """All patterns, indexed by the words of their phrases."""

    def __init__(self, patterns: tuple[Pattern, ...]) -> None:
        self._whole: dict[str, Pattern] = {}
        self._starts: dict[str, list[tuple[str, Pattern]]] = {}
        self._ends: dict[str, list[tuple[str, Pattern]]] = {}
        self._has: dict[str, list[tuple[str, Pattern]]] = {}
        self._only: list[tuple[frozenset[str], frozenset[str], Pattern]] = []
        self._matches: dict[str, list[tuple[re.Pattern[str], Pattern]]] = {}
        for pattern in patterns:
            for phrase in map(_phrase, pattern.is_):
                self._whole.setdefault(phrase, pattern)
            for phrase in map(_phrase, pattern.starts):
                self._starts.setdefault(tokens_of(phrase)[0], []).append((phrase, pattern))
            for phrase in map(_phrase, pattern.ends):
                self._ends.setdefault(tokens_of(phrase)[-1], []).append((phrase, pattern))
            for phrase in map(_phrase, pattern.has):
                word = max(tokens_of(phrase), key=len)
                self._has.setdefault(word, []).append((phrase, pattern))
            if pattern.only:
                only, needs = map(_words, (pattern.only, pattern.needs))
                self._only.append((only | SIGNS, needs, pattern))
            for gate, expression in pattern.matches:
                written = expression.replace("’", "'").replace("MONTH", WRITTEN_MONTH)
                straight = re.compile(written)
                self._matches.setdefault(gate, []).append((straight, pattern))

    def find(self, line: str, *, sentence: bool) -> Pattern | None:
        """The pattern that speaks most against `line`, which is stripped, or None.

        `sentence`: the line ends as one.
        """
        if len(line) > MAX_CHARS:
            return None
        text = normal_form(line)
        tokens = tokens_of(text)
        found = [self._whole[text]] if text in self._whole else []
        if tokens:
            count, words = text.count(" ") + 1, set(tokens)
            for phrase, pattern in self._starts.get(tokens[0], ()):
                most = MAX_SENTENCE_WORDS if sentence and not pattern.sentences else 999
                if count <= min(pattern.max_words, most) and _starts(text, phrase):
                    found.append(pattern)
            for phrase, pattern in self._ends.get(tokens[-1], ()):
                if count <= pattern.max_words and text.endswith(phrase):
                    found.append(pattern)
            if not words.isdisjoint(self._has):
                for word in dict.fromkeys(tokens):  # in their order: of equals the first is taken
                    for phrase, pattern in self._has.get(word, ()):
                        if count <= pattern.max_words and phrase in text:
                            found.append(pattern)
            for only, needs, pattern in self._only:
                if count > pattern.max_words or text in DATES_OF_TIMELINES:
                    continue
                if words <= only and not words.isdisjoint(needs):
                    found.append(pattern)
        straight = line.replace("’", "'")
        one_spaced = " ".join(straight.split())
        for expressions in [each for gate, each in self._matches.items() if gate in straight]:
            found += [each for text, each in expressions if text.fullmatch(one_spaced)]
        if any(pattern.paywall for pattern in found) and not is_paywall(line):
            found = [pattern for pattern in found if not pattern.paywall]
        return min(found, key=_points, default=None)


def _points(pattern: Pattern) -> float:
    return pattern.points


def _phrase(phrase: str) -> str:
    return " ".join(_folded(phrase.lower()).split()).replace(" :", ":")


def _words(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word if word in ("MONTH", "DAY") else _phrase(word) for word in words)


def _starts(text: str, phrase: str) -> bool:
    return text.startswith(phrase) and not text[len(phrase) : len(phrase) + 1].isalnum()


@cache
def patterns() -> PatternSet:
    """The bundled patterns."""
    return PatternSet(
        tuple(
            Pattern.model_validate(
                {("is_" if key == "is" else key): value for key, value in entry.items()}
            )
            for entry in _file()["pattern"]
        )
    )


def reasons() -> frozenset[str]:
    """Those of the bundled patterns."""
    return frozenset(entry["reason"] for entry in _file()["pattern"])


@cache
def prompt_words() -> dict[str, frozenset[str]]:
    """The bundled words of reader prompts by kind, with accents and without."""
    return {
        kind: frozenset((*words, *map(_phrase, words))) for kind, words in _file()["prompt"].items()
    }


@cache
def section_words() -> dict[str, frozenset[str]]:
    """The bundled words that tell sections of an article from boxes, by kind."""
    return {kind: frozenset(words) for kind, words in _file()["section"].items()}


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(PATTERNS_FILE.read_text(encoding="utf-8"))
