"""How far a job is, by what lies beside its outputs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from toolkit.corpus.job import JOB, read_job
from toolkit.corpus.marks import (
    LEARNING,
    Lease,
    ShardReport,
    done_numbers,
    failures,
    leases,
    reports,
)
from toolkit.corpus.report import Report
from toolkit.corpus.storage import Storage

LISTED = 20  # ranges of shards in a line
SAMPLED = 2000  # marks of finished shards, where there are more; each is a request


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """`leases` are those of whoever is at work, `missing` the shards that aren't done.
    `seconds_left` is about how long the rest takes at the pace of this run; None where nobody is at
    work, or has finished a shard yet. The sums of the report are reckoned from `looked_at` shards
    where not all that are done were looked at.
    """

    report: Report
    looked_at: int
    leases: dict[str, Lease]
    missing: tuple[int, ...]
    seconds_left: float | None

    @classmethod
    def of(cls, to: str, *, exact: bool = False) -> "Status":
        """Of very many finished shards only some are looked at, unless it shall be `exact`.

        Raises UsageError where there is no job.
        """
        job, storage = read_job(to), Storage.of(to)
        done = sorted(done_numbers(storage))
        every = 1 if exact else -(-len(done) // SAMPLED) or 1
        seen = list(reports(storage, done[::every]))
        report = Report.summed(job.plan.shards, seen, failures(storage))
        alive = {name: each for name, each in leases(storage).items() if not each.is_stale}
        missing = set(range(job.plan.shards)).difference(done)
        return cls(
            report=report if every == 1 else report.scaled(len(done)),
            looked_at=len(seen),
            leases=alive,
            missing=tuple(sorted(missing)),
            seconds_left=_left(seen, alive, len(missing) / every),
        )

    def lines(self) -> Iterator[str]:
        """For somebody to read."""
        yield from self.report.lines()
        if self.looked_at < self.report.done:
            yield (
                f"all but the number of shards is reckoned from {self.looked_at:,} of them; "
                "--exact reads all"
            )
        if self.missing:
            yield f"missing shards: {ranges(self.missing)}"
        for name, each in self.leases.items():
            what = f"shard {int(name)}" if name.isdecimal() else "all shards"
            yield f"at work on {what}: {_who(each)}"
        if self.seconds_left is not None and self.missing:
            yield f"time left: about {_duration(self.seconds_left)}"


def status_lines(to: str, *, exact: bool = False) -> Iterator[str]:
    """`Status` for somebody to read; before the job is written down, who learns what it goes by.

    Raises UsageError where there is neither.
    """
    storage = Storage.of(to)
    learning = leases(storage).get(LEARNING)
    if learning and not learning.is_stale and not storage.exists(JOB):
        yield f"reading all rows before the first shard: {_who(learning)}"
        return
    yield from Status.of(to, exact=exact).lines()


def ranges(numbers: tuple[int, ...]) -> str:
    """Numbers in order, as in `0-4, 7`; the rest of very many is counted."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    told = [str(a) if a == b else f"{a}-{b}" for a, b in found[:LISTED]]
    if rest := sum(b - a + 1 for a, b in found[LISTED:]):
        told.append(f"and {rest:,} more")
    return ", ".join(told)


def _who(lease: Lease) -> str:
    return f"process {lease.process} on {lease.host}, since {lease.since}"


def _left(done: list[ShardReport], alive: dict[str, Lease], missing: float) -> float | None:
    if not alive:
        return None
    since = min(each.since for each in alive.values())
    finished = sum(each.finished >= since for each in done)
    if not finished:
        return None
    passed = datetime.now(UTC) - datetime.fromisoformat(since)
    return passed.total_seconds() / finished * missing


def _duration(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if hours else f"{minutes} min"
