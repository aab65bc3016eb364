"""Where in a translation the markup belongs that stands around words of its source.

A word of the translation stands in the markup of the word that it stands for, by the links of the
lexicon. One without a link stands in what its neighbours on both sides are in. Markup around words
without links goes around the word at the same share of the sentence, so that none is lost. What
stands between words, such as an image, comes between the same ones.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any

from toolkit.lexicon.alignment import align
from toolkit.lexicon.lexicon import load_lexicons
from toolkit.lexicon.words import Code, words_of

MAX_NESTED = 30  # around a word that stood in less
NEAR = 10  # places on either side at which words are looked for
MAX_PAIRS = 250_000  # of words: more is no sentence, and would take seconds
Path = tuple[Hashable, ...]  # what stands around a text, the outermost first


@dataclass(frozen=True, slots=True)
class Run:
    """A text with what stands around it. An `atom` is markup that is kept as it is, with the words
    in it as `text`: an image, a piece of code.
    """

    text: str
    path: Path = ()
    atom: Any = None


def project(runs: Sequence[Run], target: str, languages: tuple[Code, Code]) -> list[Run]:
    """`target` with the markup of the sentence that `runs` are, which it translates."""
    paths = {run.path for run in runs}
    if len(paths) == 1 and all(run.atom is None for run in runs):
        return [Run(target, *paths)]
    return _Projection(runs, target, languages).runs()


class _Projection:
    def __init__(self, runs: Sequence[Run], target: str, languages: tuple[Code, Code]) -> None:
        self._runs = runs
        self._starts = [0, *accumulate(len(run.text) for run in runs)]
        self._target = target
        self._source = source = "".join(run.text for run in runs)
        self._ours = words_of(source, languages[0])
        self._theirs = words_of(target, languages[1])
        short = len(self._ours) * len(self._theirs) <= MAX_PAIRS
        lexicons = load_lexicons(*languages) if short else None
        links = align(source, target, lexicons) if lexicons else ()
        self._place = {word.start: place for place, word in enumerate(self._theirs)}
        self._left: list[Path] = []  # what has no place
        self._spans: dict[str, list[range]] = {}  # of patterns that were looked for
        self._links = {link.source.start: self._place[link.target.start] for link in links}

    def runs(self) -> list[Run]:
        paths = self._characters(self._words())
        atoms, hidden = self._atoms()
        pieces: list[Run] = []
        for at in range(len(self._target) + 1):
            pieces += atoms.get(at, ())
            if at < len(self._target) and at not in hidden:
                pieces.append(Run(self._target[at], paths[at]))
        outer = {path[:-1] for path in self._left}
        left = (Run("", path) for path in self._left if path not in outer)
        return [*_merged(pieces), *left]

    def _path(self, start: int) -> Path:
        return self._runs[bisect_right(self._starts, start, hi=len(self._runs)) - 1].path

    def _words(self) -> list[Path]:
        """The path of each word of the translation."""
        known: list[Path | None] = [None] * len(self._theirs)
        for start, place in self._links.items():
            known[place] = self._path(start)
        found = _filled(known, self._path(0), self._path(self._starts[-1] - 1))
        present = _beginnings(found or [self._path(0)])
        for path, place in self._wanted().items():
            if path in present:
                continue
            if not found or len(found[place]) >= MAX_NESTED:
                self._left.append(path)
                continue
            found[place] += tuple(each for each in path if each not in found[place])
            present |= _beginnings([found[place]])
        return found

    def _wanted(self) -> dict[Path, int]:
        """All that stands around words of the source, or parts of them, the outer before the inner;
        with the word of the translation at the share at which its middle is in the source.
        """
        spans: dict[Path, tuple[int, int]] = {}
        for run, start in zip(self._runs, self._starts, strict=False):
            if any(map(str.isalnum, run.text)):
                for path in _beginnings([run.path]):
                    first, _ = spans.get(path, (start, start))
                    spans[path] = first, start + len(run.text)
        starts = [word.start for word in self._ours]
        return {
            path: self._at_share(max(0, bisect_right(starts, (first + last) / 2) - 1))
            for path, (first, last) in sorted(spans.items(), key=lambda item: len(item[0]))
        }

    def _at_share(self, place: int) -> int:
        return int((place + 0.5) / max(1, len(self._ours)) * len(self._theirs))

    def _characters(self, words: Sequence[Path]) -> list[Path]:
        """The path of each character; between words it is what both are in."""
        if not words:
            return [self._path(0)] * len(self._target)
        paths: list[Path] = []
        before = self._path(0)
        for word, path in zip(self._theirs, words, strict=True):
            paths += [shared(before, path)] * (word.start - len(paths))
            paths += [path] * (word.end - word.start)
            before = path
        end = shared(before, self._path(self._starts[-1] - 1))
        return paths + [end] * (len(self._target) - len(paths))

    def _atoms(self) -> tuple[dict[int, list[Run]], set[int]]:
        """Atoms by where they come, and the places of words that they have themselves."""
        found: dict[int, list[Run]] = {}
        hidden: set[int] = set()
        for run, start in zip(self._runs, self._starts, strict=False):
            if run.atom is None:
                continue
            at = self._anchor(start, start + len(run.text))
            span = self._found(run.text.strip(), at, hidden)
            if span is None:
                end = start + len(run.text)
                around = self._source[max(0, start - 1) : start] + self._source[end : end + 1]
                apart = 0 < at < len(self._target) and (run.text or around.isspace())
                found.setdefault(at, []).extend([Run(" "), run] if apart else [run])
            else:
                found.setdefault(span[0], []).append(run)
                hidden |= {*span}
        return found, hidden

    def _found(self, words: str, at: int, hidden: Set[int]) -> range | None:
        """Where these words stand in the translation as well, as near as can be to `at`: as whole
        words, or else as parts of words.
        """
        plain = r"\s+".join(map(re.escape, words.split()))
        whole = rf"(?<!\w){plain}" if words[:1].isalnum() else plain
        whole += r"(?!\w)" if words[-1:].isalnum() else ""
        for pattern in (whole, plain) if words else ():
            if pattern not in self._spans:
                matches = re.finditer(pattern, self._target, re.IGNORECASE)
                self._spans[pattern] = [range(*match.span()) for match in matches]
            spans = self._spans[pattern]
            place = bisect_left(spans, at, key=lambda span: span[0])
            near = [*range(max(0, place - NEAR), min(len(spans), place + NEAR))]
            for each in sorted(near, key=lambda each: abs(spans[each][0] - at)):
                if hidden.isdisjoint(spans[each]):
                    return spans.pop(each)
        return None

    def _anchor(self, start: int, end: int) -> int:
        """Where that comes which is between these offsets of the source: behind the word before it,
        or before the next one where it touches only that.
        """
        before = sum(word.end <= start for word in self._ours)
        behind = next((at for at, word in enumerate(self._ours) if word.start >= end), None)
        if not before or not self._theirs:
            return 0
        if behind is None:
            return len(self._target)
        if self._source[start - 1].isspace() and not self._source[end].isspace():
            return self._theirs[self._linked(behind)].start
        return self._theirs[self._linked(before - 1)].end

    def _linked(self, place: int) -> int:
        """The word that stands for one of the source, or the one at the same share."""
        return self._links.get(self._ours[place].start, self._at_share(place))


def _filled(known: Sequence[Path | None], first: Path, last: Path) -> list[Path]:
    """The same without gaps: what is unknown is in what the known on both sides are in."""
    before, after = [first], [last]
    for path in known[:-1]:
        before.append(before[-1] if path is None else path)
    for path in known[:0:-1]:
        after.append(after[-1] if path is None else path)
    return [
        shared(*around) if path is None else path
        for path, *around in zip(known, before, reversed(after), strict=False)
    ]


def _beginnings(paths: Iterable[Path]) -> dict[Path, None]:
    """What stands around something, each with what is around it, in their order."""
    return {path[:size]: None for path in dict.fromkeys(paths) for size in range(1, 1 + len(path))}


def shared(one: Path, two: Path) -> Path:
    """What both begin with."""
    size = 0
    while size < min(len(one), len(two)) and one[size] == two[size]:
        size += 1
    return one[:size]


def _merged(pieces: Sequence[Run]) -> Iterator[Run]:
    for (path, atom), group in groupby(pieces, key=lambda run: (run.path, run.atom)):
        if atom is None:
            yield Run("".join(run.text for run in group), path)
        else:
            yield from group
