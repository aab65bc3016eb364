"""One shard, from its rows to its mark: the only place where rows are made."""

import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from toolkit.articles import Article
from toolkit.corpus.formats import Row, columns_of, suffix_of, writer
from toolkit.corpus.job import FOLDER, Job
from toolkit.corpus.kinds import kind_of
from toolkit.corpus.marks import Failure, ShardReport, mark_done, mark_failed, now
from toolkit.corpus.planned import shard_of
from toolkit.corpus.preparing import CutOffError, prepared_rows
from toolkit.corpus.rows import Columns, Made, columns, reason_of, tokens_of
from toolkit.corpus.storage import Storage
from toolkit.corpus.worker import Worker
from toolkit.errors import InputError, ToolkitError, UsageError
from toolkit.files import sweep
from toolkit.pipeline.flow import Ready, flow
from toolkit.results import Result

Outcome = ShardReport | Failure


def run_shard(
    job: Job, number: int, worker: Worker, *, on_row: Callable[[], None] = lambda: None
) -> ShardReport:
    """Make the output of a shard from its beginning, put it in its place and mark it done.

    What goes wrong with a row goes to its column of errors. Raises ModelError, StorageError or
    OutputError for what would meet every other row too, InputError where the rows can't be read;
    then there is no output, and no mark.
    """
    shard = shard_of(job, number)
    storage = Storage.of(job.to)
    started = time.perf_counter()
    count = _Count()
    ours = Columns(job.adds, job.prefix)
    rows = _told(
        prepared_rows(shard, worker.prepare),
        worker.duplicates.in_shard(number),
        skips=job.duplicates == "skip",
    )
    with (
        storage.write(shard.output) as file,
        writer(
            suffix_of(shard.output),
            cast(IO[bytes], file),
            carried=columns_of(shard.pieces),
            own=columns(job.adds, job.prefix),
        ) as output,
    ):
        for (name, row, first), made in flow(rows, worker.work):
            output.write(ours.row(row, made, name, duplicate_of=first))
            count.add(made)
            count.duplicates += first is not None
            on_row()
    report = ShardReport(
        number=number,
        output=shard.output,
        rows=count.rows,
        errors=count.errors.total(),
        errors_by_kind=dict(count.errors),
        cut_off=count.cut_off,
        duplicates=count.duplicates,
        sentences=count.sentences,
        tokens=count.tokens,
        flagged=count.flagged,
        doubtful=count.doubtful,
        bytes=file.bytes,
        sha256=file.digest,
        seconds=round(time.perf_counter() - started, 3),
        host=socket.gethostname(),
        finished=now(),
    )
    mark_done(storage, report)
    return report


def sweep_outputs(job: Job) -> None:
    """Remove what killed processes left half-written in folders of this machine."""
    storage = Storage.of(job.to)
    if storage.is_local:
        for folder, below, _ in os.walk(storage.url):
            sweep(Path(folder))
            if Path(folder) == Path(storage.at(FOLDER)):
                below.clear()  # what is new there isn't locked while it is written


def try_shard(
    job: Job, number: int, worker: Worker, *, on_row: Callable[[], None] = lambda: None
) -> Outcome:
    """`run_shard`, where what ends this shard alone is marked and returned: rows that can't be
    read, or a fault of ours. Raises ModelError, StorageError or OutputError, which meet others too.
    """
    try:
        return run_shard(job, number, worker, on_row=on_row)
    except (InputError, UsageError) as error:
        reason = " ".join(str(error).split())
    except ToolkitError:
        raise
    except Exception as error:  # noqa: BLE001 - the boundary: one bad shard ends no job
        reason = f"this is a bug: {reason_of(error, '')}"
    host = socket.gethostname()
    failure = Failure(number=number, reason=reason, host=host, finished=now())
    mark_failed(Storage.of(job.to), failure)
    return failure


def _told(
    rows: Iterable[tuple[tuple[str, Row], Article | Exception]],
    firsts: Mapping[int, str],
    *,
    skips: bool,
) -> Iterator[tuple[tuple[str, Row, str | None], Article | Ready[Made] | Exception]]:
    """Each row with the one that it is nearly the same as; if that `skips` it, nothing more is to
    be made of its article.
    """
    for number, ((name, row), article) in enumerate(rows, start=1):
        if isinstance(article, Exception) or not (first := firsts.get(number)):
            yield (name, row, None), article
        else:
            yield (name, row, first), Ready(article) if skips else article


@dataclass(slots=True)
class _Count:
    rows: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    cut_off: int = 0
    duplicates: int = 0
    sentences: int = 0
    tokens: int = 0
    flagged: int = 0
    doubtful: int = 0

    def add(self, made: Made | Exception) -> None:
        self.rows += 1
        self.cut_off += isinstance(made, CutOffError)
        self.tokens += tokens_of(made)
        if isinstance(made, Exception):
            self.errors[kind_of(made)] += 1
        if isinstance(made, Result):
            self.sentences += len(made.numbered)
            self.flagged += len(made.flagged)
            self.doubtful += len(made.doubtful)
