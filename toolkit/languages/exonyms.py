"""Names of countries, regions and cities in another language.

Source: the Unicode Common Locale Data Repository, by way of Babel: its territories, and the cities
after which time zones are called.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain

from toolkit.text import fold

# By the codes of two languages, what the repository lacks: regions, cities and waters, and other
# words for countries.
FURTHER = {
    ("fr", "en"): {
        "Afrique du Nord": "North Africa",
        "Aix-la-Chapelle": "Aachen",
        "Alep": "Aleppo",
        "Alpes": "Alps",
        "Andalousie": "Andalusia",
        "Angleterre": "England English",
        "Anvers": "Antwerp",
        "Bâle": "Basel",
        "Barcelone": "Barcelona",
        "Bavière": "Bavaria",
        "Bretagne": "Brittany Breton",
        "Bourgogne": "Burgundy",
        "Burkina": "Burkina Faso",
        "Californie": "California",
        "Catalogne": "Catalonia",
        "Cisjordanie": "West Bank",
        "Colombie-Britannique": "British Columbia",
        "Cornouailles": "Cornwall",
        "Corse": "Corsica",
        "Cracovie": "Krakow",
        "Crimée": "Crimea",
        "Douvres": "Dover",
        "Dresde": "Dresden",
        "Dunkerque": "Dunkirk",
        "Écosse": "Scotland",
        "Édimbourg": "Edinburgh",
        "États-Unis": "America American U.S. US",
        "Flandre": "Flanders Flemish",
        "Flandres": "Flanders Flemish",
        "Floride": "Florida",
        "Francfort": "Frankfurt",
        "Gand": "Ghent",
        "Gênes": "Genoa",
        "Genève": "Geneva",
        "Grande-Bretagne": "Great Britain British",
        "Hambourg": "Hamburg",
        "Haye": "Hague",
        "Jérusalem-Est": "East Jerusalem",
        "Kiev": "Kyiv",
        "La Mecque": "Mecca",
        "Léman": "Lake Geneva",
        "Lombardie": "Lombardy",
        "Louisiane": "Louisiana",
        "Louvain": "Leuven",
        "Malines": "Mechelen",
        "Manche": "Channel",
        "Marrakech": "Marrakesh",
        "Méditerranée": "Mediterranean",
        "Montréal": "Canada Canadian",
        "Nil": "Nile",
        "Normandie": "Normandy",
        "Nouveau-Brunswick": "New Brunswick",
        "Nouvelle-Écosse": "Nova Scotia",
        "Nouvelle-Orléans": "New Orleans",
        "Pays-Bas": "Holland Dutch",
        "Pays de Galles": "Wales Welsh",
        "Pékin": "Beijing",
        "Pennsylvanie": "Pennsylvania",
        "Pyrénées": "Pyrenees",
        "RDC": "Democratic Republic of Congo",
        "Québec": "Canada Canadian",
        "Rhin": "Rhine",
        "Royaume-Uni": "Britain British UK",
        "Saint-Pétersbourg": "St. Petersburg",
        "Sardaigne": "Sardinia",
        "Saxe": "Saxony",
        "Séville": "Seville",
        "Sibérie": "Siberia",
        "Sicile": "Sicily",
        "Tamise": "Thames",
        "Tanger": "Tangier",
        "Tchétchénie": "Chechnya",
        "Terre-Neuve": "Newfoundland",
        "Toscane": "Tuscany",
        "Transnistrie": "Transnistria",
        "Trèves": "Trier",
        "Venise": "Venice",
        "Virginie": "Virginia",
        "Wallonie": "Wallonia Walloon",
    }
}


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


@cache
def _countries(source_language: str, target_language: str) -> dict[str, str]:
    """The countries of cities in the target language, by the cities' folded names."""
    from babel import Locale
    from babel.core import get_global

    source, target = Locale(source_language), Locale(target_language)
    found = {}
    for zone, code in get_global("zone_territories").items():
        city = source.time_zones.get(zone, {}).get("city") or zone.rsplit("/")[-1]
        if code in target.territories:
            found[fold(city.replace("_", " "))] = target.territories[code]
    return found


def place_names(text: str, source_language: str, target_language: str) -> Iterator[str]:
    """What the places that `text` names may be called in the target language: their names, other
    words for them, and the countries of cities.
    """
    languages = (source_language, target_language)
    yield from places(text, *languages).values()
    further = FURTHER.get(languages, {})
    if not further:
        return
    folded = fold(text)
    for name, others in chain(_countries(*languages).items(), further.items()):
        if fold(name) in folded and re.search(rf"\b{re.escape(fold(name))}\b", folded):
            yield others
