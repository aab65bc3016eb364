"""Which of several drafts without faults is the better summary."""

import re
from collections import Counter

from toolkit.summarization.grounds import Grounds, stems

NAME = re.compile(r"\b[A-ZÀ-Þ][\w'’-]+")
CENTRAL_NAMES = 4
COPIED_WORDS = 12  # a longer run of the article's own words is copied, not summarized
FULL = 0.6  # of the words allowed, from which on a summary counts as full


def quality_of(text: str, grounds: Grounds, *, max_words: int) -> float:
    """From about 0 to 4: what it tells of the lead, of the central names, its fullness, support.

    Repetition and long copied runs take from it.
    """
    if not text:
        return 0.0
    passages = [each for each in grounds.passages if each.start >= 0]
    if not passages:
        return 0.0
    lead = passages[0].stems
    told = stems(text)
    covered = len(told & lead) / max(1, min(len(lead), max_words))
    supported = grounds.score(text, grounds.whole)
    full = min(1.0, len(text.split()) / (FULL * max_words))
    return (
        covered
        + _central(text, grounds)
        + full
        + supported
        - _repeated(text)
        - _copied(text, grounds)
    )


def _central(text: str, grounds: Grounds) -> float:
    """The share of the names that most sentences of the article have."""
    counts: Counter[str] = Counter()
    for passage in grounds.passages:
        counts.update({stem for name in NAME.findall(passage.text) for stem in stems(name)})
    central = [stem for stem, count in counts.most_common(CENTRAL_NAMES) if count > 1]
    return sum(stem in stems(text) for stem in central) / len(central) if central else 1.0


def _repeated(text: str) -> float:
    """The share of word triples that come again."""
    words = re.findall(r"\w+", text.lower())
    triples = list(zip(words, words[1:], words[2:], strict=False))
    return 1 - len(set(triples)) / len(triples) if triples else 0.0


def _copied(text: str, grounds: Grounds) -> float:
    """1 where COPIED_WORDS in a row stand in the article or its translation, else 0."""
    known = " ".join(re.findall(r"\w+", grounds.text.lower()))
    words = re.findall(r"\w+", text.lower())
    runs = (words[at : at + COPIED_WORDS] for at in range(len(words) - COPIED_WORDS + 1))
    return float(any(" ".join(run) in known for run in runs))
