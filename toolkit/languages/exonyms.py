"""Names of countries, regions and cities in another language.

Source: the Unicode Common Locale Data Repository, by way of Babel: its territories, and the cities
after which time zones are called.
"""

import re
from functools import cache

from toolkit.text import fold


@cache
def exonyms(source_language: str, target_language: str) -> dict[str, str]:
    """What places are called in the target language, by their folded name in the source language.

    Empty for a language that the repository doesn't know.
    """
    from babel import Locale, UnknownLocaleError

    try:
        source, target = Locale(source_language), Locale(target_language)
    except UnknownLocaleError:
        return {}
    pairs = [(name, target.territories.get(code)) for code, name in source.territories.items()]
    for zone, names in source.time_zones.items():
        # English needs no name of its own where the zone's identifier is one.
        own = target.time_zones.get(zone, {}).get("city") or zone.rsplit("/")[-1].replace("_", " ")
        pairs.append((names.get("city"), own))
    return {
        fold(name): other for name, other in pairs if name and other and fold(name)[0].isalpha()
    }


@cache
def _by_first_word(source_language: str, target_language: str) -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for name in exonyms(source_language, target_language):
        index.setdefault(re.findall(r"\w+", name)[0], []).append(name)
    return index


def places(text: str, source_language: str, target_language: str) -> dict[str, str]:
    """The places that `text` names, folded, with their names in the target language."""
    folded = fold(text)
    known = exonyms(source_language, target_language)
    index = _by_first_word(source_language, target_language)
    return {
        name: known[name]
        for word in set(re.findall(r"\w+", folded))
        for name in index.get(word, ())
        if re.search(rf"\b{re.escape(name)}\b", folded)
    }
