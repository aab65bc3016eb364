"""What was done in all: as text, and in a file beside the outputs."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from toolkit.corpus.job import FOLDER, Job
from toolkit.corpus.kinds import OTHER, told
from toolkit.corpus.marks import (
    FAILED,
    Failure,
    ShardReport,
    done_numbers,
    failure_of,
    failures,
    report_of,
    reports,
)
from toolkit.corpus.storage import Storage

REPORT = f"{FOLDER}/report.json"
LISTED = 20  # failures, for somebody to read
SUMMED = (
    "rows",
    "errors",
    "cut_off",
    "duplicates",
    "sentences",
    "tokens",
    "flagged",
    "doubtful",
    "bytes",
    "seconds",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The sums over the finished shards, and what failed. `seconds` are those of all workers,
    loading models aside; `bytes` are of the outputs.
    """

    shards: int
    done: int
    rows: int
    errors: int
    errors_by_kind: Mapping[str, int]
    cut_off: int
    duplicates: int
    sentences: int
    tokens: int
    flagged: int
    doubtful: int
    bytes: int
    seconds: float
    hosts: tuple[str, ...]
    failed: tuple[Failure, ...]

    @classmethod
    def of(cls, job: Job, shard: int | None = None) -> "Report":
        """As far as the job is now, or one shard of it, which takes no look at the others."""
        storage = Storage.of(job.to)
        if shard is not None:
            done, failed = report_of(storage, shard), failure_of(storage, shard)
            tried = [failed] if failed and not done else []
            return cls.summed(job.plan.shards, [done] if done else [], tried)
        done_marks = reports(storage, sorted(done_numbers(storage)))
        return cls.summed(job.plan.shards, done_marks, failures(storage))

    @classmethod
    def summed(
        cls, shards: int, done: Iterable[ShardReport], failed: Iterable[Failure]
    ) -> "Report":
        """Of very many finished shards, one after the other is looked at."""
        count, hosts, kinds = 0, set[str](), Counter[str]()
        sums: dict[str, Any] = dict.fromkeys(SUMMED, 0)
        for each in done:
            count += 1
            hosts.add(each.host)
            for name in SUMMED:
                sums[name] += getattr(each, name)
            known = Counter(each.errors_by_kind)
            kinds += known + Counter({OTHER: each.errors - known.total()})
        return cls(
            shards=shards,
            done=count,
            errors_by_kind=dict(kinds),
            hosts=tuple(sorted(hosts)),
            failed=tuple(failed),
            **sums | {"seconds": round(sums["seconds"], 1)},
        )

    def scaled(self, done: int) -> "Report":
        """What it would be about if `done` shards were like those that were looked at."""
        sums = {name: round(getattr(self, name) * done / max(1, self.done)) for name in SUMMED}
        kinds = {
            name: round(count * done / max(1, self.done))
            for name, count in self.errors_by_kind.items()
        }
        return replace(self, done=done, errors_by_kind=kinds, **sums)

    def lines(self, shard: int | None = None) -> Iterator[str]:
        """For somebody to read, of all shards or of the one that it is about."""
        if shard is None:
            yield f"shards: {self.done:,} of {self.shards:,}"
        else:
            yield f"shard {shard} of {self.shards:,}: {'done' if self.done else 'not done'}"
        yield self.told_rows
        if self.cut_off:
            yield self.told_cut_off
        if self.sentences:
            yield (
                f"sentences: {self.sentences:,}, {self.flagged:,} of them flagged, "
                f"{self.doubtful:,} doubtful; tokens: {self.tokens:,}"
            )
        if self.seconds and self.rows:
            each_s = self.seconds / self.rows
            digits = ",.0f" if each_s >= 10 else ".2g"
            yield f"time of workers: {self.seconds:,.0f} s, {each_s:{digits}} s a row"
        for each in self.failed[:LISTED]:
            yield f"shard {each.number} failed: {each.reason}"
        if rest := len(self.failed[LISTED:]):
            yield f"{rest:,} more shards failed; {FAILED} says why"

    @property
    def told_rows(self) -> str:
        """How many there are, and what is the matter with them."""
        kinds = f" ({told(self.errors_by_kind)})" if self.errors else ""
        plural = "s" if self.duplicates > 1 else ""
        duplicates = f", {self.duplicates:,} duplicate{plural}" if self.duplicates else ""
        return f"rows: {self.rows:,}, {self.errors:,} of them with an error{kinds}{duplicates}"

    @property
    def told_cut_off(self) -> str:
        """How many files are damaged."""
        return (
            f"files that can't be read to their end: {self.cut_off:,}; the error of the last row "
            "of each says why"
        )

    def write(self, job: Job) -> None:
        """To its file beside the outputs."""
        record = {
            **asdict(self),
            "failed": [each.model_dump() for each in self.failed],
            "toolkit": job.toolkit,
            "stages": job.stages,
            "models": {task: each.model_dump() for task, each in job.models.items()},
        }
        with Storage.of(job.to).write(REPORT) as file:
            file.write((json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode())
