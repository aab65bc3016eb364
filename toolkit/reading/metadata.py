"""What is known of a page: by its data, by its meta elements and attributes, by trafilatura."""

import re
from collections.abc import Iterable, Mapping, Sequence

from toolkit.reading.characters import one_spaced
from toolkit.reading.facts import Facts
from toolkit.reading.linked_data import LinkedArticle
from toolkit.reading.outline import Outline
from toolkit.text import UNSAFE, fold

SEPARATOR = re.compile(r"\s+[|–—-]\s+")
SITE_SUFFIX = re.compile(r"\s+[|–—-]\s+[^|–—-]{2,40}$")
AUTHOR_PREFIX = re.compile(r"^(?:par|by|de)\s+", re.IGNORECASE)
ADDRESS = re.compile(r"https?:|www\.|@")
DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)")
DOMAIN = re.compile(r"[\w.-]+\.[a-zA-Z]{2,}/?")
LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?![a-zA-Z])")
MAX_AUTHORS = 10
MAX_VALUE_CHARS = 1000


def metadata_of(page: Outline, article: LinkedArticle, found: Mapping[str, str]) -> dict[str, str]:
    """Title, author, date, modified, site, language, section and description, those that are known.

    `found` is what trafilatura found. Data come first, since they are made to be read.
    """
    meta, properties = page.facts.meta, page.facts.properties
    languages = (
        page.language,
        article.language,
        meta.get("og:locale", ""),
        meta.get("content-language", ""),
    )
    declared = (
        meta.get("og:site_name", ""),
        article.publisher,
        *properties.get("publisher", ()),
    )
    title = title_of(page, article.headline, found.get("title", ""), declared)
    sites = [*declared, "" if found.get("sitename") == title else found.get("sitename", "")]
    site = _first(each for each in sites if not DOMAIN.fullmatch(each)) or _first(sites)
    modified = _day(article.modified) or _day(meta.get("article:modified_time", ""))
    date = (
        _day(article.published)
        or _day(meta.get("article:published_time", ""))
        or found.get("date", "")
        or _first(map(_day, properties.get("datepublished", ())))
    )
    values = {
        "title": title,
        "author": "; ".join(_authors(page.facts, article, found)),
        "date": date,
        "modified": modified if modified > date else "",
        "site": site,
        "language": _first(map(_language, languages)),
        "section": article.section or meta.get("article:section", ""),
        "description": meta.get("og:description") or meta.get("description", ""),
    }
    cleaned = {name: _plain(value) for name, value in values.items()}
    return {name: value for name, value in cleaned.items() if value}


def title_of(page: Outline, headline: str, found: str, sites: Iterable[str]) -> str:
    """The surest title that is a line of the page and none of the `sites` that it names.

    `headline` is that of its data, `found` trafilatura's, which is taken where none is a line.
    """
    full = (page.title or "")[:MAX_VALUE_CHARS]
    key = _key(full)
    if found and re.match(re.escape(found) + r"\s?: ", full):  # taken for a site's name
        found = SITE_SUFFIX.sub("", full)
    lines = {_key(line.text) for line in page.lines} - {"", *map(_key, sites)}
    heads = [line.text for line in page.lines if line.tag == "h1"]
    parts = [each for each in (*heads, *SEPARATOR.split(full)) if _key(each) in key]
    og_title = page.facts.meta.get("og:title", "")
    for title in (og_title, headline, found, *sorted(parts, key=len, reverse=True)):
        if _key(title) in lines:
            return title
    return found or headline or full


def _key(title: str) -> str:
    return " ".join(fold(title).split())


def _authors(facts: Facts, article: LinkedArticle, found: Mapping[str, str]) -> Sequence[str]:
    """The first of these that knows any: people in the data, elements, trafilatura, the rest."""
    properties = facts.properties
    of_site = {fold(site) for site in (article.publisher, facts.meta.get("og:site_name", ""))}
    for names in (
        tuple(name for name in article.people if fold(name) not in of_site),
        tuple(properties.get("author", ())) or tuple(properties.get("creator", ())),
        tuple(found.get("author", "").split("; ")),
        (facts.meta.get("author", ""),),
        article.people + article.organizations,
    ):
        known = list(dict.fromkeys(filter(None, map(_name, names))))
        if known and len(known) <= MAX_AUTHORS:
            return known
    return ()


def _name(name: str) -> str:
    name = AUTHOR_PREFIX.sub("", one_spaced(name)).strip(" ,;|·-")
    return "" if ADDRESS.search(name) or len(name) > 100 else name


def _day(value: str) -> str:
    found = DAY.match(value.strip())
    return found.group() if found else ""


def _language(value: str) -> str:
    found = LANGUAGE.match(value.strip())
    return found.group().lower() if found else ""


def _first(values: Iterable[str]) -> str:
    return next(filter(None, values), "")


def _plain(value: str) -> str:
    return one_spaced(UNSAFE.sub("", one_spaced(value[:MAX_VALUE_CHARS])))
