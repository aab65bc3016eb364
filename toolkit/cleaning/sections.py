"""Sections of what was found to be the article, and whether each belongs to it.

Boxes, teasers, adverts and comments in full sentences read like the article, line by line. As
sections, with what stands around them, they give themselves away: they are short, come late and
below other furniture, speak to somebody, and tell of nothing that happened. How much each sign
says was fitted by eval/fit_sections.py on pages labelled by hand.
"""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from toolkit.cleaning.features import DROP_BELOW, Line
from toolkit.cleaning.marks import TAKEN
from toolkit.cleaning.patterns import prompt_words, section_words
from toolkit.cleaning.prompts import IMPERATIVE, NOTRE, VOUS, count_told
from toolkit.cleaning.prompts import REASON as PROMPT
from toolkit.cleaning.structure import heads_part
from toolkit.cleaning.words import words_of

WEIGHTS_FILE = Path(__file__).with_name("sections.toml")
REASON = "aside"
ENOUGH = 2.1  # points with which a line goes
# The log-odds under which a section goes: the first one, those down to the last one that is more
# likely the article's than not, and those below it.
UNLIKELY_FIRST = -2.5
LARGE = 0.34  # of the text; larger ones go as late as the first
UNLIKELY = -2.0
UNLIKELY_AT_END = -0.7
BORNE = 1.5  # how much less is enough for what the readers of the page take
SURE = 2.0  # the log-odds from which lines lose no points
MAX_HEADING_CHARS = 90  # of a question
MAX_PARTED_CHARS = 30  # of a heading
MAX_PARTING = 2  # lines between a heading and its text
MAX_CHARS = 1000  # of a section that are read
MAX_PROSE_CHARS = 4000  # in which sentences are counted
MAX_BOX_WORDS = 3
MOST = 3  # words of a kind that count, and verbs
PARAGRAPH_CHARS = 200  # the unit of their length

JE = frozenset(("je", "j", "mon", "ma", "mes", "merci"))
SPOKEN = VOUS | NOTRE | JE
STEM = re.compile(r"\b[^\W\d_]{5,6}")
NAME = re.compile(r"(?<=[a-zà-ÿ,’'] )[A-ZÉÈÀÂÎÔÇ][\w’-]{2,}")
SENTENCE = re.compile(r"[.!?…](?:\s|$)")


class Section(NamedTuple):
    """Lines by their numbers: what went between it and the section above, then what it is of."""

    gone: tuple[int, ...]
    headings: tuple[int, ...]
    paragraphs: tuple[int, ...]

    @property
    def lines(self) -> tuple[int, ...]:
        return self.headings + self.paragraphs


