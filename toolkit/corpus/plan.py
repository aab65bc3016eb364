"""Which rows make which output: the same plan for the same files, whatever order they come in."""

import hashlib
import heapq
import json
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from pathlib import PurePosixPath
from typing import Self

from pydantic import BaseModel, ConfigDict

from toolkit.corpus.formats import Piece, format_of, suffix_of
from toolkit.corpus.formats.parquet import group_bytes
from toolkit.corpus.storage import Storage, StoredFile
from toolkit.errors import InputError, UsageError

SHARD_MB = 64.0
AT_ONCE = 16  # files whose ends are read at once
NO_FILE = "link or pipe"
MAX_ENDINGS = 5  # of names that are told
# A file of the layout of Hugging Face's datasets, `train-00000-of-00005.parquet`.
SPLIT = re.compile(r"(?P<split>.+)-\d{5,}-of-\d{5,}\.")


@dataclass(frozen=True, slots=True)
class Shard:
    """Rows that become one file, `output` below the folder of the results. `source_bytes` are those
    of the whole files that the pieces are of, and tell whether they are still the same.
    """

    number: int
    output: str
    pieces: tuple[Piece, ...]
    source_bytes: int

    def to_json(self) -> str:
        pieces = [(each.url, each.start, each.stop) for each in self.pieces]
        return json.dumps([self.number, self.output, pieces, self.source_bytes])

    @classmethod
    def from_json(cls, data: bytes) -> "Shard":
        """Raises ValueError for what `to_json` didn't write."""
        number, output, pieces, size = json.loads(data)
        return cls(number, output, tuple(Piece(*each) for each in pieces), size)


@dataclass(frozen=True, slots=True)
class Plan:
    shards: tuple[Shard, ...]


class Planned(BaseModel):
    """What a job says of its plan: how many shards, and what tells it from other plans."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shards: int
    sha256: str

    @classmethod
    def of(cls, plan: Plan) -> Self:
        digest = hashlib.sha256()
        for shard in plan.shards:
            digest.update(shard.to_json().encode())
        return cls(shards=len(plan.shards), sha256=digest.hexdigest())


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """Files that may stand together in a shard: of one folder, one split and one format."""

    folder: str
    split: str
    suffix: str

    @classmethod
    def of(cls, file: StoredFile) -> "Group":
        folder, _, name = file.name.rpartition("/")
        found = SPLIT.match(name)
        return cls(folder, found["split"] if found else "", suffix_of(name))

    def output(self, number: str, *, index: int, count: int, suffix: str) -> str:
        """Splits are counted within themselves, as readers of datasets expect it."""
        name = f"{self.split}-{index:05}-of-{count:05}" if self.split else f"part-{number}"
        return f"{self.folder}/{name}{suffix}".lstrip("/")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file that stays together."""

    piece: Piece
    bytes: int


def files_of(
    urls: Iterable[str], *, on_passed_over: Callable[[str], None] = lambda message: None
) -> list[StoredFile]:
    """The files with rows that the URLs name, each once. `on_passed_over` is told of others, if
    there are any, by the ends of their names.

    Raises InputError for a URL that names none.
    """
    found: dict[str, StoredFile] = {}
    others: dict[str, str] = {}

    def pass_over(other: str) -> None:
        others[other] = NO_FILE

    for url in urls:
        files = Storage.of(url).expand(on_other=pass_over)
        readable = [file for file in files if suffix_of(file.name)]
        if not readable:
            format_of(files[0].name)  # says what is readable
        found |= {file.url: file for file in readable}
        others.update((each.url, _ending(each.name)) for each in files if not suffix_of(each.name))
    if others:
        counts = sorted(Counter(others.values()).items(), key=lambda each: (-each[1], each[0]))
        told = [f"{count:,} {ending}" for ending, count in counts[:MAX_ENDINGS]]
        if rest := sum(count for _, count in counts[MAX_ENDINGS:]):
            told.append(f"{rest:,} of other kinds")
        on_passed_over(f"passed over files that rows aren't read from: {', '.join(told)}")
    return list(found.values())


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower() or "without an ending"


