"""Lines that come again on several pages of one site, and so belong to the site."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Self
from urllib.parse import urlsplit

from toolkit.cleaning.context import one_spaced
from toolkit.cleaning.steps import repair
from toolkit.documents import Document

MIN_PAGES = 3
MIN_SHARE = 0.02  # of a site's pages
MAX_PAGES = 2000  # of a site; more would cost memory, which `toolkit.corpus.repeats` bounds
MIN_PROSE_CHARS = 60
MAX_SEEN_SHARE = 0.5  # of a page's prose, over which it is another version of a page seen before
FILE_SCHEMA = 1


def site_of(document: Document) -> str:
    """The site's name where the page gives it, else the host of its URL, else the folder that the
    file is in.
    """
    folder = str(PurePath(document.name.rpartition(":")[0] or document.name).parent)
    found = document.metadata
    return found.get("site") or _host(found.get("url", "")) or folder


def _host(url: str) -> str:
    """Empty for what is no URL."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def lines_of(document: Document) -> set[str]:
    """The lines of a page as they are compared with those of others."""
    return {one_spaced(line) for line in repair(document.text).split("\n")} - {""}


def is_prose(line: str) -> bool:
    """Whether a line is so long that versions of a page can be told by it."""
    return len(line) >= MIN_PROSE_CHARS


def enough(pages: int) -> float:
    """On how many pages of a site with `pages` a line has to stand."""
    return max(MIN_PAGES, MIN_SHARE * pages)


class Repeats:
    """The lines of each site, in single spaces, with the number of pages that hold them.

    Lines must be the same to the letter: articles about figures differ in nothing but these.
    """

    def __init__(self, documents: Iterable[Document] = ()) -> None:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        pages: Counter[str] = Counter()
        prose: dict[str, set[str]] = defaultdict(set)
        for document in documents:
            site = site_of(document)
            if pages[site] >= MAX_PAGES:
                continue
            lines = lines_of(document)
            long = set(filter(is_prose, lines))
            seen = sum(len(line) for line in long & prose[site])
            if seen > MAX_SEEN_SHARE * sum(map(len, long)):
                continue
            prose[site] |= long
            counts[site].update(lines)
            pages[site] += 1
        self._sites: Mapping[str, Mapping[str, int]] = {
            site: {line: count for line, count in counter.items() if count >= enough(pages[site])}
            for site, counter in counts.items()
        }

    @classmethod
    def of_sites(cls, sites: Mapping[str, Mapping[str, int]]) -> Self:
        """Lines that were counted elsewhere."""
        made = cls()
        made._sites = sites
        return made

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What `to_json` wrote. Raises ValueError for anything else."""
        try:
            data = json.loads(text)
        except RecursionError:
            raise ValueError("is nested too deeply") from None
        sites = data.get("sites") if isinstance(data, dict) else None
        if not isinstance(sites, dict) or not all(map(_are_counts, sites.values())):
            raise ValueError("holds no lines of sites")
        if data.get("schema") != FILE_SCHEMA:
            raise ValueError(f"has schema {data.get('schema')}, not {FILE_SCHEMA}; learn it anew")
        return cls.of_sites(sites)

    def to_json(self) -> str:
        """The same text for the same lines, in whatever order they were found."""
        sites = {site: lines for site, lines in self._sites.items() if lines}
        data = {"schema": FILE_SCHEMA, "sites": sites}
        return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    def of(self, document: Document) -> Mapping[str, int]:
        return self._sites.get(site_of(document), {}) if self._sites else {}

    def of_all(self) -> Mapping[str, int]:
        """The lines of every site together, for pages whose site is not among them."""
        merged: Counter[str] = Counter()
        for lines in self._sites.values():
            merged.update(lines)
        return merged


def _are_counts(lines: object) -> bool:
    return isinstance(lines, dict) and all(
        type(count) is int and count > 0 for count in lines.values()
    )
