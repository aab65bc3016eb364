"""Whose words each sentence of a French article gives, and statements that give them to others."""

import re
from collections.abc import Sequence
from functools import lru_cache

from toolkit.languages import FRENCH
from toolkit.summarization.faithfulness.attribution import REPORTING, SUBJECT
from toolkit.summarization.faithfulness.evidence import (
    FULL_NAME,
    STOP_WORDS,
    EvidenceIndex,
    SourceSentence,
)
from toolkit.text import fold

SAID = "|".join(FRENCH.said)
SAYS = "|".join(sorted(FRENCH.reporting_verbs))
_NAME = r"[A-ZÀ-Þ][\w-]*\w"
_NAMES = rf"{_NAME}(?: {_NAME})*"
# The same words also stand before what is said: a déclaré que le président.
_ROLE = (
    r"(?:M\. |Mme |(?:le |la |l['’]|son |sa )(?:\w+ )?"
    rf"(?:{'|'.join(sorted(FRENCH.roles, reverse=True))})\b[^,.»\"”A-ZÀ-Þ]{{0,60}}"
    r"(?:des Affaires étrangères |de l['’]Intérieur |des Finances )?)"
)
_ADVERBS = r"(?:(?!que\b|été\b|pas\b)[a-zà-ÿ]+ ){0,4}?"
_HAS = rf"(?:s['’](?:est|était) |a |ont |avait |avaient ){_ADVERBS}"
BEFORE = re.compile(
    rf"(?P<name>{_NAMES}) (?:{_HAS}(?:{SAID})|(?:{SAYS}))\b"
    rf"|, (?P<apposed>{_NAMES}), {_HAS}(?:{SAID})\b"
)
BEHIND = re.compile(
    rf"(?:\b(?:a|ont|avait) {_ADVERBS}(?:{SAID})|,\s(?:{SAYS})|[»\"”],? (?:{SAYS})),? (?:{_ROLE})?"
    rf"(?P<name>{_NAMES})"
)
ACCORDING = re.compile(
    rf"\b(?:[Ss]elon|[Dd]['’]après) (?:{_ROLE}|la |le |l['’])?(?P<name>{_NAMES})"
)
# Issa Kaboré, enseignant, attend de voir : « Les prix avaient baissé.
COLON = re.compile(
    rf"(?:^|[.»] )(?:[A-Z]\w+ \w+ )?(?P<name>{_NAME} {_NAMES})"
    r"(?:, [^.;:«»]{0,60},)? [^.;:«»,]{0,60}:\s?[«\"“]"
)
# He and she go on with what the last one said.
GOES_ON = re.compile(
    rf"\b(?:a-t-(?:il|elle) |ont-(?:ils|elles) )(?:{SAID})|\b(?:{SAYS})-(?:t-)?(?:il|elle)\b"
    rf"|\b[IiEe]l(?:le)? {_HAS}(?:{SAID})\b|^(?:Il|Elle) (?:a|s['’]est) (?!fallu|plu|neigé)"
)
NO_NAMES = (
    frozenset("ce cela cet cette ces celui celle on ils elles nous vous je".split()) | STOP_WORDS
)
MIN_SCORE, MARGIN = 0.35, 0.1


def other_speakers(statement: str, evidence: EvidenceIndex) -> list[str]:
    """The names of those who say in the article what an English statement gives to others.

    What the speaker says is compared with all sentences; the best one must be another's words, and
    clearly better than any of the speaker's own.
    """
    turns = speakers(evidence.sentences)
    groups = _people(evidence.sentences)
    known = {fold(name.split()[-1]) for named in turns for name in named}
    found = []
    for name, words in _said(statement):
        person = _person(name, groups)
        if len(person) == 1 and not person & known:
            continue  # a country: Beijing wants
        own, others = 0.0, (0.0, "")
        said = " ".join(word for word in words.split() if fold(word) not in person)
        for score, named in zip(evidence.shares(said), turns, strict=True):
            if not named or any(_person(each.split()[-1], groups) & person for each in named):
                own = max(own, score)
            else:
                others = max(others, (score, sorted(named)[0]))
        if others[0] >= max(MIN_SCORE, own + MARGIN):
            found.append(others[1])
    return list(dict.fromkeys(found))


def _said(statement: str) -> list[tuple[str, str]]:
    """The last name of each speaker with what is said, without the speaker's names."""
    matches = list(SUBJECT.finditer(statement))
    parts = [statement]
    if len(matches) != 1:
        ends = [match.start() for match in matches[1:]] + [len(statement)] * bool(matches)
        parts = [statement[match.start() : end] for match, end in zip(matches, ends, strict=True)]
    said = []
    for match, part in zip(matches, parts, strict=True):
        if match["first"]:
            continue  # two say it together
        words = part.replace(match.group(), " ")
        kept = [word for word in re.findall(r"[\w'-]+", words) if word.lower() not in REPORTING]
        said.append((match["last"], " ".join(kept)))
    return said


@lru_cache(maxsize=8)
def speakers(sentences: tuple[SourceSentence, ...]) -> tuple[frozenset[str], ...]:
    """The names of those who speak in each sentence, as written; empty where none is named."""
    last = frozenset[str]()
    found = []
    for sentence in sentences:
        names = {
            next(filter(None, match.groupdict().values()))
            for pattern in (BEFORE, BEHIND, ACCORDING, COLON)
            for match in pattern.finditer(sentence.text)
        }
        named = frozenset(name for name in names if fold(name) not in NO_NAMES)
        named |= last if GOES_ON.search(sentence.text) else frozenset()
        last = named or last
        found.append(named)
    return tuple(found)


@lru_cache(maxsize=8)
def _people(sentences: tuple[SourceSentence, ...]) -> tuple[frozenset[str], ...]:
    """The parts of full names, folded."""
    return tuple(
        {
            frozenset((fold(match[1]), fold(match[2])))
            for sentence in sentences
            for text, _ in sentence.versions
            for match in FULL_NAME.finditer(text)
            if fold(match[1]) not in STOP_WORDS
        }
    )


def _person(name: str, groups: Sequence[frozenset[str]]) -> frozenset[str]:
    """All names of the person who is called `name`."""
    folded = fold(name)
    return frozenset({folded}.union(*(group for group in groups if folded in group)))
