"""Rows of a corpus whose articles are nearly the same, as an agency's text in many papers is.

Each article has a signature of MinHashes over its shingles, runs of words (Broder 1997). Two
signatures agree in the share of places in which the sets of shingles overlap (Jaccard similarity).
They are compared where they agree in a whole band of `BAND` places: that happens to articles of
similarity s with a probability of 1 - (1 - s ** BAND) ** BANDS (Leskovec, Rajaraman and Ullman,
Mining of Massive Datasets, 3.4), which is 0.998 at 0.8, and 0.27 at 0.5.

Signatures lie in a file of SQLite, which sorts them on the disk; memory is the same for any corpus.
Files of parts of a corpus are merged, and what comes of them is the same for every parting.
"""

import hashlib
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from toolkit.errors import InputError, StoreError

SCHEMA = 1
SHINGLE = 5  # words
BANDS, BAND = 20, 6
THRESHOLD = 0.8
BY_CHANCE = 1 / 256  # that a place of two signatures agrees, which is a byte
MAX_COMPARED = 100  # for one row, so that pages of one frame don't take time by their square
CACHE_KB = 64_000
WORD, FIGURES = re.compile(r"\w+"), re.compile(r"\d+")
_RNG = np.random.default_rng(19970611)
POWERS = _RNG.integers(1 << 63, size=SHINGLE, dtype=np.uint64) * 2 + 1
FACTORS = _RNG.integers(1 << 63, size=(BANDS * BAND, 1), dtype=np.uint64) * 2 + 1
TERMS = _RNG.integers(1 << 63, size=(BANDS * BAND, 1), dtype=np.uint64)
BLOCK = 10_000  # shingles that are hashed at once, in 10 MB

AT_ONCE = 10_000  # rows
PREPARE = (
    *(
        f"DROP TABLE IF EXISTS temp.{table}"
        for table in ("sorted", "bands", "shared", "firsts", "found")
    ),
    "CREATE TEMP TABLE sorted (number INTEGER PRIMARY KEY, id, signature, figures)",
    "CREATE TEMP TABLE bands (key INTEGER, number INTEGER)",
    "CREATE TEMP TABLE shared (number INTEGER, key INTEGER)",
    "CREATE TEMP TABLE firsts (key INTEGER, number INTEGER, PRIMARY KEY (key, number))"
    " WITHOUT ROWID",
    "CREATE TEMP TABLE found (number INTEGER PRIMARY KEY, first INTEGER)",
    "INSERT INTO sorted (id, signature, figures)"
    " SELECT DISTINCT id, signature, figures FROM rows ORDER BY id, signature, figures",
)
TWICE = (
    "SELECT one.id FROM sorted AS one JOIN sorted AS next"
    " ON next.number = one.number + 1 AND next.id = one.id LIMIT 1"
)
SHARED = (
    "INSERT INTO shared SELECT number, key FROM bands"
    " WHERE key IN (SELECT key FROM bands GROUP BY key HAVING COUNT(*) > 1)"
)
SIGNATURE = "SELECT signature FROM sorted WHERE number = ?"
FIRSTS = (
    "SELECT DISTINCT firsts.number, signature FROM firsts JOIN sorted USING (number)"
    f" WHERE key IN ({{}}) ORDER BY firsts.number LIMIT {MAX_COMPARED}"
)
FOUND = (
    "SELECT one.id, other.id FROM found JOIN sorted AS one ON one.number = found.number"
    " JOIN sorted AS other ON other.number = found.first ORDER BY found.number"
)


def signature_of(article: str) -> bytes:
    """BANDS * BAND bytes, the same for texts that differ in case and white space only.

    Empty where there are no words.
    """
    words = WORD.findall(article.lower())
    if not words:
        return b""
    numbers = np.array([zlib.crc32(w.encode("utf-8", "surrogatepass")) for w in words], np.uint64)
    numbers = np.pad(numbers, (0, max(0, SHINGLE - len(words))))
    runs = np.lib.stride_tricks.sliding_window_view(numbers, SHINGLE)
    mixed = _mixed(runs @ POWERS)
    blocks = (mixed[at : at + BLOCK] for at in range(0, len(mixed), BLOCK))
    least = np.minimum.reduce([_least(block) for block in blocks])
    return (_mixed(least) >> np.uint64(56)).astype(np.uint8).tobytes()


def _least(block: NDArray[np.uint64]) -> NDArray[np.uint64]:
    hashes = block * FACTORS
    hashes += TERMS  # in its place, as a copy takes longer than the sum
    least: NDArray[np.uint64] = hashes.min(axis=1)
    return least


def similarity(one: bytes, other: bytes) -> float:
    """The estimated share of shingles that two articles have in common, by their signatures.

    Its standard error is 0.04 at 0.8.
    """
    agreeing = np.frombuffer(one, np.uint8) == np.frombuffer(other, np.uint8)
    return max(0.0, (float(agreeing.mean()) - BY_CHANCE) / (1 - BY_CHANCE))


def figures_of(article: str) -> bytes:
    """A digest of the numbers of an article, whatever their order."""
    figures = " ".join(sorted(set(FIGURES.findall(article))))
    return hashlib.blake2b(figures.encode(), digest_size=8).digest()


