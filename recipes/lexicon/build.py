"""Derives the lexicon in toolkit/lexicon from parallel text. See README.md beside this file.

Usage: python build.py TRAINING_FOLDER WORK_FOLDER
"""

import gzip
import hashlib
import lzma
import math
import subprocess
import sys
import unicodedata
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import snowballstemmer
from wordfreq import zipf_frequency

from toolkit.lexicon.words import words_of
from toolkit.text import fold

TRAINING = [f"general-{part}-of-3.tsv.xz" for part in (1, 2, 3)]
LANGUAGES = ("fr", "en")
STEMMERS = {"fr": "french", "en": "english"}
TOP = Path(__file__).parents[2] / "toolkit" / "lexicon"

MIN_COUNT = 4  # links of a word
MIN_PAIR = 2  # links of a word and its answer, ...
MIN_GROUP_PAIR = 3  # ... or of all its inflections and the answer
MIN_ANSWER = 0.003
MIN_MEANING = 0.03
MAX_ANSWERS = 40
MAX_MEANINGS = 5
MIN_LIFT = 5  # how many times likelier an answer is beside the word than anywhere
GROUP_WEIGHT = 5  # links that a word borrows from its inflections
PRIOR = 4  # sentences that the miss rate of like words counts for
NAME_SHARE = 0.8  # capitalized within sentences so often: a name
USUAL = 5  # on the Zipf scale: each unit that a word is rarer makes an error e times likelier
PHRASE_WORDS = (2, 3)
MIN_PHRASE = 60
BOUND = 0.2  # of a phrase's translations have a word that none of its words has alone, ...
MAX_ALONE = 0.03
MIN_PHRASE_ANSWER = 0.02
BOUND_LIFT = 20
FUNCTION_WORD = 6.0  # on the Zipf scale; phrases don't begin or end with one
COMMON_ANSWER = 5.6


def tokenize(training: Path, work: Path, part: int) -> None:
    capital = {language: Counter[str]() for language in LANGUAGES}
    with (
        lzma.open(training / TRAINING[part], "rt", encoding="utf-8") as pairs,
        (work / f"fr.{part}").open("w") as french,
        (work / f"en.{part}").open("w") as english,
    ):
        for line in pairs:
            _, *texts = line.rstrip("\n").split("\t")
            forms = []
            for language, text in zip(LANGUAGES, texts, strict=True):
                text = unicodedata.normalize("NFC", text).replace("' ", "'")
                words = words_of(text, language)
                forms.append(" ".join(word.form for word in words))
                capital[language].update(w.form for w in words[1:] if text[w.start].isupper())
            if all(forms):
                french.write(forms[0] + "\n")
                english.write(forms[1] + "\n")
    for language in LANGUAGES:
        lines = (f"{form}\t{count}\n" for form, count in capital[language].items())
        (work / f"capital.{language}.{part}").write_text("".join(lines))


class Side:
    """One language of the corpus, as numbers."""

    def __init__(self, work: Path, language: str) -> None:
        ids: dict[str, int] = {}
        flat = array("i")
        lengths: list[int] = []
        self.parts = []
        for part in range(len(TRAINING)):
            with (work / f"{language}.{part}").open() as lines:
                for line in lines:
                    forms = line.split()
                    flat.extend([ids.setdefault(form, len(ids)) for form in forms])
                    lengths.append(len(forms))
            self.parts.append(len(lengths))
        self.language = language
        self.ids = ids
        self.forms = list(ids)
        self.words = np.frombuffer(flat, dtype=np.int32)
        self.starts = np.concatenate([[0], np.cumsum(lengths)])
        self.count = np.bincount(self.words, minlength=len(ids))
        stemmer = snowballstemmer.stemmer(STEMMERS[language])
        stems: dict[str, int] = {}
        self.stem_of = np.array(
            [stems.setdefault(fold(stemmer.stemWord(f)) or f, len(stems)) for f in self.forms]
        )
        self.stems = list(stems)
        capital = Counter[str]()
        for part in range(len(TRAINING)):
            for line in (work / f"capital.{language}.{part}").read_text().splitlines():
                form, count = line.split("\t")
                capital[form] += int(count)
        self.is_name = np.array(
            [capital[f] > NAME_SHARE * c for f, c in zip(self.forms, self.count, strict=True)]
        )
        self.is_number = np.array([any(ch.isdigit() for ch in f) for f in self.forms])

    def sentence(self, number: int) -> np.ndarray:
        return self.words[self.starts[number] : self.starts[number + 1]]


