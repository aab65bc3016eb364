"""Parallel text as numbers, and the links between its words."""

import lzma
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import snowballstemmer

from toolkit.lexicon.words import Code, words_of
from toolkit.text import fold

TRAINING = [f"general-{part}-of-3.tsv.xz" for part in (1, 2, 3)]
LANGUAGES: tuple[Code, ...] = ("fr", "en")
MAX_WORDS = 256  # a link is packed with eight bits a place
STEMMERS = {"fr": "french", "en": "english"}
NAME_SHARE = 0.8  # capitalized within sentences so often: a name


def tokenize(training: Path, work: Path, part: int) -> None:
    capital = {language: Counter[str]() for language in LANGUAGES}
    with (
        lzma.open(training / TRAINING[part], "rt", encoding="utf-8") as pairs,
        (work / f"fr.{part}").open("w", encoding="utf-8") as french,
        (work / f"en.{part}").open("w", encoding="utf-8") as english,
    ):
        for line in pairs:
            _, *texts = line.rstrip("\n").split("\t")
            forms = []
            for language, text in zip(LANGUAGES, texts, strict=True):
                text = unicodedata.normalize("NFC", text).replace("' ", "'")
                words = words_of(text, language)
                forms.append(" ".join(word.form for word in words))
                capital[language].update(w.form for w in words[1:] if text[w.start].isupper())
            if all(forms) and max(len(text.split()) for text in forms) < MAX_WORDS:
                french.write(forms[0] + "\n")
                english.write(forms[1] + "\n")
    for language in LANGUAGES:
        lines = (f"{form}\t{count}\n" for form, count in capital[language].items())
        (work / f"capital.{language}.{part}").write_text("".join(lines), "utf-8")


class Side:
    """One language of the corpus, as numbers."""

    def __init__(self, work: Path, language: str) -> None:
        ids: dict[str, int] = {}
        flat = array("i")
        lengths: list[int] = []
        self.parts = []
        for part in range(len(TRAINING)):
            with (work / f"{language}.{part}").open(encoding="utf-8") as lines:
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
            for line in (work / f"capital.{language}.{part}").read_text("utf-8").splitlines():
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
    with path.open(encoding="utf-8") as lines:
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
