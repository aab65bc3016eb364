"""Rows whose articles are nearly the same as an earlier one, found before the first shard.

They lie beside the outputs, a file for each shard that has any, so that a worker reads only those
of its shards. The job has the sha256 of the list of these files, which has theirs.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Self

from toolkit.corpus.job import FOLDER, Job
from toolkit.corpus.learning import keep, kept, repeats_of
from toolkit.corpus.plan import Plan
from toolkit.corpus.preparing import prepared_rows, preparing
from toolkit.errors import InputError
from toolkit.reading.records import id_of

DUPLICATES = f"{FOLDER}/duplicates"
LIST = f"{DUPLICATES}.json"


@dataclass(frozen=True, slots=True)
class Duplicates:
    """The files by their names, with their sha256."""

    job: Job
    files: Mapping[str, str]

    @classmethod
    def of(cls, job: Job) -> Self:
        """Those that were found for a job, none where it didn't ask for them.

        Raises InputError where their list is gone, or is another.
        """
        return cls(job, json.loads(kept(job, LIST, job.firsts)) if job.firsts else {})

    def in_shard(self, number: int) -> dict[int, str]:
        """The name of the first of its group for each row that has one, counted from 1.

        Raises InputError where their file is gone, or is another.
        """
        if not (digest := self.files.get(name := _name(number))):
            return {}
        firsts = json.loads(kept(self.job, f"{DUPLICATES}/{name}", digest))
        return {int(row): first for row, first in firsts.items()}


def find_duplicates(job: Job, plan: Plan) -> Job:
    """The job that goes by the duplicates among its rows, which are put in their place. All rows
    are read, and cleaned as the shards will; their signatures lie in a temporary file.

    Raises StorageError where a store gives no more, StoreError where the disk is full.
    """
    from toolkit.corpus.near_duplicates import NearDuplicates

    files = {}
    with NearDuplicates() as rows:
        rows.add(_articles(job, plan))
        found = ((_Place.of(row), _Place.of(first)) for row, first in rows.find())
        for number, pairs in groupby(found, key=lambda pair: pair[0].shard):
            firsts = {str(place.row): first.name(job, plan) for place, first in pairs}
            name = _name(number)
            files[name] = keep(job, f"{DUPLICATES}/{name}", _json(firsts))
    return job.model_copy(update={"firsts": keep(job, LIST, _json(files))})


@dataclass(frozen=True, slots=True)
class _Place:
    """Of a row, counted from 1 in its shard; written down so that texts have the order of rows."""

    shard: int
    row: int
    id: str

    @classmethod
    def of(cls, text: str) -> Self:
        shard, row, id_ = text.split(" ", 2)
        return cls(int(shard), int(row), id_)

    def __str__(self) -> str:
        return f"{self.shard:08} {self.row:012} {self.id}"

    def name(self, job: Job, plan: Plan) -> str:
        """Its id, or else where it stands among the outputs."""
        return self.id if job.id_field else f"{plan.shards[self.shard].output}:{self.row}"


def _articles(job: Job, plan: Plan) -> Iterator[tuple[str, str]]:
    """With their places. Rows that have an error are passed over: no other is a duplicate of them.
    So is what can't be opened, for its shard says why.
    """
    article_of = preparing(job, repeats_of(job))
    for shard in plan.shards:
        with suppress(InputError):
            for number, ((_, row), article) in enumerate(prepared_rows(shard, article_of), start=1):
                if not isinstance(article, Exception):
                    id_ = id_of(row, job.id_field) if job.id_field else ""
                    yield str(_Place(shard.number, number, id_)), article.document.text


def _name(shard: int) -> str:
    return f"{shard:05}.json"


def _json(values: Mapping[str, str]) -> bytes:
    return json.dumps(values, indent=0).encode()
