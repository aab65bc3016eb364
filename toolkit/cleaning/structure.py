"""Lines that hold an article together: cut sentences, numbers of its parts, names of speakers.

By themselves they look like counters and links; the lines around them tell.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from toolkit.cleaning.features import Line

MIN_PARTS = 3
MIN_TURNS = 2  # of a speaker, below what another said
MIN_ENTRIES = 3
MIN_REST = 20  # characters of a sentence below its cut
MAX_LINK_WORDS = 4
POINTS = 1.0
# Links begin with a capital.
ENTRY = re.compile(r"(?:\d+(?:[.,/]\d+)? )?[a-zà-ÿ]{1,12}[ ’'][a-zà-ÿ]")
NUMBER = re.compile(r"(\d{1,2})[.)]?")


def is_said(line: Line) -> bool:
    """Whether it is a sentence or a question that no phrase knows."""
    return (line.sentence or line.question) and not line.pattern


def mark_structure(lines: Sequence[Line]) -> list[Line]:
    """Such lines lose what speaks against them."""
    marked = list(lines)
    filled = [index for index, line in enumerate(lines) if line.text]
    for name, found in (
        ("cut sentence", _cut_sentences(lines, filled)),
        ("number of a part", _numbers(lines)),
        ("speaker", _speakers(lines, filled)),
        ("list", _entries(lines, filled)),
    ):
        for index in found:
            marked[index] = Line(lines[index].text, ((name, POINTS),), POINTS)
    return marked


def _cut_sentences(lines: Sequence[Line], filled: Sequence[int]) -> Iterator[int]:
    """Lines above the rest of their sentence: drop caps, verse, and what stands before a link."""
    for position, index in enumerate(filled):
        rest = lines[index].text
        if not is_said(lines[index]) or len(rest) < MIN_REST:
            continue
        if not (rest[0].islower() or rest[0] in ",.;)"):
            continue
        for above in reversed(filled[max(0, position - 2) : position]):
            if not lines[above].bare or lines[above].pattern:
                break
            yield above
            if len(lines[above].text.split()) > MAX_LINK_WORDS:
                break


def _numbers(lines: Sequence[Line]) -> list[int]:
    """Numbers alone on their lines that count up, with prose below each."""
    longest: list[int] = []
    chain: list[int] = []
    prose = False
    for index, line in enumerate(lines):
        prose = prose or is_said(line)
        if not (len(line.text) <= 3 and (number := NUMBER.fullmatch(line.text))):
            continue
        if int(number[1]) == len(chain) + 1 and (prose or not chain):
            chain.append(index)
        elif int(number[1]) == 1:
            chain = [index]
        else:
            continue
        prose = False
        longest = max(longest, chain, key=len)
    return longest if len(longest) >= MIN_PARTS else []


def _speakers(lines: Sequence[Line], filled: Sequence[int]) -> Iterator[int]:
    """Lines that come again and again, above what is said and below what was said."""
    turns: dict[str, list[int]] = {}
    answers: Counter[str] = Counter()
    for above, index, below in zip(filled, filled[1:], filled[2:], strict=False):
        line = lines[index]
        if line.bare and not line.pattern and is_said(lines[below]):
            turns.setdefault(line.text, []).append(index)
            answers[line.text] += is_said(lines[above])
    for text, found in turns.items():
        if answers[text] >= MIN_TURNS:
            yield from found


def _entries(lines: Sequence[Line], filled: Sequence[int]) -> Iterator[int]:
    """Things listed one below the other, as in a recipe."""
    run: list[int] = []
    for index in filled:
        line = lines[index]
        if line.bare and not line.pattern and ENTRY.match(line.text):
            run.append(index)
            continue
        if len(run) >= MIN_ENTRIES:
            yield from run
        run = []
    if len(run) >= MIN_ENTRIES:
        yield from run
