"""What is put right in an answer without asking again."""

import re

from toolkit.languages import any_of
from toolkit.languages.numbers import rejoin_numbers

OPENING_MARKS = ('"', "«", "“")
MARKS = '"«»“”'
MIN_REST = 0.5  # of the source's characters: with less left it is no preamble
# What small models say before their answer: "Here is the English translation:".
PREAMBLE = re.compile(any_of(lambda language: "|".join(language.preambles)), re.IGNORECASE)
# "a-t-il dit" behind a quotation, word for word. Behind "never" the same words are English.
SPEAKER = re.compile(r"(?<=[\"”»’,'] )has (he|she|it|they) (said|told|\w+ed)\b")
NEGATIVE = re.compile(r"(?i)\b(?:never|not|no|nor|neither|only|rarely|seldom)\b[^\"”»]*$")
INVERTED = re.compile(r"\ba-t-(?:il|elle|on)\b")


def repair(target: str, source: str) -> str:
    """`target` in one line, without words about the translation, with its numbers in one piece,
    straight quotation marks where the source has no curly ones, a quotation at the beginning that
    is only closed opened, and "has he said" behind a quotation as English has it.
    """
    target = _without_preamble(rejoin_numbers(" ".join(target.split()), source), source)
    if INVERTED.search(source) and "?" not in source:
        target = SPEAKER.sub(_speaker, target)
    if not set("“”").intersection(source):
        target = _straight(target)
    if source[:1] in OPENING_MARKS and target[:1] not in OPENING_MARKS:
        marks = re.findall(f"[{MARKS}]", target)
        if marks in (['"'], ["”"], ["»"]):
            return f'"{target}'
    return target


def _straight(target: str) -> str:
    """With straight quotation marks, single ones inside others."""
    depth = 0
    written = []
    for mark in target:
        if mark == "“":
            depth += 1
        elif mark == '"':
            depth = 0 if depth else 1
        written.append(mark if mark not in "“”" else '"' if depth < 2 else "'")
        if mark == "”":
            depth = max(0, depth - 1)
    return "".join(written)


def _speaker(match: re.Match[str]) -> str:
    is_inverted = NEGATIVE.search(match.string, 0, match.start())
    return match[0] if is_inverted else f"{match[1]} {match[2]}"


def _without_preamble(target: str, source: str) -> str:
    """`target` without what a model says of its answer, and without the quotation marks around what
    is left where the source has none. As many colons as the source has are its own.
    """
    while target.count(":") > source.count(":"):
        preamble = PREAMBLE.match(target)
        if not preamble or len(target) - preamble.end() < MIN_REST * len(source):
            break
        target = target[preamble.end() :]
        if not any(mark in source for mark in MARKS):
            target = target.strip(MARKS)
    return target
