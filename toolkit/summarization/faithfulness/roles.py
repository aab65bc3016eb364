"""Offices that an English summary gives to somebody who has another one in the article."""

import re
from collections.abc import Iterator

# Foreign Minister Wang Yi, and Wang Yi, the Chinese foreign minister. One office for each row.
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
    "lawyer",
    "judge",
    "senator",
    "coach",
)
_PART = r"[A-ZÀ-Þ](?:[\w-]|['’](?!s\b))*\w"
_NAME = rf"{_PART}(?: (?:(?:de|du|la|van|von|der|den|bin|ben|al|el) )*{_PART})*"
_OFFICE = "|".join(f"(?P<o{number}>{office})" for number, office in enumerate(OFFICES))
BEFORE = re.compile(rf"\b(?i:{_OFFICE}) (?P<name>{_NAME})")
BEHIND = re.compile(
    rf"\b(?:(?P<first>{_NAME}) and )?(?P<name>{_NAME}), "
    rf"(?:(?!(?:who|whose|said|with|met|from|by)\b)[\w'’-]+ ){{0,5}}?"
    rf"(?i:{_OFFICE})(?P<plural>s?)(?=[,.;]|$| (?![A-ZÀ-Þ]))"
)


def other_offices(statement: str, article: str) -> list[str]:
    """The last names of people of whom `statement` says that they have an office, where the English
    `article` gives them another one, and that office to others.
    """
    held: dict[str, set[int]] = {}
    for name, office in _offices(article):
        held.setdefault(name, set()).add(office)
    found = []
    for name, office in _offices(statement):
        others = any(office in offices for other, offices in held.items() if other != name)
        if others and office not in held.get(name, {office}):
            found.append(name)
    return list(dict.fromkeys(found))


def _offices(text: str) -> Iterator[tuple[str, int]]:
    """Last names with the numbers of their offices."""
    for pattern in (BEFORE, BEHIND):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            office = next(n for n in range(len(OFFICES)) if groups[f"o{n}"])
            both = groups["first"] if groups.get("plural") else None
            for name in filter(None, (both, groups["name"])):
                yield name.split()[-1], office
