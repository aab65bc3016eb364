"""What was done in all: as text, and in a file beside the outputs."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from toolkit.corpus.job import FOLDER, Job
from toolkit.corpus.marks import (
    Failure,
    ShardReport,
    failure_of,
    failures,
    report_of,
    reports,
)
from toolkit.corpus.storage import Storage

REPORT = f"{FOLDER}/report.json"
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
            return cls.summed(1, [done] if done else [], [failed] if failed and not done else [])
        return cls.summed(len(job.plan.shards), reports(storage), failures(storage))

    @classmethod
    def summed(cls, shards: int, done: list[ShardReport], failed: list[Failure]) -> "Report":
        sums: dict[str, Any] = {name: sum(getattr(each, name) for each in done) for name in SUMMED}
        return cls(
            shards=shards,
            done=len(done),
            hosts=tuple(sorted({each.host for each in done})),
            failed=tuple(failed),
            **sums | {"seconds": round(sums["seconds"], 1)},
        )

    def lines(self) -> Iterator[str]:
        """For somebody to read."""
        yield f"shards: {self.done:,} of {self.shards:,}"
        duplicates = f", {self.duplicates:,} duplicates" if self.duplicates else ""
        yield f"rows: {self.rows:,}, {self.errors:,} of them with an error{duplicates}"
        if self.cut_off:
            yield (
                f"files that can't be read to their end: {self.cut_off:,}; the error of the last "
                "row of each says why"
            )
        if self.sentences:
            yield (
                f"sentences: {self.sentences:,}, {self.flagged:,} of them flagged, "
                f"{self.doubtful:,} doubtful; tokens: {self.tokens:,}"
            )
        if self.seconds:
            rate = self.rows / self.seconds
            yield f"time of workers: {self.seconds:,.0f} s, {rate:,.2f} rows a second"
        for each in self.failed:
            yield f"shard {each.number} failed: {each.reason}"

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
