"""Terms that must be translated one way, and which of them occur in a text."""

import hashlib
import heapq
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import permutations
from pathlib import Path
from typing import Literal, cast
from xml.etree import ElementTree

from toolkit.assets import asset_folder
from toolkit.documents import TermUse
from toolkit.errors import InputError, UsageError
from toolkit.files import read_whole
from toolkit.reading.records import csv_rows
from toolkit.text import fold

Kind = Literal["term", "phrase"]
NONE = "none"
RENAMED = {"diplomacy": "news"}  # bundled ones, by names that settings may still hold
INLINE = "tsv:"  # before terms that stand in the place of a name
SUFFIXES = (".tsv", ".csv", ".tbx")
COLUMNS = {"source", "target"}
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
ENDINGS = ("", "s", "es", "x", "e")  # of a plural or feminine form
WORD = re.compile(r"\w+")
IRREGULAR = (("y", "ies"), ("fe", "ves"), ("man", "men"))  # endings of singular and plural
UNACCENTED = re.compile(r"^(\W*)A(?= )")  # as "À" is often written where a sentence begins
BEGINNINGS = tuple('.!?:…«»"“”–—(')  # what a sentence or quotation begins behind
APOSTROPHES = str.maketrans({"’": "'", "\u00a0": " ", "\u202f": " "})


@dataclass(frozen=True, slots=True)
class Term:
    """A source phrase and its translation.

    A `phrase` is suggested to the model but not insisted on: another wording may be as good. With
    `same_case` it is found only as it is written; acronyms are so always.
    """

    source: str
    target: str
    kind: Kind = "term"
    same_case: bool = False

    @property
    def is_word(self) -> bool:
        """Whether it is a phrase of one word that is no name."""
        return self.kind == "phrase" and self.source.isalpha() and self.source.islower()


class Glossary:
    """`digest` is empty for an empty glossary."""

    def __init__(self, terms: tuple[Term, ...] = (), *, name: str = "", digest: str = "") -> None:
        self.terms = terms
        self.name = name
        self.digest = digest
        self._longest_first = sorted(terms, key=lambda term: len(term.source), reverse=True)
        # Only what begins with a capital is sure not to be an English word as well.
        self._by_name = {
            term.source: term.target
            for term in terms
            if term.source[0].isupper() and not term.target.startswith("the ")
        }
        self._folded = {name: fold(name) for name in sorted(self._by_name, key=len, reverse=True)}
        # No text with a term lacks its longest word: only where that is there it is looked for.
        self._by_word: dict[str, list[int]] = {}
        for place, term in enumerate(self._longest_first):
            longest = max(WORD.findall(_normal(term.source)), key=len, default="")
            self._by_word.setdefault(longest, []).append(place)
        self._patterns: dict[int, re.Pattern[str]] = {}

    def occurring(self, text: str) -> tuple[Term, ...]:
        """The terms in `text`, each once, in the order in which they first occur.

        Of overlapping terms the one that begins first counts, of those that begin together the
        longest. Plurals and feminine forms are found as well, and "A l'issue" for "à l'issue"; case
        is ignored but for acronyms and where a term says otherwise, and a phrase of one word isn't
        found in a name: Rennes isn't reindeer.
        """
        return tuple(dict.fromkeys(term for term, _ in self._occurrences(text)))

    def uses(self, source: str, target: str) -> tuple[TermUse, ...]:
        """Where terms stand in `source`, and their translations, in singular or plural, in
        `target`, the translation of it. Phrases are none.
        """
        found = [each for each in self._occurrences(source) if each[0].kind == "term"]
        terms = list(dict.fromkeys(term for term, _ in found))
        terms.sort(key=lambda term: len(term.target), reverse=True)
        answers = {place: _written(term.target) for place, term in enumerate(terms)}
        return (
            *(TermUse(*match.span(), term.source, term.target) for term, match in found),
            *(
                TermUse(*match.span(), terms[place].source, terms[place].target, "target")
                for place, match in _matches(answers, target)
            ),
        )

    def _occurrences(self, text: str) -> Iterator[tuple[Term, re.Match[str]]]:
        normal = _normal(text)
        patterns = {
            place: self._pattern(place)
            for word in _possible_words(normal) & self._by_word.keys()
            for place in self._by_word[word]
        }
        for place, match in _matches(patterns, normal):
            term = self._longest_first[place]
            written = text[match.start() : match.end()].translate(APOSTROPHES)
            exact = term.same_case or term.source.isupper()
            if exact and written != term.source.translate(APOSTROPHES):
                continue
            if term.is_word and written.istitle() and not _begins(text, match.start()):
                continue  # Rennes has no reindeer
            yield term, match

    def repair(self, text: str, *, source: str) -> str:
        """`text`, a translation of `source`, with names and acronyms that were left in their
        source form replaced by their targets, and "an AVC" becoming "a stroke".

        What `source` doesn't hold stays: CPI is a court in French and an index in English.
        """
        left = [name for name in self._folded if name in text]
        held = fold(source) if left else ""
        names = [name for name in left if self._folded[name] in held]
        if not names:
            return text
        pattern = _whole_words(rf"(?:([Aa])n )?({'|'.join(map(re.escape, names))})")
        return pattern.sub(self._in_english, text)

    def _in_english(self, match: re.Match[str]) -> str:
        target = self._by_name[match[2]]
        before = match[0].removesuffix(match[2])
        if before and target[0].islower() and target[0] not in "aeio":
            before = f"{match[1]} "
        return before + target

    def _pattern(self, place: int) -> re.Pattern[str]:
        """That of a term, made when it is first needed."""
        if place not in self._patterns:
            self._patterns[place] = _whole_words(_inflected(self._longest_first[place].source))
        return self._patterns[place]


