"""What the lines around a line say about it: more points, beside those of features.py."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from toolkit.cleaning.features import Line
from toolkit.cleaning.marks import TAKEN
from toolkit.cleaning.structure import is_said

HEAD_SENTENCES = 2
MAX_NAME_WORDS = 6
PARTICLES = ("de", "du", "des", "la", "le", "les", "et", "à", "d’", "l’")
MAX_CAPTION_CHARS = 160
MAX_CREDIT_WORDS = 7
MIN_LIST_LINES = 3
CARD_REACH = 4  # lines from a link to the date below it
HEADING_CHARS = 40
MIN_PROSE_CHARS = 60
MAX_LINK_CHARS = 30
RARELY = 3  # times as many below sentences as elsewhere, at least
BY = re.compile(r"(?i)(?:par|by|textes?|entretien|interview|reportage|auteure?|autrice) ?:? ?(.+)")
MAX_AUTHORS = 20  # of one article; many pages in one file have more
AUTHOR = "about the author"
MORE = re.compile(r"(?i)(?:lire (?:plus|la suite)|voir plus|en savoir plus)\W*$")
CAPTION = "photo caption"
REPEATED = "repeated on the page"

# What captions end with, before an article's own sentences have begun.
DATED_CAPTION = re.compile(
    r", (?:le|en) (?:\d{1,2}(?:er)? )?(?:janvier|février|mars|avril|mai|juin|juillet|août|"
    r"septembre|octobre|novembre|décembre) \d{4}\.$"
)


def limit_patterns(lines: Sequence[Line]) -> list[Line]:
    """Patterns that hold above the text only don't count below its first lines."""
    limited, sentences = [], 0
    for line in lines:
        sentences += line.sentence and not line.pattern
        beyond = line.pattern and line.pattern.only_above and sentences > HEAD_SENTENCES
        limited.append(line.without_pattern() if beyond else line)
    return limited


def one_spaced(line: str) -> str:
    """`line` as lines of several pages are compared."""
    return " ".join(line.split())


def weigh_repeats(lines: Sequence[Line], repeated: Mapping[str, int]) -> list[Line]:
    seen = Counter(line.text for line in lines if line.bare)
    amid = _amid_prose(lines)
    headings = Counter(lines[index].text for index in amid)
    spared = {index for index in amid if headings[lines[index].text] == 1}
    weighed = []
    for index, line in enumerate(lines):
        if line.bare and seen[line.text] > 1 and index not in spared:
            line = line.add(REPEATED, -1.5)
        if repeated and line.text and (pages := repeated.get(one_spaced(line.text), 0)):
            line = line.add(f"on {pages} pages", -8.0)
        weighed.append(line)
    return weighed


def _amid_prose(lines: Sequence[Line]) -> list[int]:
    """Lines without a full stop between two sentences: headings, whatever else says the same."""
    filled = [index for index, line in enumerate(lines) if line.text]
    return [
        index
        for above, index, below in zip(filled, filled[1:], filled[2:], strict=False)
        if lines[index].bare and is_said(lines[above]) and is_said(lines[below])
    ]


def weigh_lists(lines: Sequence[Line]) -> list[Line]:
    """Links under a heading such as "À lire aussi", and runs of lines without a full stop."""
    weighed = list(lines)
    run: list[int] = []
    opened, listed, above = "", 0, -1
    for index, line in enumerate(lines):
        if not line.text:
            continue
        if line.pattern and line.pattern.opens_list:
            opened, listed = line.pattern.reason, 0
        elif line.sentence and not line.pattern:
            # The line right above a paragraph is more likely its heading than a link.
            heading = above if len(line.text) >= MIN_PROSE_CHARS else -1
            _weigh_run(weighed, run, heading)
            if opened and listed > 1 and heading >= 0 and len(lines[heading].text) <= HEADING_CHARS:
                weighed[heading] = lines[heading]
            run, opened, listed = [], "", 0
        elif opened and (line.bare or line.question) and not line.pattern:
            weighed[index] = line.add(opened, -3.0)
            listed += 1
        elif line.bare and not line.pattern and line.vote not in TAKEN:
            run.append(index)
        elif not line.bare and not line.question and not line.pattern:
            _weigh_run(weighed, run, above)
            run = []
        above = index
    _weigh_run(weighed, run)
    return weighed


def _weigh_run(weighed: list[Line], run: Sequence[int], heading: int = -1) -> None:
    """A run of links; two are enough when a date or a subscriber's mark stands among them."""
    links = [index for index in run if index != heading]
    if len(run) >= MIN_LIST_LINES or (
        len(links) > 1
        and any(
            (pattern := line.pattern) and pattern.reason in ("time", "subscribe prompt")
            for line in weighed[run[0] : run[-1] + CARD_REACH]
        )
    ):
        for index in links:
            weighed[index] = weighed[index].add("list of links", -2.0)


