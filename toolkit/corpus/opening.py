"""The job of a destination, written down by whoever comes first with all that its shards go by."""

from collections.abc import Callable, Sequence
from functools import partial

from toolkit.cleaning import Repeats
from toolkit.corpus.duplicates import find_duplicates
from toolkit.corpus.job import Job
from toolkit.corpus.learning import keep_repeats, learn_corpus, open_learned
from toolkit.corpus.plan import Plan
from toolkit.corpus.planned import keep_plan
from toolkit.corpus.storage import StoredFile

Say = Callable[[str], None]


def open_new(
    wanted: Job,
    plan: Plan,
    files: Sequence[StoredFile],
    *,
    known: Repeats | None = None,
    say: Say = lambda message: None,
    on_trouble: Say = lambda message: None,
) -> Job:
    """What is `wanted`, or the job that is there if it asks for the same. Lines that repeat are
    those that are `known`, if any. `say` is told what takes long, `on_trouble` what goes wrong.

    Raises UsageError where another job writes there, BusyError where somebody learns for one.
    """
    job = open_learned(
        wanted,
        partial(_learned, wanted, plan, files, known, say, on_trouble),
        on_wait=partial(say, "another task reads all rows before the first shard; waiting for it"),
    )
    keep_plan(job, plan)
    return job


def _learned(
    job: Job,
    plan: Plan,
    files: Sequence[StoredFile],
    known: Repeats | None,
    say: Say,
    on_trouble: Say,
) -> Job:
    if job.learned_from == "corpus":
        say("reading all rows twice, to learn which lines repeat on their sites")
        known = learn_corpus(files, job.reading, on_trouble=on_trouble)
    if known is not None:
        job = keep_repeats(job, known)
    if job.duplicates:
        say("reading all rows, to find those that are nearly the same as an earlier one")
        job = find_duplicates(job, plan)
    return job