class NearDuplicates:
    """The signatures of rows, in the file `path`; without one, in a file that goes at the end.

    Every method raises StoreError for a file that is none of these, or that can't be written.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        with self._refusing():
            self._file = sqlite3.connect(path or "", isolation_level=None)
            for pragma in ("main.cache_size", "temp.cache_size"):
                self._file.execute(f"PRAGMA {pragma} = -{CACHE_KB}")
            if not self._file.execute("SELECT 1 FROM sqlite_master").fetchone():
                self._file.execute("CREATE TABLE rows (id, signature, figures)")
                self._file.execute(f"PRAGMA main.user_version = {SCHEMA}")
            self._refuse_other_schema("main", path)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, rows: Iterable[tuple[str, str]]) -> None:
        """Ids with their articles. A row may be added again, as by a part that is done twice."""
        signed = (
            (id_.encode("utf-8", "surrogatepass"), signature, figures_of(article))
            for id_, article in rows
            if (signature := signature_of(article))
        )
        with self._changing():
            self._file.executemany("INSERT INTO rows VALUES (?, ?, ?)", signed)

    def merge(self, other: Path) -> None:
        """Take in the rows of the file of another part of the corpus."""
        with self._refusing():
            self._file.execute("ATTACH ? AS other", [str(other)])
            try:
                self._refuse_other_schema("other", other)
                self._file.execute("INSERT INTO main.rows SELECT * FROM other.rows")
            finally:
                self._file.execute("DETACH other")

    def find(self, threshold: float = THRESHOLD) -> Iterator[tuple[str, str]]:
        """For each row that is nearly the same as an earlier one its id, and the earlier one's.

        Rows are in the order of their ids, as text. A row is compared with those that are first of
        their groups; where none is as similar as `threshold`, from 0 to 1, with the same figures,
        it is the first of its own. Far below 0.8 many are overlooked.
        Raises InputError where two articles have one id.
        """
        with self._changing() as run:
            for statement in PREPARE:
                run(statement)
            if twice := run(TWICE).fetchone():
                raise InputError(
                    f"two rows with different articles have the id '{_text(twice[0])}'"
                )
            self._file.executemany("INSERT INTO bands VALUES (?, ?)", self._bands())
            run(SHARED)
            self._group(threshold)
        with self._refusing():
            for id_, first in self._file.execute(FOUND):
                yield _text(id_), _text(first)

    def _bands(self) -> Iterator[tuple[int, int]]:
        """A key for each band of each row, with the row's number."""
        rows = self._file.execute("SELECT number, signature, figures FROM sorted")
        while batch := rows.fetchmany(AT_ONCE):
            numbers, signatures, figures = zip(*batch, strict=True)
            places = np.frombuffer(b"".join(signatures), np.uint8).reshape(-1, BANDS, BAND)
            keys = np.tile(np.frombuffer(b"".join(figures), "<u8")[:, None], BANDS)
            keys = _mixed(keys + np.arange(BANDS, dtype=np.uint64))
            for place in range(BAND):
                keys = _mixed(keys + places[:, :, place])
            yield from zip(
                keys.view(np.int64).ravel().tolist(),
                np.repeat(numbers, BANDS).tolist(),
                strict=True,
            )

    def _group(self, threshold: float) -> None:
        shared = self._file.execute("SELECT number, key FROM shared ORDER BY number")
        for number, pairs in groupby(shared, key=itemgetter(0)):
            keys = [key for _, key in pairs]
            (signature,) = self._file.execute(SIGNATURE, [number]).fetchone()
            marks = ", ".join("?" * len(keys))
            for first, other in self._file.execute(FIRSTS.format(marks), keys):
                if similarity(signature, other) >= threshold:
                    self._file.execute("INSERT INTO found VALUES (?, ?)", [number, first])
                    break
            else:
                self._file.executemany(
                    "INSERT INTO firsts VALUES (?, ?)", [(key, number) for key in keys]
                )

    def _refuse_other_schema(self, name: str, path: Path | None) -> None:
        (schema,) = self._file.execute(f"PRAGMA {name}.user_version").fetchone()
        tables = self._file.execute(f"SELECT name FROM {name}.sqlite_master").fetchall()
        if schema != SCHEMA or tables != [("rows",)]:
            raise StoreError(f"{path}: is no file of signatures of this version; make it anew")

    @contextmanager
    def _changing(self) -> Iterator[Callable[[str], sqlite3.Cursor]]:
        """All of the changes in the body, or none."""
        with self._refusing():
            self._file.execute("BEGIN")
            try:
                yield self._file.execute
            except BaseException:
                if self._file.in_transaction:  # SQLite rolls back itself where the disk is full
                    self._file.execute("ROLLBACK")
                raise
            self._file.execute("COMMIT")

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if self._path:
                raise StoreError(f"{self._path}: {error}") from error
            raise StoreError(
                f"signatures of near-duplicates: {error}; TMPDIR names another folder for "
                "temporary files"
            ) from error


def _text(id_: bytes) -> str:
    return id_.decode("utf-8", "surrogatepass")


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each number spread over all 64 bits (the finalizer of SplitMix64, Steele et al. 2014)."""
    numbers = numbers + np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
