"""Repairs of characters: plain functions from text to text, applied in the order of STEPS.

The name of a function is its name in settings and in the explanation.
"""

import html
import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from toolkit.cleaning.lost import find_losses, restore

INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
    r"\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f]"
)
TERMINAL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # colours and the like
ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
# A lead byte of UTF-8 and the next one, both read as cp1252 or Latin-1; or a sign of Mac Roman.
SUSPICIOUS = re.compile(
    "[\u00c2-\u00f4√]"
    "(?:[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|(?<=[\u00c3\u00c2])[ \u00a0]|(?<=√))"
)
LOST_SPACE = re.compile("Â (?=[;:!?»])")  # a no-break space, of which the plain one is left
WIDE_SPACE = re.compile("[\t\u2000-\u2008\u200a\u205f\u3000]")
THIN_SPACE = re.compile("\u2009")
BEFORE_MARK = re.compile(r" (?=[;:!?»](?![\w?]))(?<=[^\sÂÃ] )")
AFTER_QUOTE = re.compile(r"« (?=\S)")

WRAPPED_LINE_CHARS = range(45, 121)
WRAPPED_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Change:
    """What a step made of a word or line. `line` counts from 1; 0 is the whole text."""

    step: str
    line: int
    before: str
    after: str


def entities(text: str) -> str:
    """HTML entities, once: `&amp;eacute;` becomes `&eacute;`."""
    return ENTITY.sub(lambda match: html.unescape(match.group()), text) if "&" in text else text


def mojibake(text: str) -> str:
    """UTF-8 that was once read as a one-byte encoding: `DerniÃ¨re` to `Dernière`."""
    parts, end = [], 0
    while found := SUSPICIOUS.search(text, end):
        from ftfy import fix_encoding

        start = text.rfind("\n", end, found.start()) + 1 or end
        stop = text.find("\n", found.end())
        stop = len(text) if stop < 0 else stop
        parts += [text[end:start], fix_encoding(LOST_SPACE.sub("Â\u00a0", text[start:stop]))]
        end = stop
    return "".join([*parts, text[end:]])


def invisible(text: str) -> str:
    """Soft hyphens, zero-width characters, direction marks, control characters and sequences go."""
    if "\x1b" in text:
        text = TERMINAL.sub("", text)
    return INVISIBLE.sub("", text)


def composed(text: str) -> str:
    """Unicode normalization form C."""
    return unicodedata.normalize("NFC", text)


def lost_letters(text: str) -> str:
    """Letters that became question marks or replacement characters, where one reading is sure."""
    return restore(text, find_losses(text))


def spaces(text: str) -> str:
    """Tabs and wide spaces become plain ones, thin spaces narrow no-break ones."""
    return THIN_SPACE.sub("\u202f", WIDE_SPACE.sub(" ", text))


def french_spaces(text: str) -> str:
    """The space before `; : ! ? »` and behind `«` becomes a no-break one; none is added."""
    return AFTER_QUOTE.sub("«\u00a0", BEFORE_MARK.sub("\u00a0", text))


def wrapped_lines(text: str) -> str:
    """Lines broken at a fixed width become one line a paragraph again."""
    lines = text.split("\n")
    if max(map(len, lines)) > WRAPPED_LINE_CHARS[-1]:
        return text
    pairs = [(a.strip(), b.strip()) for a, b in pairwise(lines)]
    pairs = [(a, b) for a, b in pairs if a and b]
    broken = [b for a, b in pairs if len(a) in WRAPPED_LINE_CHARS and a[-1] not in '.!?…:»"']
    goes_on = sum(1 for b in broken if b[0].islower())
    if not pairs or goes_on < WRAPPED_SHARE * len(pairs):
        return text
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(paragraph.split("\n")) for paragraph in paragraphs)


STEPS: dict[str, Callable[[str], str]] = {
    step.__name__: step
    for step in (
        entities,
        mojibake,
        invisible,
        composed,
        lost_letters,
        spaces,
        french_spaces,
        wrapped_lines,
    )
}


# What these change can uncover something for the steps before them, so they call for another round.
UNCOVERING = {"mojibake", "invisible", "composed", "lost_letters", "spaces"}
MAX_ROUNDS = 5


def repair(text: str, steps: Sequence[str] = tuple(STEPS)) -> str:
    """`text` after the named steps."""
    last = deque(_repairs(text, steps), maxlen=1)
    return last[0][1] if last else text


def changes_of(text: str, steps: Sequence[str] = tuple(STEPS)) -> Iterator[Change]:
    """What each of the named steps changes in `text`."""
    for name, repaired in _repairs(text, steps):
        if repaired != text:
            yield from _changes(name, text, repaired)
        text = repaired


def _repairs(text: str, steps: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The text after each step, until it is stable; entities are decoded in the first round."""
    for round_ in range(MAX_ROUNDS):
        uncovered = False
        for name in steps:
            if name == "entities" and round_:
                continue
            repaired = STEPS[name](text)
            uncovered |= repaired != text and name in UNCOVERING
            text = repaired
            yield name, text
        if not uncovered:
            return


def _changes(step: str, before: str, after: str) -> Iterator[Change]:
    """The words that differ, where the step left lines and words in their places."""
    old, new = before.split("\n"), after.split("\n")
    if len(old) != len(new):
        yield Change(step, 0, f"{len(old)} lines", f"{len(new)} lines")
        return
    for number, (was, now) in enumerate(zip(old, new, strict=True), start=1):
        if was == now:
            continue
        words = was.split(" "), now.split(" ")
        if len(words[0]) == len(words[1]):
            for one, other in zip(*words, strict=True):
                if one != other:
                    yield Change(step, number, one, other)
        else:
            yield Change(step, number, was, now)