def _begins(text: str, start: int) -> bool:
    """Whether a sentence or quotation begins at `start`, and not the rest of Pont-à-Mousson."""
    before = text[:start].rstrip()
    return not before or before.endswith((*BEGINNINGS, "\n-", " -"))


def answered(terms: Iterable[Term], target: str) -> tuple[Term, ...]:
    """`terms` without the phrases that `target` words otherwise, which nothing insists on."""
    return tuple(
        term for term in terms if term.kind == "term" or _written(term.target).search(target)
    )


def bundled_glossaries() -> list[str]:
    """Their names."""
    return sorted({each.name.split(".")[0] for each in _bundled().glob("*.tsv")})


def load_glossary(reference: str, *, source_language: str, target_language: str) -> Glossary:
    """A TSV, CSV or TBX file, or a bundled glossary by name; or `tsv:` and lines of terms, which
    need no line of headings.

    A table has the columns source and target, and may have kind (`term` or `phrase`), case
    (`same`: found only as written) and note. `none`, and a bundled name that doesn't exist for the
    languages, give the empty glossary.
    Raises UsageError for an unknown name and for a file that can't be read, naming the line.
    """
    if reference.startswith(INLINE):
        return _inline_glossary(reference.removeprefix(INLINE))
    path = Path(reference)
    if path.suffix not in SUFFIXES:
        folder, known = _bundled(), bundled_glossaries()
        reference = RENAMED.get(reference, reference)
        if reference not in (*known, NONE):
            raise UsageError(
                f"no glossary '{reference}' (there are: {', '.join((*known, NONE))}); a file of "
                f"your own has the suffix {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
            )
        path = folder / f"{reference}.{source_language}-{target_language}.tsv"
        if reference == NONE or not path.is_file():
            return Glossary()
        return _read_bundled(path)
    return _read(path, source_language, target_language)


@cache
def _read_bundled(path: Path) -> Glossary:
    return _read(path, "", "")


def _read(path: Path, source_language: str, target_language: str) -> Glossary:
    """The languages are for TBX."""
    try:
        raw = read_whole(path)
    except InputError as error:
        raise UsageError(f"glossary {error}") from error
    try:
        if path.suffix == ".tbx":
            terms = tuple(_tbx_terms(raw, source_language, target_language))
        elif path.suffix == ".csv":
            terms = tuple(_csv_terms(raw.decode("utf-8-sig")))
        else:
            terms = tuple(_tsv_terms(raw.decode("utf-8-sig")))
    except (ValueError, LookupError, RecursionError, ElementTree.ParseError) as error:
        raise UsageError(f"glossary {path}: {error}") from error
    return Glossary(terms, name=path.stem, digest=f"sha256:{hashlib.sha256(raw).hexdigest()}")


def _bundled() -> Path:
    return asset_folder("prompts") / "glossaries"


def _inline_glossary(text: str) -> Glossary:
    try:
        terms = tuple(_tsv_terms(text, header=("source", "target")))
    except ValueError as error:
        raise UsageError(f"glossary: {error}") from error
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Glossary(terms, name="inline", digest=f"sha256:{digest}")


def _tsv_terms(text: str, header: Sequence[str] = ()) -> Iterator[Term]:
    """`header` is for a text whose first line is none. Raises ValueError for a line that is not a
    term.
    """
    lines = enumerate(text.replace("\r\n", "\n").split("\n"), start=1)
    first = text.partition("\n")[0].rstrip("\r").split("\t")
    if set(first) >= COLUMNS or not header:
        header = first
        next(lines)
    if not set(header) >= COLUMNS:
        raise ValueError("is not a TSV file with the columns source and target")
    for number, line in lines:
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) > len(header):
            raise ValueError(f"line {number} is not a term: {line!r}")
        yield _term(f"line {number}", dict(zip(header, cells, strict=False)))


