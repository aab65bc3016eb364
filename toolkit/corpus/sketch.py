"""Counts and firsts of more keys than fit into memory, in tables of a fixed size.

Both tables come out the same in whatever order keys are added, and tables of parts of a corpus are
merged cell by cell. Each has `depth` rows, in each of which a key has one cell.
"""

import hashlib
import math
from collections.abc import Iterable
from typing import Self

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
DEPTH = 4
# Odd multipliers, as multiply-shift hashing wants them (Dietzfelbinger et al. 1997).
MULTIPLIERS = np.random.default_rng(20050101).integers(1 << 63, size=16, dtype=np.uint64) * 2 + 1


def keys_of(prefix: str, values: Iterable[str]) -> Keys:
    """A number for each value below `prefix`, the same on every machine."""
    start = hashlib.blake2b(prefix.encode("utf-8", "surrogatepass") + b"\0", digest_size=8)
    digests = bytearray()
    for value in values:
        each = start.copy()
        each.update(value.encode("utf-8", "surrogatepass"))
        digests += each.digest()
    return np.frombuffer(bytes(digests), dtype="<u8").astype(np.uint64)


def cells_of(keys: Keys, width: int, depth: int) -> NDArray[np.intp]:
    """(depth, keys): the cell of each key in each row."""
    spread = (keys * MULTIPLIERS[:depth, None]) >> np.uint64(32)
    return ((spread * np.uint64(width)) >> np.uint64(32)).astype(np.intp)


class CountMin:
    """On how many pages a key stands: never too few, sometimes too many (count-min sketch).

    With N keys added in all, an estimate is over the truth by more than `epsilon` * N with a
    probability of at most `delta`, epsilon being e / width and delta e ** -depth (Cormode and
    Muthukrishnan 2005, theorem 1). A cell of one byte counts up to 255, which stands for 255 and
    more. A table of W megabytes has W * 10 ** 6 / depth cells a row.
    """

    CEILING = 255

    def __init__(self, width: int, depth: int = DEPTH) -> None:
        self.cells = np.zeros((depth, width), np.uint8)
        self.added = 0

    @classmethod
    def of_size(cls, megabytes: float, depth: int = DEPTH) -> Self:
        return cls(max(1, int(megabytes * 1e6) // depth), depth)

    @property
    def epsilon(self) -> float:
        return math.e / self.cells.shape[1]

    @property
    def delta(self) -> float:
        return math.exp(-len(self.cells))

    def add(self, keys: Keys) -> None:
        """The keys of one page, each of them once.

        Where two of them share a cell, it counts the page once: that is enough for each of them.
        """
        for row, cells in zip(self.cells, self._cells(keys), strict=True):
            counts = row[cells]
            row[cells] = counts + (counts < self.CEILING)
        self.added += len(keys)

    def estimate(self, keys: Keys) -> NDArray[np.uint8]:
        found = np.full(len(keys), self.CEILING, np.uint8)
        for row, cells in zip(self.cells, self._cells(keys), strict=True):
            found = np.minimum(found, row[cells])
        return found

    def merge(self, other: Self) -> None:
        """Raises ValueError for a table of another shape."""
        _refuse_other_shape(self.cells, other.cells)
        for mine, theirs in zip(self.cells, other.cells, strict=True):
            mine += np.minimum(theirs, self.CEILING - mine)
        self.added += other.added

    def chance(self, count: int) -> float:
        """That a key which was never added is estimated at `count` or more, as the table is now."""
        return math.prod(float(np.mean(row >= count)) for row in self.cells)

    def _cells(self, keys: Keys) -> NDArray[np.intp]:
        depth, width = self.cells.shape
        return cells_of(keys, width, depth)


class Firsts:
    """The first of the pages on which a key stands, by the pages' ranks.

    A cell holds the highest rank that came to it, and 16 bits that tell whose it is. Where another
    key's is higher, the key is forgotten in this row; forgotten in all, it counts as never seen.
    What was never added is taken for seen with a chance of depth / 65,536 at most.
    """

    MAX_RANK = 0xFFFF

    def __init__(self, width: int, depth: int = DEPTH) -> None:
        self.cells = np.zeros((depth, width), np.uint32)

    @classmethod
    def of_size(cls, megabytes: float, depth: int = DEPTH) -> Self:
        return cls(max(1, int(megabytes * 1e6) // (4 * depth)), depth)

    def add(self, keys: Keys, rank: int) -> None:
        """The keys of one page; `rank`, from 1 to MAX_RANK, is the same whenever it is added."""
        held = np.uint32(rank << 16) | self._marks(keys)
        for row, cells in zip(self.cells, self._cells(keys), strict=True):
            np.maximum.at(row, cells, held)

    def ranks(self, keys: Keys) -> NDArray[np.uint32]:
        """The highest rank of a page that holds the key; 0 for one that is forgotten."""
        marks = self._marks(keys)
        found = np.zeros(len(keys), np.uint32)
        for row, cells in zip(self.cells, self._cells(keys), strict=True):
            held = row[cells]
            ours = held & np.uint32(0xFFFF) == marks
            found = np.maximum(found, np.where(ours, held >> np.uint32(16), 0))
        return found

    def merge(self, other: Self) -> None:
        """Raises ValueError for a table of another shape."""
        _refuse_other_shape(self.cells, other.cells)
        np.maximum(self.cells, other.cells, out=self.cells)

    def chance_forgotten(self) -> float:
        """That a key is forgotten whose first page has a middling rank, as the table is now."""
        middling = np.uint32(1 << 31)
        return math.prod(float(np.mean(row >= middling)) for row in self.cells)

    def _cells(self, keys: Keys) -> NDArray[np.intp]:
        depth, width = self.cells.shape
        return cells_of(keys, width, depth)

    @staticmethod
    def _marks(keys: Keys) -> NDArray[np.uint32]:
        return (keys & np.uint64(0xFFFF)).astype(np.uint32)


def _refuse_other_shape(mine: NDArray[np.generic], theirs: NDArray[np.generic]) -> None:
    if mine.shape != theirs.shape:
        raise ValueError(f"a table of {theirs.shape} can't be merged into one of {mine.shape}")