def plan_shards(
    files: Sequence[StoredFile],
    *,
    shard_mb: float = SHARD_MB,
    shards: int | None = None,
    suffix: str | None = None,
) -> Plan:
    """Shards of about `shard_mb` MB of input as it is stored, or `shards` of them at most. Small
    files of a group are joined; large ones are split where their format allows it: JSON lines at
    line ends, Parquet between row groups. Outputs end in `suffix`, else as their inputs do.

    Raises InputError without files, UsageError when there are fewer `shards` than groups.
    """
    if not files:
        raise InputError("there are no files to read rows from")
    groups = _groups(files)
    counts = _counts(groups, shard_mb, shards)
    digits = max(5, len(str(sum(counts) - 1)))  # so that the order of names is that of the rows
    sizes = {file.url: file.bytes for file in files}
    planned: list[Shard] = []
    for (group, members), count in zip(groups.items(), counts, strict=True):
        bins = _bins(members, count)
        for index, pieces in enumerate(bins):
            number = len(planned)
            output = group.output(
                f"{number:0{digits}}", index=index, count=len(bins), suffix=suffix or group.suffix
            )
            size = sum(sizes[url] for url in {piece.url for piece in pieces})
            planned.append(Shard(number, output, pieces, size))
    return Plan(tuple(planned))


def _groups(files: Sequence[StoredFile]) -> dict[Group, list[StoredFile]]:
    in_order = sorted(files, key=lambda file: (Group.of(file), file.name, file.url))
    return {group: list(members) for group, members in groupby(in_order, key=Group.of)}


def _counts(
    groups: dict[Group, list[StoredFile]], shard_mb: float, shards: int | None
) -> list[int]:
    """How many shards each group becomes."""
    sizes = [sum(file.bytes for file in files) for files in groups.values()]
    if shards is None:
        return [max(1, -(-size // max(1, round(shard_mb * 1e6)))) for size in sizes]
    if shards < len(groups):
        raise UsageError(
            f"{shards} shards are too few: there are {len(groups)} folders, splits and formats, "
            f"and no shard crosses them; type: --shards {len(groups)}"
        )
    counts = [1] * len(sizes)
    largest = [(float(-size), index) for index, size in enumerate(sizes)]
    heapq.heapify(largest)
    for _ in range(shards - len(groups)):  # one more where the shards are largest
        index = largest[0][1]
        counts[index] += 1
        heapq.heapreplace(largest, (-sizes[index] / counts[index], index))
    return counts


def _bins(files: Sequence[StoredFile], count: int) -> list[tuple[Piece, ...]]:
    """The files' parts in their order, in `count` bins of equal size or fewer."""
    total = sum(file.bytes for file in files)
    cuts = [-(-total * index // count) for index in range(count + 1)]
    row_groups = _row_groups([file for file in files if file.bytes > cuts[1]])
    bins: dict[int, list[Piece]] = {}
    at = 0
    for file in files:
        for part in _parts(file, at, cuts, row_groups.get(file.url, [])):
            index = min(count - 1, at * count // total) if total else 0
            bins.setdefault(index, []).append(part.piece)
            at += part.bytes
    return [tuple(_joined(pieces)) for _, pieces in sorted(bins.items())]


def _row_groups(files: Sequence[StoredFile]) -> dict[str, list[int]]:
    """The unpacked sizes of the row groups of Parquet files, read side by side."""
    urls = [file.url for file in files if suffix_of(file.name) == ".parquet"]
    if not urls:
        return {}
    with ThreadPoolExecutor(min(AT_ONCE, len(urls))) as pool:
        return dict(zip(urls, pool.map(group_bytes, urls), strict=True))


def _parts(
    file: StoredFile, at: int, cuts: Sequence[int], row_groups: Sequence[int]
) -> Iterator[Part]:
    """The file, which begins `at` so many bytes of its group: whole if it is smaller than a shard
    or can't be split, else so that parts end at `cuts` or near them.
    """
    is_large = file.bytes > cuts[1]
    suffix = suffix_of(file.name)
    web = file.url.startswith(("http://", "https://"))  # a server may only give files whole
    if is_large and not web and suffix in (".jsonl", ".ndjson"):
        within = slice(bisect_right(cuts, at), bisect_left(cuts, at + file.bytes))
        inside = [cut - at for cut in cuts[within]]
        for start, stop in pairwise([0, *inside, file.bytes]):
            yield Part(Piece(file.url, start, stop), stop - start)
    elif is_large and row_groups:
        # Each has the share of the file that it has of the unpacked rows.
        total = sum(row_groups)
        ends = [unpacked * file.bytes // total for unpacked in accumulate(row_groups)]
        for index, (start, end) in enumerate(pairwise([0, *ends])):
            yield Part(Piece(file.url, index, index + 1), end - start)
    else:
        yield Part(Piece(file.url), file.bytes)


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbours in a file as one."""
    last = pieces[0]
    for piece in pieces[1:]:
        if piece.url == last.url and piece.start == last.stop:
            last = Piece(last.url, last.start, piece.stop)
        else:
            yield last
            last = piece
    yield last
