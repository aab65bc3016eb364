"""Lines that come again on several pages of one site, and so belong to the site."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from toolkit.cleaning.context import one_spaced
from toolkit.cleaning.steps import repair
from toolkit.documents import Document

MIN_PAGES = 3
MIN_SHARE = 0.02  # of a site's pages
MAX_PAGES = 2000  # learned from; more would cost memory and teach little
MIN_PROSE_CHARS = 60
MAX_SEEN_SHARE = 0.5  # of a page's prose, over which it is another version of a page seen before


def site_of(document: Document) -> str:
    """The site's name where the page gives it, else the folder that the file is in."""
    folder = str(PurePath(document.name.rpartition(":")[0] or document.name).parent)
    return document.metadata.get("site", folder)


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
            lines = {one_spaced(line) for line in repair(document.text).split("\n")} - {""}
            long = {line for line in lines if len(line) >= MIN_PROSE_CHARS}
            seen = sum(len(line) for line in long & prose[site])
            if seen > MAX_SEEN_SHARE * sum(map(len, long)):
                continue
            prose[site] |= long
            counts[site].update(lines)
            pages[site] += 1
        self._sites = {
            site: {
                line: count
                for line, count in counter.items()
                if count >= max(MIN_PAGES, MIN_SHARE * pages[site])
            }
            for site, counter in counts.items()
        }

    def of(self, document: Document) -> Mapping[str, int]:
        return self._sites.get(site_of(document), {})

    def of_all(self) -> Mapping[str, int]:
        """The lines of every site together, for pages whose site is not among them."""
        merged: Counter[str] = Counter()
        for lines in self._sites.values():
            merged.update(lines)
        return merged
