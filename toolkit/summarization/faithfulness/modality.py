"""What an article only hopes, wants or plans, and an English summary tells as done."""

import re

from toolkit.languages import ENGLISH
from toolkit.summarization.faithfulness.evidence import EvidenceIndex

# The verb of what is hoped: hoped to meet, looking forward to visiting, ready to work.
HOPED = re.compile(
    rf"\b(?:{'|'.join(ENGLISH.hedges)})(?: \w+ly)? to (?:\w+ly )?(?P<verb>[a-z]+)", re.IGNORECASE
)
JOINING = frozenset({"and", "or"})  # to sign and ratify
REACH = 2  # words before the verb
MIN_STEM = 3
MIN_SCORE = 0.35  # of the sentence that hopes, to be what the statement speaks of


def dropped_hedges(statement: str, evidence: EvidenceIndex) -> list[str]:
    """The verbs of `statement` that the sentence it rests on has only as a hope or a plan.

    A verb that any other sentence of the article has as done is no fault.
    """
    words = re.findall(r"[\w']+", statement.lower())
    done = {_stem(word) for at, word in enumerate(words) if _tells_done(words, at)}
    found = []
    for score, sentence in evidence.ranked(statement)[:2]:
        if score < MIN_SCORE:
            break
        for match in HOPED.finditer(sentence.in_language("en")):
            verb = _stem(match["verb"])
            if verb in done and not _is_done(verb, evidence):
                found.append(match["verb"])
    return list(dict.fromkeys(found))


def _is_done(verb: str, evidence: EvidenceIndex) -> bool:
    """Whether some sentence has `verb` in the past or present, not behind `to` or a modal."""
    words = [
        [word.lower() for word in re.findall(r"[\w']+", sentence.in_language("en"))]
        for sentence in evidence.sentences
    ]
    return any(
        _stem(sentence[at]) == verb and _tells_done(sentence, at)
        for sentence in words
        for at in range(len(sentence))
    )


def _tells_done(words: list[str], at: int) -> bool:
    """Whether the verb at this place is in the past or present."""
    word, before = words[at], words[max(0, at - REACH) : at]
    past = word.endswith("ed") or word in ENGLISH.irregular_pasts
    joined = not past and bool(JOINING & set(before[-1:]))
    return not (word.endswith("ing") or joined or ENGLISH.not_done & set(before))


def _stem(word: str) -> str:
    word = ENGLISH.irregular_pasts.get(word.lower(), word.lower())
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= MIN_STEM:
            return word.removesuffix(ending)
    return word
