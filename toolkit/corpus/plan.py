"""Stand-in."""

from collections.abc import Sequence
from dataclasses import dataclass

from toolkit.corpus.formats import Piece
from toolkit.corpus.storage import Storage


@dataclass(frozen=True, slots=True)
class Shard:
    number: int
    output: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    shards: tuple[Shard, ...]


def make_plan(sources: Sequence[str], *, shards: int, shard_mb: float, suffix: str) -> Plan:
    pieces = []
    for source in sources:
        for file in Storage.of(source).expand():
            with open(file.url, "rb") as f:
                data = f.read()
            size = int(shard_mb * 1e6) if not shards else -(-len(data) // shards)
            at = 0
            while at < len(data):
                end = data.find(b"\n", min(len(data), at + size - 1)) + 1 or len(data)
                pieces.append(Piece(file.url, at, end))
                at = end
    return Plan(tuple(Shard(n, f"part-{n:05}.{suffix}", (p,)) for n, p in enumerate(pieces)))