class Weights(BaseModel):
    """The fitted file: log-odds that a section belongs to the article."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bias: float
    weights: Mapping[str, float]


@cache
def weights() -> Weights:
    return Weights.model_validate(tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8")))


def weigh_sections(
    lines: Sequence[Line], first: int, last: int, title: str
) -> tuple[list[Line], float]:
    """Points against the lines of sections that are hardly the article's, which is what stands
    from `first` to `last` under the title `title`; and the log-odds of the likeliest section.
    """
    weighed = list(lines)
    found = list(sections_of(lines, first, last))
    sizes = [len(_joined(lines, section.lines)) for section in found]
    odds = _odds(list(signals_of(lines, found, title)), sizes)
    sure = max((number for number, value in enumerate(odds) if value > 0), default=0)
    large = LARGE * sum(sizes)
    least = [
        UNLIKELY_FIRST
        if number == 0 or size > large
        else UNLIKELY
        if number <= sure
        else UNLIKELY_AT_END
        for number, size in enumerate(sizes)
    ]
    stay = [value >= limit for value, limit in zip(odds, least, strict=True)]
    for number, section in enumerate(found):
        below = slice(number + 1, number + 2)
        if all(stay[below]) and _is_parted(lines, section, found[below]):
            continue
        for index in section.lines:
            line = lines[index]
            borne = BORNE if line.vote in TAKEN else 0.0
            if points := _points(line.score, odds[number], least[number] - borne):
                weighed[index] = line.add(REASON, points)
    return weighed, max(odds, default=float("-inf"))


def _is_parted(lines: Sequence[Line], section: Section, below: Sequence[Section]) -> bool:
    """Whether it is no more than a short heading, which speaks to nobody, and which a caption or an
    advert parts from the paragraphs that it stands over: the section below.
    """
    if section.gone or section.paragraphs or len(section.headings) != 1:
        return False
    text = lines[section.headings[0]].text
    told = SPOKEN.isdisjoint(words_of(text.lower())) and len(text) <= MAX_PARTED_CHARS
    return told and any(not each.headings and len(each.gone) <= MAX_PARTING for each in below)


def _odds(signals: Sequence[dict[str, float]], sizes: Sequence[int]) -> list[float]:
    """The log-odds of each section. Where the largest is an article's and says "I", that is no sign
    against the others.
    """
    odds = [log_odds(each) for each in signals]
    largest = max(range(len(odds)), key=sizes.__getitem__, default=None)
    if largest is None or odds[largest] <= 0 or not signals[largest]["je"]:
        return odds
    return [log_odds({**each, "je": 0.0}) for each in signals]


def _points(score: float, odds: float, least: float) -> float:
    """What its section's log-odds say against a line with this score: under the least it goes, and
    below those that are sure it stays as a doubtful one.
    """
    if odds < least:
        return round(odds - least - ENOUGH - max(0.0, score), 2)
    return round(max(min(0.0, odds - SURE), DROP_BELOW - score), 2)


def log_odds(signals: Mapping[str, float]) -> float:
    """That a section with these signals belongs to the article."""
    fitted = weights()
    return fitted.bias + sum(fitted.weights.get(name, 0.0) * x for name, x in signals.items())


def sections_of(lines: Sequence[Line], first: int, last: int) -> Iterator[Section]:
    """Each begins below lines that go, or at a heading below a paragraph."""
    gone: list[int] = []
    headings: list[int] = []
    paragraphs: list[int] = []
    questions = set(_questions(lines, first, last))
    for index in range(first, last + 1):
        line = lines[index]
        if not line.text:
            continue
        goes = line.score < DROP_BELOW
        heads = line.bare or index in questions or heads_part(line)
        if (goes or (heads and paragraphs)) and (headings or paragraphs):
            yield Section(tuple(gone), tuple(headings), tuple(paragraphs))
            gone, headings, paragraphs = [], [], []
        if goes:
            gone.append(index)
        elif heads:
            headings.append(index)
        else:
            paragraphs.append(index)
    if headings or paragraphs:
        yield Section(tuple(gone), tuple(headings), tuple(paragraphs))


def _questions(lines: Sequence[Line], first: int, last: int) -> Iterator[int]:
    """Short ones to the reader, which open boxes; those of an interview are answered."""
    filled = [index for index in range(first, last + 1) if lines[index].text]
    for index, below in pairwise(filled):
        line = lines[index]
        if line.question and len(line.text) <= MAX_HEADING_CHARS:
            asked = not VOUS.isdisjoint(words_of(line.text.lower()))
            answer = lines[below].text[:MAX_CHARS].lower() if lines[below].sentence else ""
            if asked and JE.isdisjoint(words_of(answer)):
                yield index


def signals_of(
    lines: Sequence[Line], sections: Sequence[Section], title: str
) -> Iterator[dict[str, float]]:
    """What speaks for and against each of the sections."""
    sizes = [sum(len(lines[index].text) for index in section.lines) for section in sections]
    total = sum(sizes) or 1
    names = [_names(lines, section) for section in sections]
    known = Counter(chain(*names, set(words_of(title))))
    titled = stems(title)
    above, signed = 0, False
    furniture: set[str] = set()
    gaps = Counter(chain.from_iterable({lines[i].text for i in each.gone} for each in sections))
    for number, section in enumerate(sections):
        gone = [lines[index] for index in section.gone]
        patterns = [line.pattern for line in gone if line.pattern]
        faults = {line.fault for line in gone}
        furniture |= {line.text for line in gone}
        signed = signed or (number > 1 and any(each.reason == "byline" for each in patterns))
        flags = {
            "byline above": signed,
            "below a time": "time" in faults,
            "below a reader prompt": PROMPT in faults,
            "below a list of links": "list of links" in faults,
            "below a related article": "related articles" in faults,
            "below a heading of links": any(each.opens_list for each in patterns),
            "below a repeated interruption": gone and all(gaps[line.text] > 1 for line in gone),
            "below an advert": "advertisement" in faults,
            "below sharing": "share prompt" in faults,
            "below a subscribe prompt": "subscribe prompt" in faults,
            "heading below furniture": gone and section.headings,
            "new names": names[number] and all(known[name] == 1 for name in names[number]),
        }
        yield {
            "place": above / total,
            "section above": math.log1p(sizes[number - 1] if number else 0),
            "furniture above": math.log1p(len(furniture)),
            **{name: float(bool(value)) for name, value in flags.items()},
            **_own_signals(lines, section, titled),
        }
        above += sizes[number]


def _own_signals(
    lines: Sequence[Line], section: Section, titled: frozenset[str]
) -> dict[str, float]:
    heading = _joined(lines, section.headings)
    prose = _joined(lines, section.paragraphs)
    low = f"{heading}\n{prose}"[:MAX_CHARS].lower()
    words = set(words_of(low))
    evidence = chain.from_iterable(lines[index].evidence for index in section.lines)
    flags = {
        "vous": not words.isdisjoint(VOUS)
        or any(word.endswith("ez") and IMPERATIVE.fullmatch(word) for word in words),
        "notre": not words.isdisjoint(NOTRE),
        "je": not words.isdisjoint(JE),
        "joining words": not words.isdisjoint(section_words()["joining"]),
        "heading of a box": heading.count(" ") < MAX_BOX_WORDS
        and not section_words()["boxes"].isdisjoint(words_of(heading.lower())),
        "heading of a part": any(heads_part(lines[index]) for index in section.headings),
        "quotation": "«" in prose and "»" in prose,
        "words of the title": not titled.isdisjoint(stems(low)),
        "reader prompt": any(name == PROMPT for name, _ in evidence),
    }
    return {
        "sentences": math.log1p(len(SENTENCE.findall(prose[:MAX_PROSE_CHARS]))),
        "paragraphs": math.log1p(len(section.paragraphs)),
        "paragraph length": len(prose) / max(1, len(section.paragraphs)) / PARAGRAPH_CHARS,
        "told": float(min(MOST, count_told(low))),
        **{kind: float(min(MOST, len(words & of))) for kind, of in prompt_words().items()},
        **{name: float(bool(value)) for name, value in flags.items()},
    }


def _joined(lines: Sequence[Line], indices: Sequence[int]) -> str:
    return "\n".join(lines[index].text for index in indices)


def _names(lines: Sequence[Line], section: Section) -> frozenset[str]:
    """Those in the midst of sentences, so that it isn't their place that gives them a capital."""
    return frozenset(NAME.findall(_joined(lines, section.lines)[:MAX_CHARS]))


def stems(text: str) -> frozenset[str]:
    """The first letters of words long enough to say what a text is about."""
    return frozenset(STEM.findall(text.lower()))
