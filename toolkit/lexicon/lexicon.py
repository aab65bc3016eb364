"""What words can mean: a bilingual lexicon that was derived from parallel text.

`recipes/lexicon` makes its two files, one a direction. A line holds, between tabs, the word or
phrase, its stem, how often it was seen, its weight in tenths, its meanings with their probability
in percent, and the stems of all that translators answered it with. Of names and of some rare
forms there is the stem only.
"""

import gzip
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from toolkit.documents import Meaning
from toolkit.lexicon.words import Code
from toolkit.text import fold

FOLDER = Path(__file__).parent
ENDINGS = ("es", "s", "e", "x")
MIN_STEM = 3  # letters that are left without the ending
REMEMBERED = 1 << 15  # words whose stem is at hand


@dataclass(frozen=True, slots=True)
class Entry:
    """A word or phrase and what stands for it in translations.

    `count` is how often it was seen. `weight` says how much a translation is to be doubted that
    holds none of `answers`, in nats: how many times likelier that is where nothing translates the
    word than where a human did, and how rare the word is. What translators often leave out or put
    freely weighs little. `answers` ranks stems of the other language, the likeliest first as 0.
    """

    form: str
    count: int
    weight: float
    meanings: tuple[Meaning, ...]
    answers: Mapping[str, int]


class Lexicon:
    """One direction of the lexicon. Its words are parsed when they are asked for."""

    def __init__(self, text: str) -> None:
        """`text` holds a block of phrases and one for each letter that words begin with, with empty
        lines between them.
        """
        phrases, *blocks = text.split("\n\n")
        self._blocks = {block[:1]: block for block in blocks}
        self._lines: dict[str, dict[str, str]] = {}
        self._phrase_lines = dict(line.split("\t", 1) for line in phrases.split("\n") if line)
        self._phrases: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        for phrase in self._phrase_lines:
            self._phrases[phrase.split(" ")[0]].append(tuple(phrase.split(" ")))
        self._entries: dict[str, Entry | None] = {}
        self._stem = lru_cache(maxsize=REMEMBERED)(self._looked_up_stem)

    def __contains__(self, form: str) -> bool:
        return self._line(form) is not None

    def entry(self, form: str) -> Entry | None:
        """That of a word or phrase in lower case, or of a shorter form of the word."""
        try:
            return self._entries[form]
        except KeyError:
            entries = (_read(each, line) for each, line in self._found(form))
            return self._entries.setdefault(form, next(filter(None, entries), None))

    def stem(self, form: str) -> str:
        """What `form` shares with its inflections."""
        return self._stem(form)

    def _looked_up_stem(self, form: str) -> str:
        return next((line.partition("\t")[0] for _, line in self._found(form)), fold(form))

    def phrase_at(self, forms: list[str], place: int) -> int:
        """The number of words of the longest phrase that begins at `place`, 0 for none."""
        phrases = self._phrases.get(forms[place])
        if not phrases:
            return 0
        return max(
            (
                len(phrase)
                for phrase in phrases
                if tuple(forms[place : place + len(phrase)]) == phrase
            ),
            default=0,
        )

    def _found(self, form: str) -> Iterator[tuple[str, str]]:
        """`form` and what it may be the plural or feminine of, as far as they are there."""
        shorter = (
            form.removesuffix(ending)
            for ending in ENDINGS
            if form.endswith(ending) and len(form) > len(ending) + MIN_STEM
        )
        for each in (form, *shorter):
            if (line := self._line(each)) is not None:
                yield each, line

    def _line(self, form: str) -> str | None:
        """What stands behind `form`."""
        if " " in form:
            return self._phrase_lines.get(form)
        letter = form[:1]
        if letter not in self._lines:
            lines = self._blocks.get(letter, "").split("\n")
            self._lines[letter] = dict(line.split("\t", 1) for line in lines if line)
        return self._lines[letter].get(form)


def _read(form: str, line: str) -> Entry | None:
    _, count, weight, meanings, answers = line.split("\t")
    if not answers:
        return None
    parted = (meaning.rsplit(":", 1) for meaning in meanings.split(" ") if meaning)
    return Entry(
        form=form,
        count=int(count),
        weight=int(weight) / 10,
        meanings=tuple(Meaning(word, int(percent) / 100) for word, percent in parted),
        answers={stem: rank for rank, stem in enumerate(answers.split(" "))},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicons:
    """Both directions for two languages. `digest` is of their files."""

    languages: tuple[Code, Code]
    source: Lexicon
    target: Lexicon
    digest: str

    def reversed(self) -> "Lexicons":
        return Lexicons(
            languages=self.languages[::-1],
            source=self.target,
            target=self.source,
            digest=self.digest,
        )


def load_lexicons(source_language: str, target_language: str) -> Lexicons | None:
    """The bundled lexicons, None for languages that have none."""
    if (source_language, target_language) == ("fr", "en"):
        return _bundled()
    if (source_language, target_language) == ("en", "fr"):
        return _bundled().reversed()
    return None


@cache
def _bundled() -> Lexicons:
    raw = [(FOLDER / name).read_bytes() for name in ("fr-en.tsv.gz", "en-fr.tsv.gz")]
    french, english = (Lexicon(gzip.decompress(each).decode("utf-8")) for each in raw)
    digest = hashlib.sha256(b"".join(raw)).hexdigest()
    return Lexicons(
        languages=("fr", "en"), source=french, target=english, digest=f"sha256:{digest}"
    )