def read_links(path: Path, *, lines_at_once: int = 100_000) -> Iterator[np.ndarray]:
    """Every link as one number: sentence, place in the source, place in the target."""
    first = 0
    with path.open() as lines:
        while chunk := [line for _, line in zip(range(lines_at_once), lines, strict=False)]:
            text = "".join(chunk).replace("-", " ").replace("\n", " -1 -1 ")
            flat = np.fromstring(text, dtype=np.int64, sep=" ").reshape(-1, 2)
            end = flat[:, 0] < 0
            sentence = first + np.cumsum(end)
            flat, sentence = flat[~end], sentence[~end]
            yield (sentence << 16) | (flat[:, 0] << 8) | flat[:, 1]
            first += len(chunk)


def symmetrized(forward: Path, reverse: Path) -> np.ndarray:
    """The links of both directions, and those of one that touch them and reach a new word."""
    found = []
    for one, other in zip(read_links(forward), read_links(reverse), strict=True):
        both = np.intersect1d(one, other)
        single = np.setdiff1d(np.union1d(one, other), both)
        new = ~np.isin(single >> 8, both >> 8) | ~np.isin(
            (single >> 16 << 8) | (single & 255), (both >> 16 << 8) | (both & 255)
        )
        near = np.zeros(len(single), dtype=bool)
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                near |= np.isin(single + (down << 8) + right, both)
        found.append(np.union1d(both, single[new & near]))
    return np.concatenate(found)


