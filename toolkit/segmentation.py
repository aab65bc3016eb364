"""Sentences of French or English news text, with offsets: nothing is lost or changed.

The rules are those of newswire typography. `tests/cases/segmentation.json` holds the labelled
cases; docs/decisions/0003 says why no library is used.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from toolkit.documents import Segment
from toolkit.languages import union

# Never at the end of a sentence: a name or a number follows.
TITLES = union(lambda language: language.titles)
# At the end of a sentence only when a word follows that usually begins one.
ABBREVIATIONS = union(lambda language: language.abbreviations)
STARTERS = union(lambda language: language.sentence_starters)

# A run of end marks with the quotes and brackets that close on it. A straight quote closes only
# when it touches the mark; a guillemet may stand behind a space.
END = re.compile(r"[.!?…]+(?:[\s\u00a0\u202f]*[»”]|[\"'’)\]])*")
BEFORE = re.compile(r"[^\s(\[«“\"'’]*$")
SPACE = re.compile(r"\s*")
CONTEXT_CHARS = 60  # what is looked at on either side of a mark
OPENING = "«“\"'‘’([—–-"
MAX_SENTENCE_CHARS = 2000  # sentences of news have a few hundred
LAST_CLAUSE = re.compile(r".*[;:,](?=\s)", re.DOTALL)
LAST_WORD = re.compile(r".*\S(?=\s)", re.DOTALL)


def split_sentences(text: str) -> tuple[Segment, ...]:
    """The sentences of `text`; `join_segments` gives `text` back.

    What goes on for longer than MAX_SENTENCE_CHARS without an end is several, cut behind a clause
    where possible, else a word.
    """
    return tuple(_segments(text, _bounded(text, [*_boundaries(text), len(text)])))


def _bounded(text: str, ends: Iterable[int]) -> Iterator[int]:
    """`ends` and others between them, so that nothing is too long."""
    start = 0
    for end in ends:
        start = _skip_space(text, start)
        last = start + len(text[start:end].rstrip())
        while last - start > MAX_SENTENCE_CHARS:
            cut = _cut(text, start, start + MAX_SENTENCE_CHARS)
            yield cut
            start = _skip_space(text, cut)
        yield end
        start = end


def _cut(text: str, start: int, most: int) -> int:
    """Where to cut what begins at `start`, at `most` at the latest."""
    for pattern, earliest in ((LAST_CLAUSE, (start + most) // 2), (LAST_WORD, start)):
        found = pattern.match(text, start, most)
        if found and found.end() > earliest:
            return found.end()
    return most


def _segments(text: str, ends: Iterable[int]) -> Iterator[Segment]:
    start = 0
    for end in ends:
        stop = _skip_space(text, end)
        body = text[start:end]
        kept = body.rstrip()
        if start == 0 and body[:1].isspace():
            lead = len(body) - len(body.lstrip())
            yield Segment(0, "", body[:lead])
            start, kept = lead, kept.lstrip()
        if kept:
            yield Segment(start, kept, text[start + len(kept) : stop])
        start = stop


def _skip_space(text: str, start: int) -> int:
    found = SPACE.match(text, start)
    return found.end() if found else start


def _boundaries(text: str) -> Iterator[int]:
    """Offsets right behind each sentence but the last."""
    line_start = 0
    for line in re.finditer(r"[^\n]+", text):
        line_start = line.start()
        for mark in END.finditer(text, line.start(), line.end()):
            if _ends_sentence(text, line_start, line.end(), mark):
                yield mark.end()
        if _skip_space(text, line.end()) < len(text) and not line.group().isspace():
            yield line.end()


def _ends_sentence(text: str, line_start: int, line_end: int, mark: re.Match[str]) -> bool:
    rest = text[mark.end() : min(line_end, mark.end() + CONTEXT_CHARS)]
    following = rest.lstrip()
    if not following or rest[0] == following[0]:
        return False
    first = following.lstrip(OPENING + " \u00a0\u202f")[:1]
    if not first or first.islower():
        return False
    if mark.group()[0] != "." or mark.group().startswith(".."):
        return True
    before = text[max(line_start, mark.start() - CONTEXT_CHARS) : mark.start()]
    found = BEFORE.search(before)
    word = found.group() if found else ""
    return _ends_after_word(word, following, at_line_start=word == before)


def _ends_after_word(word: str, following: str, *, at_line_start: bool) -> bool:
    """Whether a full stop behind `word` ends a sentence when `following` comes next."""
    last = word.rsplit("-", 1)[-1].lower()
    if last in TITLES:
        return False
    if at_line_start and word.isdigit():
        return False  # the number of a list item
    initial = len(last) == 1 and last.isalpha()
    acronym = bool(re.fullmatch(r"(?:\w\.)+\w", word))
    if last in ABBREVIATIONS or initial or acronym:
        next_word = re.match(r"[^\W\d_]+['’]?", following)
        return next_word is not None and next_word.group() in STARTERS
    return True


def split_long(
    text: str, *, max_tokens: int, count_tokens: Callable[[str], int]
) -> tuple[str, ...]:
    """Pieces of `text` within `max_tokens` each, cut behind a clause where possible, else a word.

    Joining the pieces gives `text` back.
    """
    if count_tokens(text) <= max_tokens:
        return (text,)
    for pattern in (r"[;:][\s\u00a0]+", r",\s+", r"\s+"):
        cuts = [match.end() for match in re.finditer(pattern, text) if match.end() < len(text)]
        if cuts:
            middle = min(cuts, key=lambda cut: abs(cut - len(text) // 2))
            break
    else:
        middle = len(text) // 2
    if middle == 0:
        return (text,)
    halves = (text[:middle], text[middle:])
    return tuple(
        piece
        for half in halves
        for piece in split_long(half, max_tokens=max_tokens, count_tokens=count_tokens)
    )
