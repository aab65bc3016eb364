"""The plan of a job, kept beside its outputs in files of a thousand shards each, so that whoever
makes one shard of very many reads little, and neither lists the sources nor plans them again.
"""

import gzip
import zlib
from collections.abc import Callable

from toolkit.corpus.job import FOLDER, JOB, Job, read_job
from toolkit.corpus.learning import with_learned
from toolkit.corpus.plan import Plan, Shard
from toolkit.corpus.storage import Storage
from toolkit.errors import InputError

PLAN = f"{FOLDER}/plan"
SHARDS = 1000  # in a file


def keep_plan(job: Job, plan: Plan) -> None:
    """Write down what isn't there yet of the plan of `job`."""
    storage = Storage.of(job.to)
    there = set(storage.names(f"{PLAN}/{job.plan.sha256}"))
    for first in range(0, len(plan.shards), SHARDS):
        if (path := _path(job, first)) not in there:
            lines = "".join(f"{each.to_json()}\n" for each in plan.shards[first : first + SHARDS])
            with storage.write(path) as file:
                file.write(gzip.compress(lines.encode(), mtime=0))


def shard_of(job: Job, number: int) -> Shard:
    """One of the plan. Raises InputError where it was lost."""
    path = _path(job, number)
    data = Storage.of(job.to).read(path)
    try:
        return Shard.from_json(gzip.decompress(data or b"").splitlines()[number % SHARDS])
    except (OSError, EOFError, zlib.error, ValueError, IndexError) as error:
        raise InputError(
            f"{job.to}/{path} is missing or damaged; remove it if it is there, and type the same "
            "command without --shard, which writes it anew"
        ) from error


def resumed(to: str, request: Callable[..., Job], number: int) -> Job | None:
    """The job that is there, if a task for one shard asks for the same with `request`, and the
    files of its rows are as large as they were. None in all other cases, which `open_job` explains.
    """
    storage = Storage.of(to)
    storage.refuse_as_folder()
    if not storage.exists(JOB):
        return None
    there = read_job(to)
    wanted = request(inputs=there.inputs, plan=there.plan)
    if with_learned(wanted, there) != there:
        return None
    return there if number >= there.plan.shards or _is_unchanged(there, number) else None


def _is_unchanged(job: Job, number: int) -> bool:
    try:
        shard = shard_of(job, number)
        urls = {piece.url for piece in shard.pieces}
        return shard.source_bytes == sum(Storage.of(url).bytes_of() for url in urls)
    except InputError:
        return False


def _path(job: Job, number: int) -> str:
    """With the digest, so that whoever asks for another job can't spoil this one's."""
    return f"{PLAN}/{job.plan.sha256}/{number // SHARDS:05}.jsonl.gz"