Key = TypeVar("Key")
Table = dict[int, dict[int, float]]  # word, stem of its answer, probability


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
            stem, family = int(target.stem_of[answer]), int(source.stem_of[word])
            own[word][stem] += count
            group[family][stem] += count
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
) -> dict[tuple[int, ...], tuple[int, dict[int, float], dict[int, int]]]:
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
    found: dict[tuple[int, ...], tuple[int, dict[int, float], dict[int, int]]] = {}
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
            pairs.append(phrase[phrase >= 0].astype(np.int64) * forms + answers[phrase >= 0])
        pair, times = np.unique(np.concatenate(pairs), return_counts=True)
        linked: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for one, many in zip(pair.tolist(), times.tolist(), strict=True):
            linked[one // forms][one % forms] += many
        for phrase, counted in linked.items():
            words = tuple(
                int(keys[phrase]) // size**power % size for power in reversed(range(length))
            )
            by_stem: Counter[int] = Counter()
            spoken: dict[int, int] = {}
            for word, many in counted.most_common():
                by_stem[int(target.stem_of[word])] += many
                spoken.setdefault(int(target.stem_of[word]), word)
            p = {stem: min(1.0, many / count[phrase]) for stem, many in by_stem.items()}
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
                kept = {
                    stem: each
                    for stem, each in sorted(p.items(), key=lambda item: -item[1])
                    if each >= MIN_PHRASE_ANSWER and each >= MIN_LIFT * share[stem]
                }
                said = {stem: word for stem, word in spoken.items() if stem in bound}
                found[words] = (int(count[phrase]), dict(list(kept.items())[:MAX_ANSWERS]), said)
    return found


def phrase_miss_rates(
    phrases: dict[tuple[int, ...], tuple[int, dict[int, float], dict[int, int]]],
    source: Side,
    target: Side,
    first: int,
    last: int,
) -> dict[tuple[int, ...], float]:
    by_first: defaultdict[int, list[tuple[int, ...]]] = defaultdict(list)
    for words in phrases:
        by_first[words[0]].append(words)
    seen, missed = Counter[tuple[int, ...]](), Counter[tuple[int, ...]]()
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


def line_of(
    form: str,
    stem: str,
    count: int,
    weight: float,
    answers: dict[int, float],
    spoken: dict[int, int],
    target: Side,
) -> str:
    meanings = [
        f"{target.forms[spoken[key]]}:{round(100 * p)}"
        for key, p in answers.items()
        if key in spoken and p >= MIN_MEANING
    ]
    stems = " ".join(target.stems[key] for key in answers)
    told = " ".join(meanings[:MAX_MEANINGS])
    return f"{form}\t{stem}\t{count}\t{round(10 * weight)}\t{told}\t{stems}"


def main() -> None:
    training, work = Path(sys.argv[1]), Path(sys.argv[2])
    if not (work / "fr.2").exists():
        with ProcessPoolExecutor() as pool:
            list(pool.map(tokenize, [training] * 3, [work] * 3, range(3)))
    if not (work / "reverse").exists():
        for language in LANGUAGES:
            with (work / language).open("wb") as whole:
                for part in range(3):
                    whole.write((work / f"{language}.{part}").read_bytes())
        aligner = Path(sys.executable).with_name("eflomal-align")
        subprocess.run(
            [
                *(aligner, "--model", "3"),
                *("-s", work / "fr", "-t", work / "en"),
                *("-f", work / "forward", "-r", work / "reverse"),
            ],
            check=True,
        )
    french, english = Side(work, "fr"), Side(work, "en")
    if not (work / "links.npy").exists():
        np.save(work / "links.npy", symmetrized(work / "forward", work / "reverse"))
    links = np.load(work / "links.npy")
    print("links", len(links), flush=True)
    sentence = links >> 16
    held_out = french.parts[1]
    seen = sentence < held_out
    sample = np.random.default_rng(1).choice(french.parts[2], 20_000, replace=False)
    places = french.starts[sentence] + ((links >> 8) & 255)
    others = english.starts[sentence] + (links & 255)
    for source, target, here, there in (
        (french, english, places, others),
        (english, french, others, places),
    ):
        ours, theirs = source.words[here], target.words[there]
        early = Counts(source, target, ours[seen], theirs[seen])
        rates = miss_rates(early.tables()[0], early, source, target, held_out, source.parts[2])
        table, spoken = Counts(source, target, ours, theirs).tables()
        by_chance = chance(table, target, sample)
        lines, bound = [], []
        for word, form in enumerate(source.forms):
            stem = source.stems[source.stem_of[word]]
            if word in table and word in rates:
                zipf = zipf_frequency(form, source.language)
                weight = weight_of(rates[word], by_chance[word], zipf)
                count = int(source.count[word])
                lines.append(line_of(form, stem, count, weight, table[word], spoken[word], target))
            elif source.count[word] >= MIN_COUNT and stem != form and form.isalpha():
                # The other direction has to know it when it is an answer.
                lines.append(f"{form}\t{stem}\t\t\t\t")
        phrases = phrases_of(source, target, table, here, theirs)
        missed = phrase_miss_rates(phrases, source, target, held_out, source.parts[2])
        by_chance = chance({words: each[1] for words, each in phrases.items()}, target, sample)
        for words, (count, answers, said) in phrases.items():
            forms = [source.forms[word] for word in words]
            zipf = min(zipf_frequency(form, source.language) for form in forms)
            weight = weight_of(missed[words], by_chance[words], zipf)
            bound.append(line_of(" ".join(forms), "", count, weight, answers, said, target))
        path = TOP / f"{source.language}-{target.language}.tsv.gz"
        path.write_bytes(
            gzip.compress("\n".join([*sorted(bound), "", *sorted(lines)]).encode(), 9, mtime=0)
        )
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        print(path.name, len(lines), len(phrases), path.stat().st_size, digest, flush=True)


if __name__ == "__main__":
    main()
