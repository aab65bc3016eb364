"""Lines that repeat over the pages of each site, of more pages than fit into memory.

`toolkit.cleaning.Repeats` holds every line of a site until its pages are counted. Here all pages
are read twice instead: a `Survey` estimates in tables of a fixed size which lines may stand on
enough pages, and a `Recount` counts these exactly. Both are made of parts of a corpus and merged,
and what comes of them is the same however it is parted and in whatever order it is read.

A line repeats if it stands on enough pages of its site, and also on enough of them when versions of
one page count once. Of these the one counts that has the highest rank, a number made of its name:
so a document's name must be its own, and the same in both passes and for every parting.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from toolkit.cleaning import Repeats
from toolkit.cleaning.repeats import (
    MAX_SEEN_SHARE,
    MIN_PAGES,
    enough,
    is_prose,
    lines_of,
    site_of,
)
from toolkit.corpus.sketch import CountMin, Firsts, Keys, keys_of
from toolkit.documents import Document

MEMORY_MB = 256  # ample for about a million pages
COUNTS_SHARE = 1 / 3  # of the memory; the rest is for the first pages of long lines
AMPLE_BYTES = 20  # of memory for each line of each page, were all of them long and different
MAX_CHANCE = 0.05  # that a line is taken for a frequent one, or its first page forgotten


def rank_of(document: Document) -> int:
    """Of versions of one page the one with the highest counts."""
    return 1 + int(keys_of("rank", [document.name])[0]) % Firsts.MAX_RANK


@dataclass(frozen=True, slots=True)
class _Page:
    site: str
    rank: int
    lines: tuple[str, ...]
    keys: Keys
    prose: tuple[int, ...]  # which of the lines

    @property
    def prose_keys(self) -> Keys:
        return self.keys[list(self.prose)]


def _page_of(document: Document) -> _Page:
    site = site_of(document)
    lines = tuple(lines_of(document))
    return _Page(
        site=site,
        rank=rank_of(document),
        lines=lines,
        keys=keys_of(site, lines),
        prose=tuple(number for number, line in enumerate(lines) if is_prose(line)),
    )


class Survey:
    """The first pass: estimates for every line of every site, in `memory_mb` megabytes.

    No line that stands on enough pages escapes it, whatever the memory. With too little, more lines
    are counted in vain, and a version of a page may count as a page of its own. A long line that
    is new is taken for one of an earlier page with a chance of less than 1 in 10,000.
    """

    def __init__(self, memory_mb: float = MEMORY_MB) -> None:
        self.counts = CountMin.of_size(memory_mb * COUNTS_SHARE)
        self.firsts = Firsts.of_size(memory_mb * (1 - COUNTS_SHARE))
        self.pages: Counter[str] = Counter()

    def add(self, document: Document) -> None:
        page = _page_of(document)
        self.pages[page.site] += 1
        self.counts.add(page.keys)
        self.firsts.add(page.prose_keys, page.rank)

    def merge(self, other: "Survey") -> None:
        """Take in that of another part of the corpus. Raises ValueError for other memory."""
        self.counts.merge(other.counts)
        self.firsts.merge(other.firsts)
        self.pages += other.pages

    @property
    def is_crowded(self) -> bool:
        """Whether the tables are too full to spare memory and to tell versions of a page."""
        in_vain = self.counts.chance(MIN_PAGES - 1)
        return max(in_vain, self.firsts.chance_forgotten()) > MAX_CHANCE

    @property
    def ample_mb(self) -> float:
        """Megabytes that are enough for as many lines."""
        return AMPLE_BYTES * self.counts.added / 1e6


@dataclass(slots=True)
class _Site:
    versions: int = 0  # pages, those aside that are versions of others
    on_pages: Counter[str] = field(default_factory=Counter)
    on_versions: Counter[str] = field(default_factory=Counter)


class Recount:
    """The second pass: exact counts of those lines that may repeat, by what a Survey found.

    Its memory goes by the sites: a line has to stand on 2 % of the pages, so there are at most 50
    times as many as an average page has.
    """

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._sites: defaultdict[str, _Site] = defaultdict(_Site)

    def add(self, document: Document) -> None:
        page = _page_of(document)
        likely = self._survey.counts.estimate(page.keys) >= self._least(page.site)
        lines = [page.lines[number] for number in np.flatnonzero(likely)]
        site = self._sites[page.site]
        site.on_pages.update(lines)
        if not self._is_version(page):
            site.versions += 1
            site.on_versions.update(lines)

    def merge(self, other: "Recount") -> None:
        """Take in that of another part of the corpus, counted by the same Survey."""
        for name, theirs in other._sites.items():
            mine = self._sites[name]
            mine.versions += theirs.versions
            mine.on_pages += theirs.on_pages
            mine.on_versions += theirs.on_versions

    def repeats(self) -> Repeats:
        return Repeats.of_sites(
            {
                name: {
                    line: count
                    for line, count in sorted(site.on_versions.items())
                    if count >= enough(site.versions)
                    and site.on_pages[line] >= enough(self._survey.pages[name])
                }
                for name, site in sorted(self._sites.items())
            }
        )

    def _least(self, site: str) -> float:
        return min(enough(self._survey.pages[site]), CountMin.CEILING)

    def _is_version(self, page: _Page) -> bool:
        """Whether most of its prose stands on a page of higher rank."""
        lengths = np.array([len(page.lines[number]) for number in page.prose], np.int64)
        earlier = self._survey.firsts.ranks(page.prose_keys) > page.rank
        return bool(lengths[earlier].sum() > MAX_SEEN_SHARE * lengths.sum())


def learn_repeats(
    read: Callable[[], Iterable[Document]],
    *,
    memory_mb: float = MEMORY_MB,
    on_trouble: Callable[[str], None] = lambda message: None,
) -> Repeats:
    """The lines that repeat over what `read` gives, which is called twice.

    `on_trouble` is told when `memory_mb` is too little for so many pages.
    """
    survey = Survey(memory_mb)
    for document in read():
        survey.add(document)
    if survey.is_crowded:
        on_trouble(
            f"{memory_mb:,.0f} MB are little for {survey.pages.total():,} pages: some versions of "
            f"a page may count as pages of their own; {math.ceil(survey.ample_mb):,} MB are enough"
        )
    recount = Recount(survey)
    for document in read():
        recount.add(document)
    return recount.repeats()
