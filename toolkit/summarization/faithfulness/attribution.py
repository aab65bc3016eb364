"""Who says what: statements that an English summary gives to the wrong person.

Heuristics on names and verbs of saying; docs/decisions/0009 says what they catch and what not.
"""

import re

from toolkit.languages import ENGLISH
from toolkit.segmentation import split_sentences

REPORTING = ENGLISH.reporting_verbs
SPEAKER_REACH = 3  # words between a speaker's name and the verb, either way round
QUOTE = re.compile(r":\s?[\"“«]")  # Issa Kaboré, a teacher, is waiting: "Prices fell."
MAX_CLAUSE_CHARS = 500
FULL_NAME = re.compile(r"\b[A-ZÀ-Þ][\w-]+ [A-ZÀ-Þ][\w-]+\b")
# Wang Yi and (Russian Foreign Minister Sergey) Lavrov (have) announced
SUBJECT = re.compile(
    r"(?:(?P<first>[A-ZÀ-Þ][\w-]+) and (?:[A-ZÀ-Þ][\w-]+ )*?)?"
    r"(?P<last>[A-ZÀ-Þ][\w-]+) (?:has |have |also |had )*(?:" + "|".join(sorted(REPORTING)) + r")\b"
)
REPORTED_CLAUSE = re.compile(
    r"(?P<speaker>[A-ZÀ-Þ][\w-]+) (?:has |have |also |had )*(?:"
    + "|".join(sorted(REPORTING))
    + r") that (?:[A-ZÀ-Þ][\w.-]+ )*?(?P<subject>[A-ZÀ-Þ][\w-]+)"
    r" (?:was|is|has|had|would|will|wants|wanted|hopes|hoped)\b"
)
STEM_CHARS, MIN_SHARED_STEMS = 5, 0.5


def silent_speakers(summary: str, article: str) -> list[str]:
    """People who say something in the English `summary` but nowhere in `article`.

    A speaker stands right before a verb of saying in the summary, or before the "and" that leads
    up to one; in the article such a verb must be near one of the person's names, or a quotation
    behind a colon.
    """
    people = {frozenset(name.split()) for name in FULL_NAME.findall(article)}
    words = re.findall(r"[\w'-]+", article)
    spoken = {
        near
        for position, word in enumerate(words)
        if word.lower() in REPORTING
        for near in words[max(0, position - SPEAKER_REACH) : position + SPEAKER_REACH + 1]
    }
    spoken |= {
        word
        for quote in QUOTE.finditer(article)
        for word in re.findall(r"[\w'-]+", _clause_before(article, quote.start()))
    }
    silent = []
    for subject in SUBJECT.finditer(summary):
        for speaker in filter(None, subject.group("first", "last")):
            person = next((names for names in people if speaker in names), None)
            if person and not person & spoken:
                silent.append(speaker)
    return list(dict.fromkeys(silent))


def _clause_before(article: str, end: int) -> str:
    return re.split(r"[.?!:;]", article[max(0, end - MAX_CLAUSE_CHARS) : end])[-1]


def dropped_subjects(summary: str, article: str) -> list[tuple[str, str]]:
    """Speakers to whom the English `summary` gives what they say of somebody else.

    The article has "Lavrov said that Putin was eager to visit"; a sentence of the summary has the
    speaker and half of the other words, but not Putin. Each pair is the speaker and the other.
    """
    people = {frozenset(name.split()) for name in FULL_NAME.findall(article)}

    def person(name: str) -> frozenset[str]:
        return next((names for names in people if name in names), frozenset())

    dropped = []
    for reported in split_sentences(article):
        clause = REPORTED_CLAUSE.search(reported.text)
        if not clause or not person(clause["subject"]):
            continue  # nobody, or no person, is spoken of
        if person(clause["speaker"]) == person(clause["subject"]):
            continue
        known = _stems(reported.text)
        for sentence in split_sentences(summary):
            words = set(re.findall(r"[\w-]+", sentence.text))
            stems = _stems(sentence.text)
            if (
                words & (person(clause["speaker"]) or {clause["speaker"]})
                and not words & person(clause["subject"])
                and len(stems & known) >= max(1, MIN_SHARED_STEMS * len(stems))
            ):
                dropped.append((clause["speaker"], clause["subject"]))
    return list(dict.fromkeys(dropped))


def _stems(text: str) -> set[str]:
    """The first letters of the longer words that are no names."""
    return {word[:STEM_CHARS] for word in re.findall(r"\b[a-z]\w{3,}", text)}
