"""What a summary may rest on: the sentences of the article, with their translations if any."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from toolkit.documents import Translation
from toolkit.languages import union
from toolkit.languages.dates import Date, calendar_dates, clock_times, dates, relative_dates
from toolkit.languages.exonyms import place_names
from toolkit.languages.numbers import Quantity, quantities
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.lexicon.words import words_of
from toolkit.segmentation import split_sentences
from toolkit.text import fold

STEM_CHARS = 5
MIN_WORD_CHARS = 3
MOST_MEANINGS = 4  # of a word, the likeliest first
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
CAPITALIZED = re.compile(r"\b[A-ZÀ-Þ][\w'’-]+")
FULL_NAME = re.compile(r"(?=\b([A-ZÀ-Þ][\w'’-]*[\w])[ \u00a0]([A-ZÀ-Þ][\w'’-]*[\w]))")
SPELLINGS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        ("t?s?ch|sh", "c"),
        ("dj|gu(?=[ei])", "g"),
        ("ck?|q|kh", "k"),
        ("ph|w|v", "f"),
        ("(?<=.)[aeiouyhj]", ""),
        (r"(.)\1+", r"\1"),
    )
)
MIN_SOUNDS = 3
STOP_WORDS = union(lambda language: language.stop_words)


@dataclass(frozen=True)
class SourceSentence:
    """One sentence of the article. `start` is its offset there; -1 for a title or a fact beside it.

    `text` is in the language of the article and `translation` may be empty; `sound` says that no
    check found a fault in it, and `confidence` how likely it misleads nobody, None where nothing
    can be said.
    """

    text: str
    translation: str = ""
    start: int = -1
    document: str = ""
    language: str = "fr"
    translation_language: str = "en"
    sound: bool = True
    confidence: float | None = None

    @property
    def versions(self) -> list[tuple[str, str]]:
        """Text and language of the sentence and of its translation."""
        both = [(self.text, self.language), (self.translation, self.translation_language)]
        return [(text, language) for text, language in both if text]

    def in_language(self, language: str) -> str:
        """The version in `language`, empty if there is none."""
        return next((text for text, own in self.versions if own == language), "")

    def quotable(self, language: str) -> str:
        """The version in `language`, empty if there is none or it is a doubtful translation."""
        return self.in_language(language) if self.sound or language == self.language else ""

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stem for text, _ in self.versions for stem in stems(text))

    @cached_property
    def meanings(self) -> frozenset[str]:
        """Stems of the lexicon for what the words of `text` may be called in the other language."""
        lexicons = load_lexicons(self.language, self.translation_language)
        if not lexicons:
            return frozenset()
        words = (word.form for word in words_of(self.text, lexicons.languages[0]))
        entries = map(lexicons.source.entry, words)
        return frozenset(
            answer
            for entry in filter(None, entries)
            for answer, rank in entry.answers.items()
            if rank < MOST_MEANINGS
        )

    def has(self, word: str) -> bool:
        """Whether `word`, folded, stands in it in some form or in the other language."""
        return word[:STEM_CHARS] in self.stems | self.place_stems or self.means(word)

    @cached_property
    def sounds(self) -> frozenset[str]:
        """What its names sound like, whatever language they are spelt in."""
        names = (name for text, _ in self.versions for name in CAPITALIZED.findall(text))
        return frozenset(filter(None, map(sound_of, names)))

    @cached_property
    def place_stems(self) -> frozenset[str]:
        """What the places that `text` names may be called in the other language."""
        names = place_names(self.text, self.language, self.translation_language)
        return stems(" ".join(names)) if self.text else frozenset()

    def means(self, word: str) -> bool:
        """Whether `word`, in lower case, may be what a word of `text` is called in the other
        language.
        """
        lexicons = load_lexicons(self.language, self.translation_language)
        return lexicons is not None and lexicons.target.stem(word) in self.meanings

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        return tuple(quantity for version in self.versions for quantity in quantities(*version))

    @cached_property
    def dates(self) -> frozenset[Date]:
        return frozenset(date for v in self.versions for date, _, _ in calendar_dates(*v))

    @cached_property
    def days(self) -> frozenset[str]:
        """The days of the week by their English names."""
        return frozenset(day for version in self.versions for day in dates(*version))

    @cached_property
    def times(self) -> frozenset[int]:
        return frozenset(time for text, _ in self.versions for time, _, _ in clock_times(text))

    @cached_property
    def relative_dates(self) -> frozenset[str]:
        return frozenset(
            relative_date for version in self.versions for relative_date in relative_dates(*version)
        )


@dataclass(frozen=True)
class EvidenceIndex:
    """All sentences of one article, or of several. `names` are further names for what occurs in
    them, such as those a glossary gives.
    """

    sentences: tuple[SourceSentence, ...]
    names: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word in lower case without accents, and the parts of compounds."""
        found = set[str]()
        for text in (text for sentence in self.sentences for text, _ in sentence.versions):
            for word in re.findall(r"[\w'’-]+", text):
                folded = fold(word)
                found |= {folded, *re.split(r"['-]", folded)}
        return frozenset(found | {fold(word) for name in self.names for word in name.split()})

    @cached_property
    def capitalized(self) -> frozenset[str]:
        """The words that have a capital somewhere, folded, and the parts of compounds."""
        text = " ".join([self.text, *self.names])
        names = {fold(word) for word in CAPITALIZED.findall(text)}
        return frozenset(names | {part for word in names for part in re.split(r"['-]", word)})

    @cached_property
    def sounds(self) -> frozenset[str]:
        """What the names sound like, whatever language they are spelt in."""
        return frozenset(filter(None, map(sound_of, self.capitalized)))

    @cached_property
    def full_names(self) -> frozenset[tuple[str, str]]:
        """Capitalized words side by side in the article's own language, in lower case."""
        return frozenset(
            (fold(match[1]), fold(match[2]))
            for sentence in self.sentences
            for match in FULL_NAME.finditer(sentence.text)
        )

    @cached_property
    def text(self) -> str:
        return "\n".join(text for sentence in self.sentences for text, _ in sentence.versions)

    @cached_property
    def whole(self) -> SourceSentence:
        """The text itself as one sentence."""
        text = [sentence for sentence in self.sentences if sentence.start >= 0]
        return SourceSentence(
            " ".join(each.text for each in text), " ".join(each.translation for each in text), 0
        )

    def text_in(self, language: str) -> str:
        """What the article and its title say in one language, without the facts beside them."""
        return " ".join(
            text
            for sentence in self.sentences
            if sentence.text
            for text, own in sentence.versions
            if own == language
        )

    def may_translate_to(self, language: str) -> bool:
        """Whether there is a lexicon that tells what its words may be called in `language`."""
        return any(
            sentence.translation_language == language and sentence.meanings
            for sentence in self.sentences
        )

    @cached_property
    def _weights(self) -> dict[str, float]:
        """Inverse document frequency of each stem: the rarer, the more it weighs."""
        counts = Counter(stem for sentence in self.sentences for stem in sentence.stems)
        total = len(self.sentences)
        return {stem: math.log(1 + total / count) for stem, count in counts.items()}

    def score(self, statement: str, sentence: SourceSentence) -> float:
        """The share of what `statement` says that stands in `sentence`, from 0 to 1.

        Words count by their first letters and weigh by how rare they are in the article.
        """
        wanted = stems(statement)
        unknown = math.log(1 + len(self.sentences))
        total = math.fsum(self._weights.get(stem, unknown) for stem in wanted)
        shared = math.fsum(self._weights[stem] for stem in wanted & sentence.stems)
        return shared / total if total else 0.0

    def ranked(self, statement: str) -> list[tuple[float, SourceSentence]]:
        """The sentences of the text itself, the best first, with their scores."""
        scored = [
            (self.score(statement, sentence), sentence)
            for sentence in self.sentences
            if sentence.start >= 0
        ]
        return sorted(scored, key=lambda pair: (-pair[0], pair[1].start))

    def best(self, statement: str) -> float:
        """The share of what `statement` says that stands in the sentence which says most of it, in
        other words too; titles and facts are included.
        """
        return max(self.shares(statement), default=0.0)

    def shares(self, statement: str) -> list[float]:
        """What each sentence says of `statement`, in other words too: from 0 to 1."""
        words = {word[:STEM_CHARS]: word for word in telling_words(statement)}
        unknown = math.log(1 + len(self.sentences))
        weights = {stem: self._weights.get(stem, unknown) for stem in words}
        total = math.fsum(weights.values())
        return [
            math.fsum(weights[stem] for stem, word in words.items() if sentence.has(word)) / total
            if total
            else 0.0
            for sentence in self.sentences
        ]


