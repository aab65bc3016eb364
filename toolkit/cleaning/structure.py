"""Lines that hold an article together: cut sentences, numbers of its parts, names of speakers.

By themselves they look like counters and links; the lines around them tell.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from toolkit.cleaning.features import Line

MIN_PARTS = 3
MIN_TURNS = 2  # of a speaker, below what another said
MIN_ENTRIES = 3
MIN_REST = 20  # characters of a sentence below its cut
MAX_LINK_WORDS = 4
POINTS = 1.0
HEADINGS = frozenset(("number of a part", "hour", "heading"))
# Links begin with a capital.
ENTRY = re.compile(r"(?:\d+(?:[.,/]\d+)? )?[a-zà-ÿœ]{1,12}[ ’'][a-zà-ÿœ]|\d{1,2} [a-zà-ÿœ]{3,12}$")
# `Vent moyen : 165 km/h`; links have more words.
FACT = re.compile(r"(?=.{1,60}$)[^:]{2,30}\s?: .*|.*\d.*")
MIN_FACTS = 0.6  # of the lines of a list
MAX_FACT_WORDS = 10
MAX_HOUR_CHARS = 20
HOUR = re.compile(
    r"(?i)((?:lun|mar|mercre|jeu|vendre|same)di|dimanche)?,? ?\d{1,2} ?(?:h|:) ?(?:\d\d)?"
)
MIN_AMID = 0.6  # of the hours on a page
NUMBERING = re.compile(r"^\d{1,2}[.)] ")
CONTENTS = "table of contents"
NOTED = re.compile(r"(?:[(\[](\d{1,2})[)\]]|(\d{1,2}))\s[\w«“]")
REFERENCE = re.compile(r"\S\s?[(\[]1[)\]]|[^\W\d][»”.]?1(?!\w)")
NOTE = "note"
NUMBER = re.compile(r"(\d{1,2})[.)]?")


def is_said(line: Line) -> bool:
    """Whether it is a sentence or a question that no phrase knows."""
    return (line.sentence or line.question) and not line.pattern


def heads_part(line: Line) -> bool:
    """Whether it is marked as what stands above a part of the article."""
    return any(name in HEADINGS for name, _ in line.evidence)


def mark_structure(lines: Sequence[Line]) -> list[Line]:
    """Such lines lose what speaks against them."""
    marked = list(lines)
    filled = [index for index, line in enumerate(lines) if line.text]
    contents, headings = _contents(lines, filled)
    for name, found in (
        ("heading", headings),
        ("cut sentence", _cut_sentences(lines, filled)),
        ("number of a part", _numbers(lines)),
        ("speaker", _speakers(lines, filled)),
        ("list", _entries(lines, filled)),
        ("facts", _facts(lines, filled)),
        ("hour", _hours(lines, filled)),
    ):
        for index in found:
            marked[index] = Line(lines[index].text, ((name, POINTS),), POINTS)
    for name, others in ((CONTENTS, contents), (NOTE, _notes(lines, filled))):
        for index in others:
            marked[index] = lines[index].add(name, -8.0)
    return marked


def _contents(lines: Sequence[Line], filled: Sequence[int]) -> tuple[list[int], list[int]]:
    """The lines of a table of contents, and the headings further down that it names."""
    last = {
        _title(lines[index]): index
        for index, below in pairwise(filled)
        if not (lines[index].sentence or lines[below].bare or lines[below].pattern)
    }
    contents: list[int] = []
    headings: list[int] = []
    run: list[tuple[int, int]] = []
    for index in (*filled, -1):
        heading = last.get(_title(lines[index]), -1) if index >= 0 else -1
        if heading > index >= 0 and (not run or heading > run[-1][1]):
            run.append((index, heading))
            continue
        if len(run) >= MIN_PARTS:
            contents += [first for first, _ in run]
            headings += [second for _, second in run]
        run = []
    return contents, headings


def _title(line: Line) -> str:
    return NUMBERING.sub("", line.text) if line.text[0].isdigit() else line.text


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


def _facts(lines: Sequence[Line], filled: Sequence[int]) -> Iterator[int]:
    """Lists of numbers, or of a word each with what it is, between what is said; with a heading of
    their own they are boxes.
    """
    run: list[int] = []
    opens = asks = False
    for above, index in pairwise(filled):
        line = lines[index]
        if line.bare and not line.pattern and len(line.text.split()) <= MAX_FACT_WORDS:
            if not run:
                opens, asks = is_said(lines[above]), lines[above].question
            run.append(index)
            continue
        facts = [FACT.fullmatch(lines[index].text) is not None for index in run]
        enough = len(run) >= MIN_ENTRIES and sum(facts) >= MIN_FACTS * len(run)
        if enough and opens and is_said(line) and (asks or facts[0]):
            yield from run
        run = []


def _hours(lines: Sequence[Line], filled: Sequence[int]) -> list[int]:
    """Hours alone on their lines with prose above and below, as in a diary; those of tickers often
    have none above, nor a day.
    """
    amid: list[int] = []
    hours = 0
    for above, index, below in zip(filled, filled[1:], filled[2:], strict=False):
        text = lines[index].text
        if len(text) <= MAX_HOUR_CHARS and (hour := HOUR.fullmatch(text)):
            hours += 1
            if _is_prose(lines[below]) and (hour[1] or _is_prose(lines[above])):
                amid.append(index)
    return amid if len(amid) >= max(MIN_TURNS, MIN_AMID * hours) else []


def _is_prose(line: Line) -> bool:
    return not (line.bare or line.pattern)


def _notes(lines: Sequence[Line], filled: Sequence[int]) -> list[int]:
    """Footnotes: lines with numbers that count up from one, which the text above refers to."""
    chains: list[list[int]] = [[]]
    for index in filled:
        found = NOTED.match(lines[index].text)
        number = int(found[1] or found[2]) if found else 0
        if number == len(chains[-1]) + 1:
            chains[-1].append(index)
        elif chains[-1]:
            chains.append([index] if number == 1 else [])
    chains = [chain for chain in chains if len(chain) > 1]
    references = (index for index in filled if REFERENCE.search(lines[index].text))
    referred = next(references, len(lines)) if chains else len(lines)
    return [index for chain in chains if referred < chain[0] for index in chain]
