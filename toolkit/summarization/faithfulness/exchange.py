"""Actors and places that a statement may have exchanged for others.

What is said of somebody should stand in a sentence that names them. Where it stands best in one
that doesn't, they are apart from it; how likely the statement is beside the same with others in
their stead, says the model (`likelihood`). docs/decisions/0019 says how well that does.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from toolkit.checks import Check
from toolkit.summarization.faithfulness.evidence import (
    EvidenceIndex,
    SourceSentence,
    sound_of,
    telling_words,
)
from toolkit.summarization.faithfulness.likelihood import Likelihood
from toolkit.summarization.faithfulness.mentions import Mention, mentions
from toolkit.summarization.faithfulness.names import is_known
from toolkit.text import fold

FAR = 0.75  # a distance that needs no model
MIN_DISTANCE = 0.25  # that is worth asking the model about
# The model's logarithms of odds, as far as they count, and a distance are added up.
MOST_ODDS, PER_DISTANCE, MIN_DOUBT = 8.0, 24.0, 15.0
MOST_OTHERS = 4  # for each mention
NEAR = 4  # sentences from whose actors a place may be exchanged for
ADJACENT = r",? (?:the )?"
DETERMINERS = ("the ", "a ", "an ", "its ", "his ", "her ", "their ")
# Sentences that speak on of somebody before.
LEANING = {
    language: re.compile(rf"\b(?:{words})\b|\bj['’]|[«“\"]", re.IGNORECASE)
    for language, words in (
        ("fr", "ils?|elles?|je|nous|on|lui|son|sa|ses|leurs?|mon|ma|mes|notre|nos"),
        ("en", "he|she|it|they|i|we|him|them|his|her|its|their|my|our"),
    )
}
COORDINATED = re.compile(r",? ?(?:and |or )?(?:the )?")


@dataclass(frozen=True, slots=True)
class Apart:
    """A mention of a statement that the article has, though not where it says the rest.

    `distance` is by how much more of the rest the best sentence says than the best one that has the
    mention, from 0 to 1.
    """

    mention: Mention
    distance: float


@dataclass(frozen=True, slots=True)
class Exchange:
    """`text` is the statement with `other` in the place of a mention."""

    text: str
    other: str


def apart(statement: str, evidence: EvidenceIndex) -> list[Apart]:
    """The mentions of an English statement that are `MIN_DISTANCE` and more from it."""
    found = []
    for mention in mentions(statement):
        words = telling_words(mention.text)
        has = [_has(sentence, mention, words) for sentence in evidence.sentences]
        if not words or not _is_known(mention, words, evidence):
            continue
        has = [
            own or (before and _leans(sentence))
            for own, before, sentence in zip(has, [False, *has], evidence.sentences, strict=False)
        ]
        shares = evidence.shares(f"{statement[: mention.start]} {statement[mention.end :]}")
        best = own = 0.0
        for sentence, share, is_own in zip(evidence.sentences, shares, has, strict=True):
            if sentence.start >= 0:
                best, own = max(best, share), max(own, share * is_own)
        if best - own >= MIN_DISTANCE:
            found.append(Apart(mention, best - own))
    return found


def _leans(sentence: SourceSentence) -> bool:
    pattern = LEANING.get(sentence.language)
    return bool(pattern and pattern.search(sentence.text))


def far_apart(statement: str, evidence: EvidenceIndex) -> list[Check]:
    """A check for each actor or place that the article has nowhere near to what is said of it."""
    return [
        Check(name=_kind(each.mention), relation="apart", values=(each.mention.text,))
        for each in apart(statement, evidence)
        if each.distance >= FAR
    ]


def exchanged(statement: str, evidence: EvidenceIndex, likelihood: Likelihood) -> list[Check]:
    """A check for each actor or place in whose stead the model expects another one."""
    found = []
    for each in apart(statement, evidence):
        others = exchanges(each.mention, statement, evidence)
        if not others:
            continue
        scores = likelihood(evidence, [statement, *(other.text for other in others)])
        if not scores:
            continue
        own, *rest = scores
        best = max(range(len(rest)), key=rest.__getitem__)
        odds = min(rest[best] - own, MOST_ODDS)
        if odds + PER_DISTANCE * each.distance >= MIN_DOUBT:
            values = (each.mention.text, others[best].other)
            found.append(Check(name=_kind(each.mention), relation="likelier", values=values))
    return found


def _kind(mention: Mention) -> str:
    return "places" if mention.is_place else "actors"


def _has(sentence: SourceSentence, mention: Mention, words: Sequence[str]) -> bool:
    return any(map(sentence.has, words)) or (
        mention.is_named and bool(sentence.sounds & set(map(sound_of, words)))
    )


def _is_known(mention: Mention, words: Sequence[str], evidence: EvidenceIndex) -> bool:
    """Whether the article has it by that name: it may call the minister a councillor, and of a name
    that it lacks there is another check.
    """
    if mention.is_named:
        name = mention.bare
        return not name.isupper() and any(is_known(word, evidence) for word in name.split())
    return all(any(sentence.has(word) for sentence in evidence.sentences) for word in words)


def exchanges(mention: Mention, statement: str, evidence: EvidenceIndex) -> list[Exchange]:
    """The statement with each of the article's nearest others for `mention`, and with those that it
    has itself exchanged for each other.
    """
    own = [_stems(each.text) for each in mentions(statement)]
    found = []
    for place, other in _others(statement, evidence):
        stems = _stems(other.text)
        if not stems or any(stems & each for each in own) or _is_apposed(mention, other, evidence):
            continue
        if mention.is_named and not other.is_named and (mention.is_place or place > NEAR):
            continue
        text = _with(statement, mention, other.text)
        found.append(Exchange(text, other.text))
        if len(found) == MOST_OTHERS:
            break
    return found + [
        Exchange(_swapped(statement, *sorted((mention, other), key=lambda m: m.start)), other.text)
        for other in mentions(statement)
        if other != mention
        and not _stems(other.text) & _stems(mention.text)
        and not _are_coordinated(statement, mention, other)
    ]


def _others(statement: str, evidence: EvidenceIndex) -> Iterator[tuple[int, Mention]]:
    """The mentions of the article without doubles, those of the sentences nearest to the statement
    first, with the places of the sentences.
    """
    ranked = [sentence for _, sentence in evidence.ranked(statement)]
    titles = [each for each in evidence.sentences if each.start < 0 and each.text]
    seen = set()
    for place, sentence in enumerate([*ranked, *titles]):
        for mention in mentions(sentence.in_language("en")):
            if mention.text.isupper() and any(map(str.isdigit, mention.text)):
                continue
            if fold(mention.text) not in seen:
                seen.add(fold(mention.text))
                yield place, mention


def _with(statement: str, mention: Mention, other: str) -> str:
    return statement[: mention.start] + _cased(other, mention) + statement[mention.end :]


def _swapped(statement: str, first: Mention, second: Mention) -> str:
    between = statement[first.end : second.start]
    rest = statement[second.end :]
    return (
        statement[: first.start]
        + _cased(second.text, first)
        + between
        + _cased(first.text, second)
        + rest
    )


def _cased(text: str, mention: Mention) -> str:
    """`text` as it stands in the place of `mention`."""
    if not mention.start:
        return text[0].upper() + text[1:]
    return (
        text[0].lower() + text[1:] if " " in text and fold(text).startswith(DETERMINERS) else text
    )


def _stems(text: str) -> set[str]:
    return {word[:5] for word in telling_words(re.sub(r"['’]s?$", "", text))}


def _is_apposed(mention: Mention, other: Mention, evidence: EvidenceIndex) -> bool:
    """Whether both are one by a sentence that has them side by side: Foreign Minister Wang Yi."""
    last = mention.bare.split()[-1] if mention.is_named else mention.bare
    names = rf"(?:[A-ZÀ-Þ][\w-]+ )*{re.escape(last)}"
    pattern = re.compile(
        rf"\b{re.escape(other.bare)}{ADJACENT}{names}\b|\b{re.escape(last)}{ADJACENT}{re.escape(other.bare)}\b",
        re.IGNORECASE,
    )
    return any(pattern.search(sentence.in_language("en")) for sentence in evidence.sentences)


def _are_coordinated(statement: str, one: Mention, other: Mention) -> bool:
    first, second = sorted((one, other), key=lambda mention: mention.start)
    return bool(COORDINATED.fullmatch(statement, first.end, second.start))
