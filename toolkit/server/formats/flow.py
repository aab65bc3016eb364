"""Text with markup in it, in sentences: what HTML and Markdown have in common."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from toolkit.documents import Segment
from toolkit.lexicon.words import Code
from toolkit.segmentation import split_sentences
from toolkit.server.formats.prepared import has_words
from toolkit.server.formats.projection import Run, project

Languages = tuple[Code, Code]
SPACES = " \t\r\n\f"
SPACE = re.compile(f"[{SPACES}]+")


class Flow:
    """`segments` are the sentences to translate, in the runs of one block. White space is shown as
    one space each, but for that at both ends, unless it is `spaced`.
    """

    def __init__(self, runs: Sequence[Run], *, spaced: bool = False) -> None:
        self._runs = list(runs) if spaced else _one_spaced(runs)
        sentences = _sentences(self._runs)
        ends = [
            end
            for each in sentences
            for end in (each.start + len(each.text), each.start + len(each.text + each.after))
        ]
        pieces = divide(self._runs, ends or [0])
        # In turns a sentence, and the space behind it.
        self._pieces = [
            (
                piece,
                place % 2 == 0 and any(has_words(run.text) for run in piece if not is_atom(run)),
            )
            for place, piece in enumerate(pieces)
        ]
        self.segments = tuple(
            each if spaced else replace(each, text=SPACE.sub(" ", each.text))
            for each, (_, is_read) in zip(sentences, self._pieces[::2], strict=False)
            if is_read
        )

    def filled(self, translations: Iterator[str], languages: Languages) -> Iterator[Run]:
        for runs, is_read in self._pieces:
            yield from project(runs, next(translations), languages) if is_read else runs


def is_atom(run: Run) -> bool:
    return run.atom is not None


def divide(runs: Sequence[Run], ends: Sequence[int]) -> list[list[Run]]:
    """The runs up to each of these offsets of their text, the last of which is its length. Atoms
    aren't cut, and belong to where they begin.
    """
    pieces: list[list[Run]] = [[] for _ in ends]
    at = place = 0

    def put(run: Run) -> None:
        nonlocal at, place
        while at >= ends[place] and place < len(ends) - 1:
            place += 1
        pieces[place].append(run)
        at += len(run.text)

    for run in runs:
        if is_atom(run):
            put(run)
            continue
        start = at
        within = slice(bisect_right(ends, start), bisect_left(ends, start + len(run.text)))
        cuts = [0, *(end - start for end in ends[within]), None]
        for first, last in pairwise(cuts):
            if text := run.text[first:last]:
                put(Run(text, run.path))
    return pieces


def _sentences(runs: Sequence[Run]) -> list[Segment]:
    """Those of the text of `runs`, none of which ends within an atom."""
    inside = set[int]()
    at = 0
    for run in runs:
        if is_atom(run):
            inside |= {*range(at + 1, at + len(run.text))}
        at += len(run.text)
    found: list[Segment] = []
    for each in split_sentences("".join(run.text for run in runs)):
        if found and each.start in inside:
            last = found.pop()
            text = last.text + last.after + each.text
            found.append(Segment(last.start, text, each.after))
        else:
            found.append(each)
    return found


def _one_spaced(runs: Sequence[Run]) -> list[Run]:
    """As browsers show them, but for the space at both ends, which is that of the file."""
    found: list[Run] = []
    for run in runs:
        text = run.text
        if not is_atom(run):
            text = SPACE.sub(" ", text)
            if found and found[-1].text.endswith(" "):
                text = text.removeprefix(" ")
        if text or is_atom(run):
            found.append(replace(run, text=text))
    if found and not is_atom(runs[0]):
        text = runs[0].text
        space = text[: len(text) - len(text.lstrip(SPACES))]
        found[0] = replace(found[0], text=space + found[0].text.lstrip(SPACES))
    if found and not is_atom(runs[-1]) and not runs[-1].text.isspace():
        text = runs[-1].text
        space = text[len(text.rstrip(SPACES)) :]
        found[-1] = replace(found[-1], text=found[-1].text.rstrip(SPACES) + space)
    return found
