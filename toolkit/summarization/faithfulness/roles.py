"""Offices that an English summary gives to somebody who has another one in the article."""

import re
from collections.abc import Iterator
from functools import lru_cache

# One for each row.
OFFICES = (
    "president",
    "(?<!prime )minister",
    "prime minister|premier",
    "chancellor",
    "king",
    "queen",
    "pope",
    "cardinal",
    "bishop",
    "ambassador",
    "governor",
    "mayor",
    "prefect",
    "prosecutor",
    "senator",
)
# Bounded, so that no text takes long.
_PART = r"(?<![\w'’-])[A-ZÀ-Þ](?:[\w-]|['’](?!s\b)){0,40}\w"
_NAME = rf"{_PART}(?: (?:(?:de|du|la|van|von|der|den|bin|ben|al|el) ){{0,3}}{_PART}){{1,4}}"
_OFFICE = "|".join(f"(?P<o{number}>{office})" for number, office in enumerate(OFFICES))
# Foreign Minister Wang Yi
BEFORE = re.compile(rf"\b(?i:{_OFFICE}) (?P<name>{_NAME})")
# Wang Yi, the Chinese foreign minister,
BEHIND = re.compile(
    rf"(?:(?P<first>{_NAME}) and )?(?P<name>{_NAME}), "
    rf"(?:(?!(?:who|whose|said|with|met|from|by|his|her|their)\b)[\w'’-]{{1,40}} ){{0,5}}?"
    rf"(?i:{_OFFICE})(?P<plural>s?)(?: respectively)?(?=[,.;]|$| of\b| for\b)"
)


def other_offices(statement: str, article: str) -> list[str]:
    """The last names of people of whom `statement` says that they have an office, where the English
    `article` gives them another one, and that office to others.
    """
    found = []
    for name, office in _offices(statement):
        held = _held(article)
        others = any(office in offices for other, offices in held.items() if other != name)
        own = held.get(name, frozenset())
        if others and own and office not in own:
            found.append(name)
    return list(dict.fromkeys(found))


@lru_cache(maxsize=8)
def _held(article: str) -> dict[str, frozenset[int]]:
    """The offices of each last name: those that stand beside it, and where any does, all others of
    the same sentences, since a minister may be a deputy prime minister or become president.
    """
    beside = {name for name, _ in _offices(article)}
    held: dict[str, set[int]] = {name: set() for name in beside}
    offices = [re.compile(rf"\b(?i:{office})\b") for office in OFFICES]
    for name, office in _offices(article):
        held[name].add(office)
    for sentence in re.split(r"(?<=[.!?])\s", article):
        here = {number for number, office in enumerate(offices) if office.search(sentence)}
        named = [name for name in beside if name in sentence]
        if len(named) == 1:
            held[named[0]] |= here
    return {name: frozenset(numbers) for name, numbers in held.items()}


def _offices(text: str) -> Iterator[tuple[str, int]]:
    """Last names with the numbers of their offices."""
    for pattern in (BEFORE, BEHIND):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            office = next(n for n in range(len(OFFICES)) if groups[f"o{n}"])
            both = groups["first"] if groups.get("plural") else None
            for name in filter(None, (both, groups["name"])):
                yield name.split()[-1], office
