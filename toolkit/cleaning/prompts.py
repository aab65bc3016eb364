"""Sentences that speak of the page, its publisher or its reader rather than of the news.

Phrases can't list what sites ask for, but they ask with few kinds of words. How much each kind
says was fitted by eval/fit_cleaning.py on lines labelled by hand.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from toolkit.cleaning.patterns import prompt_words

WEIGHTS_FILE = Path(__file__).with_name("prompts.toml")
REASON = "reader prompt"
MIN_WORDS = 4
MOST = 3  # words of a kind that count
POINTS = 2.0  # for each unit of log-odds
LIKELY = 1.0  # the log-odds from which a line loses points

IMPERATIVE = re.compile(r"(?!all|assez|av|sav|ser|rendez).{3,}ez")
VOUS = frozenset(("vous", "votre", "vos"))
NOUS = frozenset(("nous", "notre", "nos"))
POINTERS = frozenset(("ce", "cet", "cette", "présent", "présente"))


class Weights(BaseModel):
    """The fitted file: log-odds that a line is a prompt."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bias: float
    weights: Mapping[str, float]


@cache
def weights() -> Weights:
    return Weights.model_validate(tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8")))


@cache
def _known() -> frozenset[str]:
    return frozenset().union(*prompt_words().values())


def signals(words: Sequence[str]) -> dict[str, float]:
    """What the words of a line, in lower case and their order, say; nothing where none is of a
    kind. Kinds of words that it lacks are left out.
    """
    if _known().isdisjoint(words):
        return {}
    found = set(words)
    if "rendez" in found:
        found -= VOUS  # an appointment
    named = {kind: float(min(len(found & of), MOST)) for kind, of in prompt_words().items()}
    things = prompt_words()["things"]
    addressed = {
        "imperative": any(word.endswith("ez") and IMPERATIVE.fullmatch(word) for word in found),
        "vous": not found.isdisjoint(VOUS),
        "nous": not found.isdisjoint(NOUS),
        "this thing": any(
            word in things and not POINTERS.isdisjoint(words[max(0, at - 2) : at])
            for at, word in enumerate(words)
        ),
        "things and offers": named["things"] and named["offers"],
    }
    addressed["vous and things"] = addressed["vous"] and named["things"]
    addressed["nous and offers"] = addressed["nous"] and named["offers"]
    named |= {name: float(bool(value)) for name, value in addressed.items()}
    return {name: value for name, value in named.items() if value}


# News speaks of the press and the law in the words of notices, but neither to the reader nor of the
# site itself and its channels; without these the words alone drop no sentence.
SPEAKING = frozenset(("vous", "nous", "imperative", "channels"))
SITE = frozenset(("contenu", "contenus", "page", "site"))
MOST_UNSPOKEN = -2.0


def weigh_prompt(words: Sequence[str]) -> float:
    """The points against a line with these words, in lower case and their order; 0 for most."""
    fitted = weights()
    found = signals(words)
    odds = fitted.bias + sum(fitted.weights.get(name, 0.0) * x for name, x in found.items())
    points = -POINTS * odds if odds >= LIKELY else 0.0
    speaks = SPEAKING & found.keys() or ("this thing" in found and SITE.intersection(words))
    return round(points if speaks else max(points, MOST_UNSPOKEN), 2)
