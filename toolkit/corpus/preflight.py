"""What is looked at before a job begins: mistakes that would else show after hours."""

import os
from collections.abc import Iterable
from itertools import islice

from toolkit.corpus.formats import BadRow, Piece, columns_of, read_rows
from toolkit.corpus.job import FOLDER, Job
from toolkit.corpus.rows import columns, refuse_taken
from toolkit.corpus.storage import Storage
from toolkit.errors import UsageError

LOOKED_AT = 100  # rows


def refuse_mistakes(job: Job) -> None:
    """Raises UsageError for a destination that can only be read, among the sources, or with other
    files in it, for columns that ours would take the place of, and for texts that are in another
    column. Raises ModelError too for a model that isn't there: a job once written down is kept.
    """
    Storage.of(job.to).refuse_writing()
    _refuse_place(job.sources, job.to)
    if not Storage.of(job.to).exists(f"{FOLDER}/job.json"):
        _refuse_others(job.to)
        _refuse_columns(job)


def _refuse_place(sources: Iterable[str], to: str) -> None:
    destination = _comparable(to)
    if any(f"{destination}/".startswith(f"{_comparable(source)}/") for source in sources):
        raise UsageError(f"--to {to} lies among the sources; name another")


def _refuse_others(to: str) -> None:
    storage = Storage.of(to)
    others = [name for name in storage.names("") if not name.startswith(FOLDER)]
    if others and not storage.exists(f"{FOLDER}/job.json"):  # it may have been begun meanwhile
        raise UsageError(
            f"{to} holds other files ({others[0]}); --to names a new or an empty folder"
        )


def _refuse_columns(job: Job) -> None:
    piece = job.plan.shards[0].pieces[0]
    names = list(columns_of([piece]) or _names(piece))
    refuse_taken(names, columns(job.stages, job.prefix), piece.url)
    if names and job.text_field not in names:
        raise UsageError(
            f"{piece.url} has no column '{job.text_field}' (there are: {', '.join(names)}); "
            "--text-field names the one with the text"
        )


def _names(piece: Piece) -> dict[str, None]:
    """Those of the columns of the first rows."""
    first = [row for row in islice(read_rows(piece), LOOKED_AT) if not isinstance(row, BadRow)]
    return dict.fromkeys(name for row in first for name in row)


def _comparable(url: str) -> str:
    """The same for every way to write it."""
    return url.rstrip("/") if "://" in url else os.path.realpath(url)
