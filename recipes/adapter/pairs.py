"""Pairs of sentences to learn from, and how the model sees them: as the product asks it."""

import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from toolkit.engines.tokens import Tokens
from toolkit.lexicon.coverage import coverage
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.prompts import load_prompt

PROMPT = "news.v4"
WORDS, RATIO = range(7, 27), (0.6, 1.5)  # words of the French, and of the English to one of those
MIN_COVERAGE = 0.8  # by the lexicon, both ways: what is translated freely teaches leaving out
STRAY_SPACE = re.compile(r"([dlnsjmtcu]['’]) (?=\w)")  # behind an apostrophe
WHOLE = re.compile(r"[^\Wa-z].*[.!?»\"]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pair:
    """Tokens: what is asked, and the answer with the mark of its end. `coverage` is the sum of both
    directions.
    """

    asked: tuple[int, ...]
    answer: tuple[int, ...]
    coverage: float

    @property
    def ids(self) -> tuple[int, ...]:
        return self.asked + self.answer


def read_pairs(path: Path, origin: str = "") -> Iterator[tuple[str, str]]:
    """French and English of the lines origin, French, English; only those of an `origin`, if one is
    named.
    """
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            found, french, english = line.rstrip("\n").split("\t")
            if origin in ("", found):
                yield STRAY_SPACE.sub(r"\1", french).strip(), english.strip()


def is_good(french: str, english: str) -> bool:
    """Whether they look like a sentence and its translation."""
    words = len(french.split())
    return (
        words in WORDS
        and RATIO[0] <= len(english.split()) / words < RATIO[1]
        and all(WHOLE.fullmatch(text) and not text.isupper() for text in (french, english))
    )


def encode(french: str, english: str, tokens: Tokens) -> Pair:
    forwards, backwards = load_lexicons("fr", "en"), load_lexicons("en", "fr")
    assert forwards
    assert backwards
    both = [coverage(french, english, forwards).share, coverage(english, french, backwards).share]
    prompt = load_prompt("translation", PROMPT)
    chat = prompt.render(source=french, before="", terms=[], faults=[], hints=[])
    end = tokens.tokenizer.eos_token_id
    answer = (*tokens.encode_unguarded(english), end)
    return Pair(tuple(tokens.encode(chat)), answer, sum(both) if min(both) >= MIN_COVERAGE else 0.0)
