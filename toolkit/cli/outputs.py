"""Where results go: standard output, a file a document, or a file a table of records."""

import csv
import hashlib
import io
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.cli.inputs import Place
from toolkit.errors import InputError
from toolkit.output import SUFFIXES, Format, write_atomically
from toolkit.store import Store

FAILED_FILE = "_failed.jsonl"
FOLDED: tuple[Format, ...] = ("jsonl", "csv")  # one file for all records of an input


@dataclass(slots=True)
class Outputs:
    """Writes results to `folder`, or to standard output when it is None.

    A file that is there already is kept, unless it is one that this toolkit wrote before, as
    `store` remembers, or `overwrite` says otherwise.
    """

    folder: Path | None
    form: Format
    store: Store | None = None
    overwrite: bool = False

    def path_of(self, place: Place) -> Path | None:
        if self.folder is None:
            return None
        target = place.container if place.container and self.form in FOLDED else place.target
        path = self.folder / target
        return path.with_name(path.name + SUFFIXES[self.form])

    def refuse_existing(self, place: Place) -> None:
        """Raises InputError when the file of `place` is there and not ours to replace."""
        path = self.path_of(place)
        if path is None or self.overwrite or not path.exists():
            return
        known = self.store.digest_written(path.resolve()) if self.store else None
        if known is None or known != _digest(path.read_bytes()):
            raise InputError(f"{path} exists and is kept; --overwrite replaces it")

    def write(self, place: Place, text: str) -> None:
        path = self.path_of(place)
        if path is None:
            sys.stdout.write(text)
        else:
            self.remember(path, write_atomically(path, text))

    def remember(self, path: Path, digest: str) -> None:
        """That `path` with this content is ours."""
        if self.store:
            self.store.wrote(path.resolve(), digest)

    def write_failed(self, failed: Iterable[Mapping[str, Any]]) -> None:
        """The inputs that were set aside, a JSON line each; no file when there are none."""
        if self.folder is None:
            return
        path = self.folder / FAILED_FILE
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


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()
