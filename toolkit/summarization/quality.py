"""Which of several drafts without faults is the better summary."""

import re
from collections import Counter
from itertools import chain

from toolkit.summarization.faithfulness.evidence import EvidenceIndex, stems

NAME = re.compile(r"\b[A-ZÀ-Þ][\w'’-]+")
CENTRAL_NAMES = 4
COPIED_WORDS = 12  # a longer run of the article's own words is copied, not summarized
FULL = 0.6  # of the words allowed, from which on a summary counts as full


def quality_of(text: str, evidence: EvidenceIndex, *, max_words: int) -> float:
    """From about 0 to 4: how much of the lead and of the central names it has, fullness, support.

    Repetition and long copied runs take from it.
    """
    if not text:
        return 0.0
    sentences = [sentence for sentence in evidence.sentences if sentence.start >= 0]
    if not sentences:
        return 0.0
    lead = sentences[0].stems
    covered = len(stems(text) & lead) / max(1, min(len(lead), max_words))
    supported = evidence.score(text, evidence.whole)
    full = min(1.0, len(text.split()) / (FULL * max_words))
    return (
        covered
        + _central(text, evidence)
        + full
        + supported
        - _repeated(text)
        - _copied(text, evidence)
    )


def _central(text: str, evidence: EvidenceIndex) -> float:
    """The share of the names that most sentences of the article have, the first ones of as many."""
    counts: Counter[str] = Counter()
    for sentence in evidence.sentences:
        names = (sorted(stems(name)) for name in NAME.findall(sentence.text))
        counts.update(list(dict.fromkeys(chain.from_iterable(names))))
    central = [stem for stem, count in counts.most_common(CENTRAL_NAMES) if count > 1]
    return sum(stem in stems(text) for stem in central) / len(central) if central else 1.0


def _repeated(text: str) -> float:
    """The share of word triples that come again."""
    words = re.findall(r"\w+", text.lower())
    triples = list(zip(words, words[1:], words[2:], strict=False))
    return 1 - len(set(triples)) / len(triples) if triples else 0.0


def _copied(text: str, evidence: EvidenceIndex) -> float:
    """1 where COPIED_WORDS in a row stand in the article or its translation, else 0."""
    known = " ".join(re.findall(r"\w+", evidence.text.lower()))
    words = re.findall(r"\w+", text.lower())
    runs = (words[at : at + COPIED_WORDS] for at in range(len(words) - COPIED_WORDS + 1))
    return float(any(" ".join(run) in known for run in runs))
