"""What is looked at before a job begins: mistakes that would else show after hours."""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from toolkit.corpus.formats import BadRow, Piece, columns_of, format_of, read_rows
from toolkit.corpus.globs import GLOB, finding, root_of
from toolkit.corpus.job import FOLDER, Job
from toolkit.corpus.plan import AT_ONCE, Plan
from toolkit.corpus.rows import columns, refuse_taken
from toolkit.corpus.storage import Storage, StoredFile
from toolkit.errors import UsageError
from toolkit.reading.records import listed

LOOKED_AT = 100  # rows
MAX_FILES = 1000  # whose columns are looked at, evenly spread: some seconds where stores are far


def refuse_mistakes(job: Job, files: Sequence[StoredFile], plan: Plan) -> None:
    """Raises UsageError for a destination that can only be read, among the sources, or with other
    files in it, for columns of the input `files` that ours would take the place of, and for texts
    or ids that are in another column: a job once written down is kept.
    """
    Storage.of(job.to).refuse_as_folder()
    _refuse_place(job.sources, job.to, [shard.output for shard in plan.shards])
    if not Storage.of(job.to).exists(f"{FOLDER}/job.json"):
        _refuse_others(job.to)
        _refuse_columns(job, [file.url for file in files])


def _refuse_place(sources: Iterable[str], to: str, outputs: Sequence[str]) -> None:
    destination = _comparable(to)
    for source in map(_comparable, sources):
        is_below = _lies_in(destination, source)
        if not is_below and GLOB.search(source) and _lies_in(destination, root_of(source)):
            is_below = any(map(finding(source), (f"{destination}/{each}" for each in outputs)))
        if is_below:
            raise UsageError(f"--to {to} lies among the sources; name another")


def _lies_in(place: str, folder: str) -> bool:
    return f"{place}/".startswith(f"{folder.rstrip('/')}/")


def _refuse_others(to: str) -> None:
    storage = Storage.of(to)
    others = [name for name in storage.names("") if not name.startswith(FOLDER)]
    if others and not storage.exists(f"{FOLDER}/job.json"):  # it may have been begun meanwhile
        raise UsageError(
            f"{to} holds other files ({others[0]}); --to names a new or an empty folder"
        )


def _refuse_columns(job: Job, urls: Sequence[str]) -> None:
    """A column that only rows further down have, or files that aren't looked at, is told by their
    shard, which fails.
    """
    found = _names_by_file(urls)
    for url, names in found.items():
        refuse_taken(names, columns(job.adds, job.prefix), url)
    names = list(dict.fromkeys(name for each in found.values() for name in each))
    for field, use in (
        (job.text_field, "--text-field names the one with the text"),
        (job.id_field, "--id-field names the one with the ids"),
    ):
        if names and field and field not in names:
            raise UsageError(
                f"{next(iter(found))} has no column '{field}' (there are: {listed(names)}); {use}"
            )


def _names_by_file(urls: Sequence[str]) -> dict[str, list[str]]:
    """The columns that Parquet and CSV name at an end of each file, and those of the first rows of
    the first file of JSON lines.
    """
    first_rows = [url for url in urls if format_of(url) == "jsonl"][:1]
    named = [url for url in urls if format_of(url) != "jsonl"]
    named = named[:: -(-len(named) // MAX_FILES) or 1]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = zip(named, pool.map(_named, named), strict=True)
        return dict(found) | {url: _first_names(Piece(url)) for url in first_rows}


def _named(url: str) -> list[str]:
    return list(columns_of([Piece(url)]) or ())


def _first_names(piece: Piece) -> list[str]:
    rows = (row for _, row in islice(read_rows(piece), LOOKED_AT) if not isinstance(row, BadRow))
    return list(dict.fromkeys(name for row in rows for name in row))


def _comparable(url: str) -> str:
    """The same for every way to write it."""
    return url.rstrip("/") if "://" in url else os.path.realpath(url)
