"""Where results go: standard output, a file a document, or a file a table of records."""

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from toolkit.cli.console import show, tell
from toolkit.cli.places import FOLDED, Destination, Place
from toolkit.errors import InputError
from toolkit.files import AtomicFile, read_whole, refused, sha256_of, sweep
from toolkit.output import Format
from toolkit.store import Store

OURS = {"input", "reason", "type"}  # the fields of what was set aside
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how cells begin that spreadsheets run


class Outputs:
    """Writes results to `destination`.

    A file that is there already is kept, unless it is one that this toolkit wrote before, as
    `store` remembers, or `overwrite` says otherwise. As JSON lines or CSV, all records of one input
    go into one file, which appears when the last of them is there; `on_lost` hears of one that
    can't be written. `guard_formulas` puts an apostrophe before cells of CSV that a spreadsheet
    would run.
    """

    def __init__(
        self,
        destination: Destination,
        form: Format,
        store: Store | None,
        *,
        overwrite: bool,
        on_lost: Callable[[str, InputError], None],
        guard_formulas: bool = False,
    ) -> None:
        self._destination = destination
        self._form = form
        self._store = store
        self._overwrite = overwrite
        self._on_lost = on_lost
        self._guard = guard_formulas
        self._shared: AtomicFile | None = None
        self._started = False
        self._columns: tuple[str, ...] | None = None
        self._swept = set[Path]()

    def __enter__(self) -> "Outputs":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self._finish()
        elif self._shared:
            self._shared.abandon()

    def check(self, place: Place) -> None:
        """Raises InputError when the file of `place` can't be written, or is there and not ours to
        replace.
        """
        path = self._path_of(place)
        if path is None:
            return
        if path == self._destination.failed:
            raise InputError(f"{path} is for what is set aside; rename the input")
        try:
            there = path.lstat()
        except FileNotFoundError:
            there = None
        except OSError as error:
            raise refused(path, error) from error
        self._sweep(path.parent)
        if there and not self._overwrite and not self._is_ours(path):
            raise InputError(f"{path} exists and is kept; --overwrite replaces it")

    def check_columns(self, columns: Iterable[str]) -> None:
        """Raises InputError when a row with `columns` can't follow the rows before it on stdout."""
        if self._destination.folder or self._form != "csv":
            return
        if self._columns is not None and tuple(columns) != self._columns:
            raise InputError(
                "has other columns than the rows before it; with --output-dir each input gets its "
                "own file"
            )
        self._columns = tuple(columns)

    def write(self, place: Place, text: str) -> None:
        path = self._path_of(place)
        if path is None:
            show(text, end="")
        elif place.container and self._form in FOLDED:
            self._share(path).write(text)
        else:
            self._write(path, text)

    def write_row(self, place: Place, values: Mapping[str, Any]) -> None:
        """A row of CSV, below its header when it is the first one."""
        path = self._path_of(place)
        if path:
            self._share(path)
        self.write(place, csv_row(values, header=not self._started, guard=self._guard))
        self._started = True

    def write_failed(self, failed: Iterable[Mapping[str, Any]]) -> None:
        """The inputs that were set aside, a JSON line each; no file when there are none.

        A file of that name that somebody else wrote is kept, and ours gets a number.
        """
        first = self._destination.failed
        if first is None:
            return
        lines = [json.dumps(dict(entry), ensure_ascii=False) + "\n" for entry in failed]
        if lines:
            path, number = first, 1
            while os.path.lexists(path) and not (self._overwrite or self._is_list_of_failed(path)):
                number += 1
                path = first.with_name(f"{first.stem}-{number}{first.suffix}")
            if number > 1:
                tell(f"{path} holds what was set aside; somebody else's files were kept")
            self._write(path, "".join(lines))
            return
        ours = re.compile(rf"{re.escape(first.stem)}(?:-\d+)?{re.escape(first.suffix)}")
        for old in first.parent.glob(f"*{first.suffix}"):
            if ours.fullmatch(old.name) and self._is_list_of_failed(old):
                old.unlink(missing_ok=True)

    def _path_of(self, place: Place) -> Path | None:
        return self._destination.path(place, self._form)

    def _is_ours(self, path: Path) -> bool:
        known = self._store.digests_written(_real(path)) if self._store else ()
        try:
            return bool(known) and sha256_of(read_whole(path)) in known
        except InputError:
            return False

    def _is_list_of_failed(self, path: Path) -> bool:
        """Whether `path` is such a list, as this toolkit writes them, also without a store."""
        if self._is_ours(path):
            return True
        try:
            entries = [json.loads(line) for line in read_whole(path).decode().splitlines()]
        except (InputError, ValueError, RecursionError):
            return False
        return bool(entries) and all(
            isinstance(entry, dict) and {"input", "reason"} <= set(entry) <= OURS
            for entry in entries
        )

    def _write(self, path: Path, text: str) -> None:
        file = AtomicFile(path)
        try:
            file.write(text)
            self._commit(file)
        finally:
            file.abandon()

    def _share(self, path: Path) -> AtomicFile:
        """The file that the records of one input are written to one after the other."""
        if self._shared is None or self._shared.path != path:
            self._finish()
            self._shared, self._started = AtomicFile(path), False
        return self._shared

    def _finish(self) -> None:
        shared, self._shared = self._shared, None
        if shared:
            try:
                self._commit(shared)
            except InputError as error:
                self._on_lost(str(shared.path), error)

    def _commit(self, file: AtomicFile) -> None:
        """Remember that the file is ours before it is there: it would be somebody else's for ever
        if the process ended in between.
        """
        path = _real(file.path)
        if self._store:
            self._store.expect(path, file.digest)
        file.commit()
        if self._store:
            self._store.wrote(path, file.digest)

    def _sweep(self, folder: Path) -> None:
        if folder not in self._swept:
            self._swept.add(folder)
            sweep(folder)


def _real(path: Path) -> Path:
    """The same for every way to write it; unlike `resolve` it takes links that lead in a circle."""
    return Path(os.path.realpath(path))


def csv_row(values: Mapping[str, Any], *, header: bool, guard: bool = False) -> str:
    """A row of CSV, below its header when that is wanted."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    rows = [list(values), list(values.values())] if header else [list(values.values())]
    writer.writerows([_guarded(cell) if guard else cell for cell in row] for row in rows)
    return stream.getvalue()


def _guarded(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
