"""Where results go: standard output, a file a document, or a file a table of records."""

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from toolkit.cli.inputs import Place
from toolkit.errors import InputError
from toolkit.output import SUFFIXES, AtomicFile, Format, sha256_of, write_atomically
from toolkit.store import Store

FAILED_FILE = "_failed.jsonl"
FOLDED: tuple[Format, ...] = ("jsonl", "csv")  # one file for all records of an input


class Outputs:
    """Writes results to `folder`, or to standard output when it is None.

    A file that is there already is kept, unless it is one that this toolkit wrote before, as
    `store` remembers, or `overwrite` says otherwise. As JSON lines or CSV, all records of one input
    go into one file, which appears when the last of them is there.
    """

    def __init__(
        self, folder: Path | None, form: Format, store: Store | None, *, overwrite: bool
    ) -> None:
        self._folder = folder
        self._form = form
        self._store = store
        self._overwrite = overwrite
        self._shared: AtomicFile | None = None
        self._started = False

    def __enter__(self) -> "Outputs":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self._finish()
        elif self._shared:
            self._shared.abandon()

    def refuse_existing(self, place: Place) -> None:
        """Raises InputError when the file of `place` is there and not ours to replace."""
        path = self._path_of(place)
        if path is None or self._overwrite or not path.exists():
            return
        known = self._store.digests_written(path.resolve()) if self._store else frozenset()
        if not known or sha256_of(path.read_bytes()) not in known:
            raise InputError(f"{path} exists and is kept; --overwrite replaces it")

    def write(self, place: Place, text: str) -> None:
        path = self._path_of(place)
        if path is None:
            sys.stdout.write(text)
        elif place.container and self._form in FOLDED:
            self._share(path).write(text)
        else:
            self._remember(path, write_atomically(path, text))

    def write_row(self, place: Place, values: Mapping[str, Any]) -> None:
        """A row of CSV, below its header when it is the first one."""
        path = self._path_of(place)
        if path:
            self._share(path)
        self.write(place, csv_row(values, header=not self._started))
        self._started = True

    def _path_of(self, place: Place) -> Path | None:
        if self._folder is None:
            return None
        target = place.container if place.container and self._form in FOLDED else place.target
        path = self._folder / target
        return path.with_name(path.name + SUFFIXES[self._form])

    def _share(self, path: Path) -> AtomicFile:
        """The file that the records of one input are written to one after the other."""
        if self._shared is None or self._shared.path != path:
            self._finish()
            self._shared, self._started = AtomicFile(path), False
        return self._shared

    def _finish(self) -> None:
        if self._shared:
            self._shared.commit()
            self._remember(self._shared.path, self._shared.digest)
        self._shared = None

    def _remember(self, path: Path, digest: str) -> None:
        """That `path` with this content is ours."""
        if self._store:
            self._store.wrote(path.resolve(), digest)

    def write_failed(self, failed: Iterable[Mapping[str, Any]]) -> None:
        """The inputs that were set aside, a JSON line each; no file when there are none."""
        if self._folder is None:
            return
        path = self._folder / FAILED_FILE
        lines = [json.dumps(dict(each), ensure_ascii=False) + "\n" for each in failed]
        if lines:
            write_atomically(path, "".join(lines))
        else:
            path.unlink(missing_ok=True)


def csv_row(values: Mapping[str, Any], *, header: bool) -> str:
    """A row of CSV, below its header when that is wanted."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, fieldnames=list(values), lineterminator="\n")
    if header:
        writer.writeheader()
    writer.writerow(values)
    return stream.getvalue()
