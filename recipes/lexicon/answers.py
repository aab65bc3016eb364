"""What words and phrases are answered with, from links between words."""

from collections import Counter, defaultdict

import numpy as np
from corpus import Side
from wordfreq import zipf_frequency

MIN_COUNT = 4  # links of a word
MIN_PAIR = 2  # links of a word and its answer, ...
MIN_GROUP_PAIR = 3  # ... or of all its inflections and the answer
MIN_ANSWER = 0.003
MIN_MEANING = 0.03
MAX_ANSWERS = 40
MIN_LIFT = 5  # how many times likelier an answer is beside the word than anywhere
GROUP_WEIGHT = 5  # links that a word borrows from its inflections
PHRASE_WORDS = (2, 3)
MIN_PHRASE = 60
BOUND = 0.2  # of a phrase's translations have a word that none of its words has alone, ...
MAX_ALONE = 0.03
MIN_PHRASE_ANSWER = 0.02
BOUND_LIFT = 20
FUNCTION_WORD = 6.0  # on the Zipf scale; phrases don't begin or end with one
COMMON_ANSWER = 5.6

Table = dict[int, dict[int, float]]  # word, stem of its answer, probability
Phrase = tuple[int, ...]
# Its count, its answers by stem, and the commonest word of each answer.
Phrases = dict[Phrase, tuple[int, dict[int, float], dict[int, int]]]


class Counts:
    """How often words are linked to the stems and words of the other language."""

    def __init__(self, source: Side, target: Side, words: np.ndarray, answers: np.ndarray) -> None:
        keep = ~(source.is_number[words] | target.is_number[answers])
        words, answers = words[keep], answers[keep]
        self.source, self.target = source, target
        size = len(target.forms)
        pairs, counts = np.unique(words.astype(np.int64) * size + answers, return_counts=True)
        self.words, self.answers, self.counts = pairs // size, pairs % size, counts
        self.of_word = np.bincount(self.words, counts, minlength=len(source.forms))
        stems = target.stem_of[self.answers]
        self.of_stem = np.bincount(stems, counts, minlength=len(target.stems))
        self.total = counts.sum()

    def tables(self) -> tuple[Table, dict[int, dict[int, int]]]:
        """Answers by stem with their probabilities, and the commonest word of each pair."""
        source, target = self.source, self.target
        own: defaultdict[int, Counter[int]] = defaultdict(Counter)
        group: defaultdict[int, Counter[int]] = defaultdict(Counter)
        surface: defaultdict[tuple[int, int], Counter[int]] = defaultdict(Counter)
        for word, answer, count in zip(
            self.words.tolist(), self.answers.tolist(), self.counts.tolist(), strict=True
        ):
            stem, root = int(target.stem_of[answer]), int(source.stem_of[word])
            own[word][stem] += count
            group[root][stem] += count
            if self.of_word[word] >= MIN_COUNT:
                surface[word, stem][answer] += count
        share = self.of_stem / self.total
        table: Table = {}
        spoken: dict[int, dict[int, int]] = {}
        for word, counted in own.items():
            links = self.of_word[word]
            if links < MIN_COUNT or source.is_name[word] or source.is_number[word]:
                continue
            family = group[int(source.stem_of[word])]
            whole = family.total()
            answers = {}
            for stem, family_count in family.items():
                count = counted[stem]
                p = (count + GROUP_WEIGHT * family_count / whole) / (links + GROUP_WEIGHT)
                sure = count >= MIN_PAIR or family_count >= MIN_GROUP_PAIR
                if sure and p >= MIN_ANSWER and p >= MIN_LIFT * share[stem]:
                    answers[stem] = p
            best = sorted(answers.items(), key=lambda item: -item[1])[:MAX_ANSWERS]
            table[word] = dict(best)
            spoken[word] = {
                stem: surface[word, stem].most_common(1)[0][0]
                for stem, p in best
                if p >= MIN_MEANING and surface[word, stem]
            }
        return table, spoken


def phrases_of(
    source: Side, target: Side, table: Table, places: np.ndarray, answers: np.ndarray
) -> Phrases:
    """Phrases of which a translation has a word that none of their words has alone.

    For each its count, answers by stem, and the commonest word of each answer. `places` are those
    of the linked words in the whole text.
    """
    zipf = np.array([zipf_frequency(form, source.language) for form in source.forms])
    common = np.array([zipf_frequency(form, target.language) for form in target.forms])
    commonest = np.zeros(len(target.stems))
    np.maximum.at(commonest, target.stem_of, common)
    stems = target.stem_of[answers]
    share = np.bincount(stems, minlength=len(target.stems)) / len(answers)
    last = np.zeros(len(source.words), dtype=bool)
    last[source.starts[1:] - 1] = True
    plain = ~(source.is_number | source.is_name)[source.words]
    content = (zipf < FUNCTION_WORD)[source.words]
    size, forms = len(source.forms), len(target.forms)
    found: Phrases = {}
    for length in PHRASE_WORDS:
        starts = len(source.words) - length + 1
        key = np.zeros(starts, dtype=np.int64)
        valid = content[:starts] & content[length - 1 :]
        for offset in range(length):
            key = key * size + source.words[offset : offset + starts]
            valid &= plain[offset : offset + starts]
            if offset < length - 1:
                valid &= ~last[offset : offset + starts]
        keys, place, count = np.unique(key[valid], return_inverse=True, return_counts=True)
        number = np.full(len(keys), -1)
        number[count >= MIN_PHRASE] = np.arange((count >= MIN_PHRASE).sum())
        at = np.full(len(source.words), -1)
        at[:starts][valid] = number[place]
        keys, count = keys[count >= MIN_PHRASE], count[count >= MIN_PHRASE]
        pairs = []
        for offset in range(length):
            phrase = np.where(places >= offset, at[places - offset], -1)
            kept = (phrase >= 0) & ~target.is_number[answers]
            pairs.append(phrase[kept].astype(np.int64) * forms + answers[kept])
        pair, times = np.unique(np.concatenate(pairs), return_counts=True)
        linked: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for one, many in zip(pair.tolist(), times.tolist(), strict=True):
            linked[one // forms][one % forms] += many
        for one, counted in linked.items():
            words = tuple(int(keys[one]) // size**power % size for power in reversed(range(length)))
            by_stem: Counter[int] = Counter()
            spoken: dict[int, int] = {}
            for word, many in counted.most_common():
                by_stem[int(target.stem_of[word])] += many
                spoken.setdefault(int(target.stem_of[word]), word)
            p: dict[int, float] = {
                stem: min(1.0, many / float(count[one])) for stem, many in by_stem.items()
            }
            plain_stems = [stem for stem in p if commonest[stem] < COMMON_ANSWER]
            best = max(plain_stems, key=lambda stem: p[stem], default=-1)
            bound = {
                stem
                for stem in plain_stems
                if p[stem] >= BOUND
                and p[stem] >= BOUND_LIFT * share[stem]
                and all(table.get(word, {}).get(stem, 0) < MAX_ALONE for word in words)
            }
            if best in bound:
                best_first = {
                    stem: each
                    for stem, each in sorted(p.items(), key=lambda item: -item[1])
                    if each >= MIN_PHRASE_ANSWER and each >= MIN_LIFT * share[stem]
                }
                said = {stem: spoken[stem] for stem in plain_stems}
                found[words] = (
                    int(count[one]),
                    dict(list(best_first.items())[:MAX_ANSWERS]),
                    said,
                )
    return found
