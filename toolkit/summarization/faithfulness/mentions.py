"""The people, bodies and places that an English sentence names, by name or by what they are."""

import re
from dataclasses import dataclass
from functools import lru_cache

from toolkit.languages import ENGLISH
from toolkit.summarization.faithfulness.names import NO_NAMES, has_meaning
from toolkit.text import fold

_NAME = r"(?:[A-ZÀ-Þ][\w’'-]*\w|[A-ZÀ-Þ])"
_NAMES = rf"{_NAME}(?:(?: (?:of the|of|de la|de|du|des|for))? {_NAME})*"
_NOUNS = "|".join(sorted(ENGLISH.actor_nouns, key=len, reverse=True))
_NOUN = rf"(?:{_NOUNS}|(?:{'|'.join(n[:-1] for n in ENGLISH.actor_nouns if n.endswith('y'))})ies)s?"
_DETERMINER = r"(?:[Tt]he|[Aa]n?|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir)"
_FULL_NAME = rf"{_NAME}(?: {_NAME})*"
# The head of the school, its regional health agency, the president Alassane Touré; Fishermen.
DESCRIBED = re.compile(
    rf"\b{_DETERMINER} (?:(?!(?:of|and|that|to|in|on|is|was|will|has)\b)[\w’'-]+ ){{0,3}}?{_NOUN}\b"
    rf"(?: hall\b)?(?: of (?:the )?(?:{_FULL_NAME}|[a-z]+))?(?:(?: of)? {_FULL_NAME})?"
    rf"|^(?:[A-Z][a-z-]+ )?(?i:{_NOUN})\b(?:(?<=s)|(?<=en|le|ce))"
)
NAMED = re.compile(rf"\b{_NAMES}")
ARTICLE = re.compile(rf"^{_DETERMINER} ")
POSSESSIVE = re.compile(r"['’]s?$")
PLACE = re.compile(
    r"\b(?:in|at|to|from|near|off|of|outside|between|through|towards?)(?: the)? $", re.IGNORECASE
)
# Who these are isn't said: a fisherman, both sides.
VAGUE = re.compile(
    r"^(?:an? |people)|\b(?:both|two|three|several|other|same|former|latter)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Mention:
    """`text` has no possessive; it stands at these offsets. `is_named` tells a name from what
    somebody is, and `is_place` what stands behind a word such as `in`.
    """

    text: str
    start: int
    end: int
    is_named: bool
    is_place: bool

    @property
    def bare(self) -> str:
        """Without `the`, `a` or `its`."""
        return ARTICLE.sub("", self.text)


@lru_cache(maxsize=512)
def mentions(sentence: str) -> tuple[Mention, ...]:
    """All of them in their order, without `a fisherman`, `the two sides` and the like."""
    spans = [(*match.span(), False) for match in DESCRIBED.finditer(sentence)]
    for match in NAMED.finditer(sentence):
        start, end = _without_common_words(sentence, match)
        if start < end and all(end <= first or start >= last for first, last, _ in spans):
            spans.append((start, end, True))
    found = []
    for start, end, is_named in sorted(spans):
        text = POSSESSIVE.sub("", sentence[start:end])
        if not VAGUE.search(text):
            is_place = bool(PLACE.search(sentence[:start]))
            found.append(Mention(text, start, start + len(text), is_named, is_place))
    return tuple(found)


def _without_common_words(sentence: str, match: re.Match[str]) -> tuple[int, int]:
    """Where a name begins and ends, without the words before it that are none, but with `the`."""
    start, end = match.span()
    while start < end:
        word = re.split(r"\s", sentence[start:end], maxsplit=1)[0]
        begins = not sentence[:start].strip(" \"“«'‘(")
        common = word.lower() in ENGLISH.no_names | ENGLISH.stop_words or fold(word) in NO_NAMES
        alone = start + len(word) == end and begins and has_meaning(word)
        if not (common or alone) and word[0].isupper():
            break
        start = min(end, start + len(word) + 1)
    name = sentence[start:end]
    if re.search(r"(?:ese|ian|ish|ean|can)$", name) and re.match(r" [a-z]", sentence[end:]):
        return end, end  # Russian troops
    if start < end and re.search(r"\bthe $", sentence[:start], re.IGNORECASE):
        start -= len("the ")
    return start, end
