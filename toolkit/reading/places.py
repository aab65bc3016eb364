"""Where on a page an element stands, by its tag and attributes."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

PLACES_FILE = Path(__file__).with_name("places.toml")
MAX_CHARS = 200  # of an attribute
READ = ("class", "id", "role", "itemprop", "style", "aria-hidden")
MAX_WORDS = 3  # of a phrase in classes and ids
WHOLE = frozenset(("html", "body", "head"))  # their classes speak of the page
NOWHERE: frozenset[str] = frozenset()
LEAD = "in the lead"
HIDDEN = "hidden"
# Classes name these where articles are as well.
UNTELLING = frozenset((LEAD, "by a picture", "by the byline", "among tags", HIDDEN))
HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
PART = re.compile(r"[^\W_]+")  # of a name, between its signs
HASH = re.compile(r"\d[a-zA-Z]|^[a-z][A-Z]")  # in parts that tools make up: `1ad8f`, `kPubZ`
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
WORDS = re.compile(r"[a-z]+")


def places_of(tag: str, attributes: Mapping[str, str]) -> frozenset[str]:
    """The places that the element is by itself."""
    if tag in WHOLE:
        return NOWHERE
    if not attributes:
        return _places(tag, "", "", "", hides=False)
    given = {name: attributes.get(name, "")[:MAX_CHARS] for name in READ}
    hides = (
        "hidden" in attributes
        or given["aria-hidden"] == "true"
        or bool(given["style"] and HIDING.search(given["style"]))
    )
    names = f"{given['class']} {given['id']}"
    return _places(tag, names, given["role"].lower(), given["itemprop"].lower(), hides=hides)


@lru_cache(maxsize=4096)
def _places(tag: str, names: str, role: str, props: str, *, hides: bool) -> frozenset[str]:
    known = _index()
    found = known.tags.get(tag, NOWHERE) | known.roles.get(role, NOWHERE)
    for prop in props.split():
        found |= known.props.get(prop, NOWHERE)
    for name in names.split():
        parts = (part for part in PART.findall(name) if not HASH.search(part))
        words = WORDS.findall(CAMEL.sub(" ", " ".join(parts)).lower())
        for size in range(1, MAX_WORDS + 1):
            for at in range(len(words) - size + 1):
                found |= known.words.get(" ".join(words[at : at + size]), NOWHERE)
    return found | {HIDDEN} if hides else found


class _Index(NamedTuple):
    """The places by what shows them, as the sections of the file are."""

    tags: dict[str, frozenset[str]]
    roles: dict[str, frozenset[str]]
    props: dict[str, frozenset[str]]
    words: dict[str, frozenset[str]]


@cache
def _index() -> _Index:
    index = _Index({}, {}, {}, {})
    for place, entry in tomllib.loads(PLACES_FILE.read_text(encoding="utf-8")).items():
        for kind, values in entry.items():
            known: dict[str, frozenset[str]] = getattr(index, kind)
            for value in values:
                known[value] = known.get(value, NOWHERE) | {place}
    return index