def sound_of(name: str) -> str:
    """Its first letter and its consonants, roughly: alike for Sergueï and Sergey, Poutine and
    Putin. Empty where that says too little.
    """
    sound = fold(name)
    for pattern, replacement in SPELLINGS:
        sound = pattern.sub(replacement, sound)
    return sound if len(sound) >= MIN_SOUNDS else ""


def telling_words(text: str) -> list[str]:
    """The words that tell something, folded, and all numbers."""
    words = (part for word in WORD.findall(text) for part in re.split(r"['’-]", fold(word)))
    return [
        word
        for word in words
        if word.isdigit() or (len(word) >= MIN_WORD_CHARS and word not in STOP_WORDS)
    ]


def stems(text: str) -> frozenset[str]:
    """The beginnings of the words that tell something, and all numbers."""
    return frozenset(word[:STEM_CHARS] for word in telling_words(text))


def index_translations(
    translations: Sequence[Translation],
    *,
    title: Iterable[Translation] = (),
    facts: Iterable[str] = (),
    names: Iterable[str] = (),
    languages: tuple[str, str] = ("fr", "en"),
    document: str = "",
) -> EvidenceIndex:
    """The index of a translated article. `facts` are true beside it, such as its date."""
    source, target = languages

    def sentence(translation: Translation, start: int) -> SourceSentence:
        return SourceSentence(
            translation.segment.text,
            translation.text,
            start,
            document,
            source,
            target,
            sound=not translation.failed,
            confidence=translation.confidence,
        )

    sentences = [sentence(each, each.segment.start) for each in translations if each.segment.text]
    sentences += [sentence(each, -1) for each in title]
    sentences += [SourceSentence("", fact, -1, document, source, target) for fact in facts]
    return EvidenceIndex(tuple(sentences), frozenset(names))


def index_text(text: str, *, language: str, document: str = "") -> EvidenceIndex:
    """The index of an article without a translation."""
    return EvidenceIndex(
        tuple(
            SourceSentence(segment.text, "", segment.start, document, language)
            for segment in split_sentences(text)
            if segment.text
        )
    )
