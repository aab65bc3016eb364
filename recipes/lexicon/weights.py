"""How much it says when nothing in a translation answers a word."""

import math
from collections import Counter, defaultdict
from typing import TypeVar

import numpy as np
from answers import Counts, Phrase, Phrases, Table
from corpus import Side

PRIOR = 4  # sentences that the miss rate of like words counts for
USUAL = 5  # on the Zipf scale: each unit that a word is rarer makes an error e times likelier

Key = TypeVar("Key")


def miss_rates(
    table: Table, counts: Counts, source: Side, target: Side, first: int, last: int
) -> dict[int, float]:
    """How often human translators don't answer each word, in sentences that the table hasn't seen.

    What was seen little is held to what is usual for words as rare as it is.
    """
    seen, missed = Counter[int](), Counter[int]()
    answers = {word: frozenset(found) for word, found in table.items()}
    for number in range(first, last):
        present = set(target.stem_of[target.sentence(number)].tolist())
        for word in set(source.sentence(number).tolist()):
            if word in answers:
                seen[word] += 1
                if not answers[word] & present:
                    missed[word] += 1
    bucket_seen, bucket_missed = Counter[int](), Counter[int]()
    bucket = {word: int(math.log2(counts.of_word[word])) for word in table}
    for word in table:
        bucket_seen[bucket[word]] += seen[word]
        bucket_missed[bucket[word]] += missed[word]
    rates = {}
    for word in table:
        usual = (bucket_missed[bucket[word]] + 1) / (bucket_seen[bucket[word]] + 1)
        rates[word] = (missed[word] + PRIOR * usual) / (seen[word] + PRIOR)
    return rates


def phrase_miss_rates(
    phrases: Phrases,
    source: Side,
    target: Side,
    first: int,
    last: int,
) -> dict[Phrase, float]:
    by_first: defaultdict[int, list[Phrase]] = defaultdict(list)
    for words in phrases:
        by_first[words[0]].append(words)
    seen, missed = Counter[Phrase](), Counter[Phrase]()
    for number in range(first, last):
        sentence = source.sentence(number).tolist()
        present: set[int] | None = None
        for place, word in enumerate(sentence):
            for words in by_first.get(word, ()):
                if tuple(sentence[place : place + len(words)]) == words:
                    if present is None:
                        present = set(target.stem_of[target.sentence(number)].tolist())
                    seen[words] += 1
                    missed[words] += present.isdisjoint(phrases[words][1])
    usual = (missed.total() + 1) / (seen.total() + 1)
    return {words: (missed[words] + PRIOR * usual) / (seen[words] + PRIOR) for words in phrases}


def chance(
    answers: dict[Key, dict[int, float]], target: Side, sample: np.ndarray
) -> dict[Key, float]:
    """How often a sentence that has nothing to do with the word or phrase answers it."""
    size = len(sample)
    holds: defaultdict[int, np.ndarray] = defaultdict(lambda: np.zeros(size, dtype=bool))
    for place, number in enumerate(sample):
        for stem in set(target.stem_of[target.sentence(number)].tolist()):
            holds[stem][place] = True
    found = {}
    for key, stems in answers.items():
        any_of = np.zeros(size, dtype=bool)
        for stem in stems:
            if stem in holds:
                any_of |= holds[stem]
        found[key] = float(any_of.mean())
    return found


def weight_of(miss_rate: float, by_chance: float, zipf: float) -> float:
    """The log-likelihood ratio of "has nothing to do with the word" to "is a translation of it",
    for a text that doesn't answer the word, and the prior odds by how rare the word is.
    """
    return max(0.0, math.log((1 - by_chance + 1e-6) / miss_rate) + USUAL - zipf)
