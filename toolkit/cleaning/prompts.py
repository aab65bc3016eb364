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
from toolkit.cleaning.words import MAYBE_DIGIT

WEIGHTS_FILE = Path(__file__).with_name("prompts.toml")
REASON = "reader prompt"
MIN_WORDS = 4
MOST = 3  # words of a kind that count
POINTS = 2.0  # for each unit of log-odds
LIKELY = 1.0  # the log-odds from which a line loses points

IMPERATIVE = re.compile(r"(?!all|assez|av|sav|ser|rendez).{3,}ez")
MAX_PRICED_CHARS = 200
# A share of people or votes is no price, but a discount is.
PRICE = re.compile(
    rf"[-–−#{MAYBE_DIGIT}](?:(?<=\d) ?(?:€|\$|(?:euros?|francs?|DT|DH|F)\b)"
    r"|(?<=\d)\d[ .](?:\d\d[ .]){2}\d\d|(?<=#)\d"
    r"|(?<=[-–−])(?<!\d[-–−])(?<!\d [-–−]) ?\d+ ?%)"
)
# What happened, or was so: `a annoncé`, `était`.
TOLD = re.compile(
    r"\b(?:a|ont|avait|avaient|était|étaient|fut|furent) (?:\w+ )?\w+(?:é|ée|i|ie|u|ue|it)s?\b"
)
LASTED = re.compile(r"\w{3}(?:ait|aient)\b")
VOUS = frozenset(("vous", "votre", "vos"))
NOTRE = frozenset(("notre", "nos"))
NOUS = NOTRE | {"nous"}
POINTERS = frozenset(("ce", "cet", "cette", "présent", "présente"))


def count_told(text: str) -> int:
    """How many words of `text`, in lower case, tell what happened, or was so."""
    return len(TOLD.findall(text)) + len(LASTED.findall(text))


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


def signals(text: str, words: Sequence[str]) -> dict[str, float]:
    """What the words of a line, in lower case and their order, say; nothing where none is of a
    kind. Kinds of words that it lacks are left out.
    """
    priced = PRICE.search(text, 0, MAX_PRICED_CHARS) is not None
    if not priced and _known().isdisjoint(words):
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
        "this thing": named["things"]
        and any(
            word in things and not POINTERS.isdisjoint(words[max(0, at - 2) : at])
            for at, word in enumerate(words)
        ),
        "things and offers": named["things"] and named["offers"],
    }
    addressed["price"] = priced
    addressed["bare price"] = priced and text[-1] not in ".!?…»:;,"
    addressed["price and address"] = priced and (addressed["imperative"] or addressed["vous"])
    addressed["vous and things"] = addressed["vous"] and named["things"]
    addressed["nous and offers"] = addressed["nous"] and named["offers"]
    named |= {name: float(bool(value)) for name, value in addressed.items()}
    return {name: value for name, value in named.items() if value}


# News speaks of the press and the law in the words of notices, but neither to the reader nor of the
# site itself and its channels; without these the words alone drop no sentence. What it tells as
# having happened may be its own: `n'avait pas répondu à l'heure où nous publions cet article`.
SPEAKING = frozenset(("vous", "nous", "imperative", "channels"))
SITE = frozenset(("contenu", "contenus", "page", "site"))
MOST_UNSPOKEN = -2.0


def weigh_prompt(text: str, words: Sequence[str]) -> float:
    """The points against a line with these words, in lower case and their order; 0 for most."""
    fitted = weights()
    found = signals(text, words)
    odds = fitted.bias + sum(fitted.weights.get(name, 0.0) * x for name, x in found.items())
    if odds < LIKELY:
        return 0.0
    asked = count_told(text.lower()) and NOTRE.isdisjoint(words) and VOUS.isdisjoint(words)
    speaks = not asked and (
        SPEAKING & found.keys() or ("this thing" in found and SITE.intersection(words))
    )
    points = -POINTS * odds
    return round(points if speaks else max(points, MOST_UNSPOKEN), 2)