def _csv_terms(text: str) -> Iterator[Term]:
    """Raises ValueError for a row that is not a term, and when there is none."""
    number = 0
    for number, row in csv_rows(text):
        if isinstance(row, InputError):
            raise ValueError(f"row {number} {row}")
        if not set(row) >= COLUMNS:
            raise ValueError("is not a CSV file with the columns source and target")
        yield _term(f"row {number}", {name: cell or "" for name, cell in row.items()})
    if number == 0:
        raise ValueError("holds no terms")


def _term(place: str, row: Mapping[str, str]) -> Term:
    source, target = row.get("source", "").strip(), row.get("target", "").strip()
    kind = row.get("kind", "").strip() or "term"
    if not source or not target:
        raise ValueError(f"{place} is not a term: {' | '.join(row.values())!r}")
    if kind not in ("term", "phrase"):
        raise ValueError(f"{place}: kind is 'term' or 'phrase', not '{kind}'")
    return Term(source, target, cast(Kind, kind), row.get("case", "").strip() == "same")


def _tbx_terms(raw: bytes, source_language: str, target_language: str) -> Iterator[Term]:
    """The first term of each language of each entry, of any dialect of TBX."""
    tree = ElementTree.fromstring(raw)
    for entry in tree.iter():
        if _tag(entry) not in ("termEntry", "conceptEntry"):
            continue
        terms: dict[str, str] = {}
        for section in entry:
            language = section.get(XML_LANGUAGE, "").split("-")[0].lower()
            for term in section.iter():
                if _tag(term) == "term" and language and (text := "".join(term.itertext()).strip()):
                    terms.setdefault(language, text)
        if source_language in terms and target_language in terms:
            yield Term(terms[source_language], terms[target_language])


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _possible_words(normal: str) -> set[str]:
    """Those of terms in a text: its own, as they are or without an ending; a term may have none."""
    words = set(WORD.findall(normal))
    return {word.removesuffix(ending) for word in words for ending in ENDINGS} | {""}


def _inflected(source: str) -> str:
    """A regular expression for `source` in any number and gender, as far as endings show them."""
    words = re.split(r"(\w{4,})", _normal(source))
    if words[0] == words[-1] == "" and len(words) == 3 and words[1][-1] in "sxz":
        # "devises" is no form of "devis", but "rennaises" of "rennais".
        return re.escape(words[1]) + ("(?:es?)?" if words[1].endswith(("ais", "ois")) else "")
    inflected = "".join(
        re.escape(word) + ("(?:e?s|x|e)?" if index % 2 and word.isalpha() else "")
        for index, word in enumerate(words)
    )
    inflected = re.sub(r"\\ que$", r"\\ qu(?:e|(?='))", inflected)  # a jugé qu'il
    return inflected if source[0] in "àÀ" else re.sub(r"^[aà](?=\\ )", "[aà]", inflected)


@lru_cache(maxsize=4096)
def _written(target: str) -> re.Pattern[str]:
    """For `target` with any article, in singular or plural; acronyms as they are."""
    words = re.findall(r"\w+", re.sub(r"^(?:the|an?)\s+", "", target))
    expressions = (
        re.escape(word) if word.isupper() else f"(?i:{_numbered(word)})" for word in words
    )
    return _whole_words(r"\W+".join(expressions) or "(?!)")  # which is found nowhere


def _numbered(word: str) -> str:
    """A regular expression for `word` in singular or plural."""
    singular = word if word.endswith("ss") else word.removesuffix("s") or word
    forms = {word, f"{word}es", word.removesuffix("es"), singular, f"{singular}s", f"{singular}es"}
    for pair in IRREGULAR:
        for ending, other in permutations(pair):
            if word.endswith(ending):
                forms.add(word.removesuffix(ending) + other)
    return "|".join(map(re.escape, sorted(forms)))


def _whole_words(expression: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{expression})(?!\w)")


def _matches(
    patterns: Mapping[int, re.Pattern[str]], text: str
) -> Iterator[tuple[int, re.Match[str]]]:
    """What the `patterns` find in `text` from left to right, without overlaps: of several at one
    offset that with the lowest number.
    """
    done = 0
    ahead = [
        (match.start(), place, match)
        for place, pattern in patterns.items()
        if (match := pattern.search(text))
    ]
    heapq.heapify(ahead)
    while ahead:
        start, place, match = heapq.heappop(ahead)
        if start >= done:
            done = match.end()
            yield place, match
        if following := patterns[place].search(text, done):
            heapq.heappush(ahead, (following.start(), place, following))


def _normal(text: str) -> str:
    """Lower case, straight apostrophes and "à" for a first "A", without changing any offset."""
    text = UNACCENTED.sub(r"\1À", text)
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return lowered.translate(APOSTROPHES)
