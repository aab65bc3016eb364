"""Derives the lexicon in toolkit/lexicon from parallel text. See README.md beside this file.

Usage: python build.py TRAINING_FOLDER WORK_FOLDER
"""

import gzip
import hashlib
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from pathlib import Path

import numpy as np
from answers import MIN_COUNT, MIN_MEANING, Counts, phrases_of
from corpus import LANGUAGES, TRAINING, Side, symmetrized, tokenize
from weights import chance, miss_rates, phrase_miss_rates, weight_of
from wordfreq import zipf_frequency

TOP = Path(__file__).parents[2] / "toolkit" / "lexicon"
MAX_MEANINGS = 5


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


def align(training: Path, work: Path) -> None:
    """Writes the tokens of both languages, and the links of either direction."""
    parts = range(len(TRAINING))
    if not (work / f"fr.{parts[-1]}").exists():
        with ProcessPoolExecutor() as pool:
            list(pool.map(tokenize, [training] * len(parts), [work] * len(parts), parts))
    if (work / "reverse").exists():
        return
    for language in LANGUAGES:
        with (work / language).open("wb") as whole:
            for part in parts:
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


def lines_of(
    source: Side, target: Side, places: np.ndarray, others: np.ndarray, sample: np.ndarray
) -> tuple[list[str], list[str]]:
    """Phrases and words of one direction. `places` and `others` are those of the linked words in
    the whole text; `sample` are sentences that stand for any.
    """
    ours, theirs = source.words[places], target.words[others]
    held_out, end = source.parts[-2:]
    seen = places < source.starts[held_out]
    early = Counts(source, target, ours[seen], theirs[seen])
    rates = miss_rates(early.tables()[0], early, source, target, held_out, end)
    table, spoken = Counts(source, target, ours, theirs).tables()
    by_chance = chance(table, target, sample)
    words, phrases = [], []
    for word, form in enumerate(source.forms):
        stem = source.stems[source.stem_of[word]]
        if word in table and word in rates:
            zipf = zipf_frequency(form, source.language)
            weight = weight_of(rates[word], by_chance[word], zipf)
            count = int(source.count[word])
            words.append(line_of(form, stem, count, weight, table[word], spoken[word], target))
        elif source.count[word] >= MIN_COUNT and stem != form and form.isalpha():
            # The other direction has to know it when it is an answer.
            words.append(f"{form}\t{stem}\t\t\t\t")
    bound = phrases_of(source, target, table, places, theirs)
    missed = phrase_miss_rates(bound, source, target, held_out, end)
    expected = chance({phrase: each[1] for phrase, each in bound.items()}, target, sample)
    for phrase, (count, answers, said) in bound.items():
        forms = [source.forms[word] for word in phrase]
        zipf = min(zipf_frequency(form, source.language) for form in forms)
        weight = weight_of(missed[phrase], expected[phrase], zipf)
        phrases.append(line_of(" ".join(forms), "", count, weight, answers, said, target))
    return sorted(phrases), sorted(words)


def main() -> None:
    training, work = Path(sys.argv[1]), Path(sys.argv[2])
    align(training, work)
    french, english = Side(work, "fr"), Side(work, "en")
    if not (work / "links.npy").exists():
        np.save(work / "links.npy", symmetrized(work / "forward", work / "reverse"))
    links = np.load(work / "links.npy")
    sentence = links >> 16
    in_french = french.starts[sentence] + ((links >> 8) & 255)
    in_english = english.starts[sentence] + (links & 255)
    sample = np.random.default_rng(1).choice(french.parts[-1], 20_000, replace=False)
    for source, target, places, others in (
        (french, english, in_french, in_english),
        (english, french, in_english, in_french),
    ):
        phrases, words = lines_of(source, target, places, others, sample)
        path = TOP / f"{source.language}-{target.language}.tsv.gz"
        blocks = (list(block) for _, block in groupby(words, key=lambda line: line[0]))
        text = "\n\n".join("\n".join(block) for block in (phrases, *blocks))
        path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        print(path.name, len(words), len(phrases), path.stat().st_size, digest, flush=True)


if __name__ == "__main__":
    main()