def weigh_captions(lines: Sequence[Line]) -> list[Line]:
    """A sentence right above a credit that stands alone, before most of the text, is a caption."""
    weighed = list(lines)
    above, sentences = None, 0
    prose = [index for index, line in enumerate(lines) if line.sentence and not line.pattern]
    for index, line in enumerate(lines):
        if not line.text:
            continue
        sentences += line.sentence and not line.pattern
        credit = (
            line.pattern is not None
            and line.pattern.reason == CAPTION
            and len(line.text.split()) <= MAX_CREDIT_WORDS
            and not line.text.startswith("(")
        )
        if credit and prose and index < prose[-1] and sentences <= HEAD_SENTENCES:
            # Some sites print the credit first.
            below = next((i for i in range(index + 1, len(lines)) if lines[i].text), None)
            caption = below if line.text.startswith("PHOTO ") else above
            if caption is not None and _can_be_caption(lines[caption]):
                weighed[caption] = weighed[caption].add(CAPTION, -6.0)
        dated = sentences <= 1 and prose and index < prose[-1] and DATED_CAPTION.search(line.text)
        if dated and _can_be_caption(line):
            weighed[index] = line.add(CAPTION, -5.0)
        above = index
    return weighed


def _can_be_caption(line: Line) -> bool:
    return line.sentence and not line.pattern and len(line.text) <= MAX_CAPTION_CHARS


def weigh_head(lines: Sequence[Line], first: int, last: int) -> list[Line]:
    """Names and short lines among the byline and date between a lead and the text."""
    weighed = list(lines)
    for group in _head_groups(lines, first, last):
        known = [
            index
            for index in group
            if (pattern := lines[index].pattern) and pattern.reason in ("byline", "time")
        ]
        for index in group:
            line = lines[index]
            short = len(line.text.split()) <= MAX_NAME_WORDS
            if not known or line.pattern or not line.bare:
                continue
            if (index < known[-1] and short) or is_name(line.text):
                weighed[index] = line.add("beside byline or time", -2.0)
    return weighed


def weigh_authors(lines: Sequence[Line]) -> list[Line]:
    """Authors' names below the text, and what is said of them."""
    weighed = list(lines)
    names = Counter(line.text for line in lines if line.bare or line.pattern)
    authors = {
        by[1]
        for line in lines
        if line.pattern and line.pattern.reason == "byline" and (by := BY.fullmatch(line.text))
        if is_name(by[1])
    }
    if len(authors) > MAX_AUTHORS:
        authors = set()
    above, sentences = "", 0
    for index, line in enumerate(lines):
        if not line.text:
            continue
        late = sentences > HEAD_SENTENCES
        if line.sentence and not line.pattern:
            text = line.text.lstrip("*• ")
            known = {*authors, above} if names[above] > 1 and is_name(above) else authors
            named = any(text.startswith((f"{name} ", f"{name},")) for name in known)
            if late and (named or above in authors):
                weighed[index] = line.add(AUTHOR, -8.0)
            sentences += 1
        elif line.bare and late and line.text in authors:
            weighed[index] = line.add(AUTHOR, -3.0)
        above = line.text if line.bare else ""
    return weighed


def weigh_teasers(lines: Sequence[Line]) -> list[Line]:
    """Links with a sentence each: below the last heading of links under a text of paragraphs, or
    each with a prompt to read more.
    """
    weighed = list(lines)
    filled = [index for index, line in enumerate(lines) if line.text]
    paragraphs, opened = 0, False
    below_heading: list[int] = []
    for above, index in pairwise(filled):
        line, before = lines[index], lines[above]
        if line.pattern:
            if line.pattern.ends_article == "always":
                break
            opened = opened or (line.pattern.opens_list and paragraphs >= HEAD_SENTENCES)
        elif line.sentence and before.sentence and not before.pattern:
            paragraphs += 1
            opened, below_heading = False, []
        elif line.sentence and opened:
            below_heading.append(index)
    more = _links_below(lines, filled)
    above_more = [
        index
        for above, index, below in zip(filled, filled[1:], filled[2:], strict=False)
        if lines[above].bare
        and lines[index].sentence
        and (below in more or MORE.match(lines[below].text))
    ]
    for found in (below_heading if opened else [], above_more):
        for index in found if len(found) > 1 else ():
            weighed[index] = lines[index].add("related articles", -8.0)
    return weighed


def _links_below(lines: Sequence[Line], filled: Sequence[int]) -> set[int]:
    """The same short line below each of several sentences with a heading, and rarely elsewhere: a
    link to more.
    """
    found: dict[str, list[int]] = {}
    elsewhere: Counter[str] = Counter()
    for heading, above, index in zip(filled, filled[1:], filled[2:], strict=False):
        line = lines[index]
        if len(line.text) > MAX_LINK_CHARS or line.pattern:
            continue
        if lines[heading].bare and lines[above].sentence:
            found.setdefault(line.text, []).append(index)
        else:
            elsewhere[line.text] += 1
    above_prose = Counter(
        lines[index].text for index, below in pairwise(filled) if lines[below].sentence
    )
    return {
        index
        for text, places in found.items()
        if len(places) >= max(MIN_LIST_LINES, RARELY * elsewhere[text]) and not above_prose[text]
        for index in places
    }


def is_name(text: str) -> bool:
    """Whether `text` is names only, of a person, a paper or a list of places."""
    words = [word for word in text.replace(",", " ").split() if word not in PARTICLES]
    names = [word for word in words if word[0].isupper() or word in "–-/|"]
    return 2 <= len(words) <= MAX_NAME_WORDS and len(names) == len(words)


def _head_groups(lines: Sequence[Line], first: int, last: int) -> Iterator[list[int]]:
    group: list[int] = []
    sentences = 0
    for index in range(first, last + 1):
        line = lines[index]
        if line.bare or line.pattern or not line.text:
            group.append(index)
        else:
            yield group
            group = []
            sentences += 1
            if sentences > HEAD_SENTENCES:
                return
