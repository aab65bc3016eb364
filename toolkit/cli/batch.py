"""What the user named, taken together: the inputs, how to read them, and where outputs go."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from toolkit.articles import PAGE_SHARE
from toolkit.cli.idle import refuse_idle
from toolkit.cli.inputs import Input, Tally, expand, typed
from toolkit.cli.outputs import Outputs
from toolkit.cli.places import FOLDED, Destination, clash, in_file, in_folder
from toolkit.errors import ToolkitError, UsageError
from toolkit.output import SUFFIXES, Format
from toolkit.reading import Reading
from toolkit.settings import Settings
from toolkit.store import Store

FORMATS: dict[str, Format] = {suffix: form for form, suffix in SUFFIXES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Inputs whose outputs have a place each, in `form`."""

    inputs: tuple[Input, ...]
    reading: Reading
    form: Format
    destination: Destination

    @property
    def holds_many(self) -> bool:
        """Whether there may be more than one document."""
        return len(self.inputs) != 1 or self.reading.holds_many(self.inputs[0].path)

    def within(self, settings: Settings) -> "Batch":
        """The same with the limit that the settings put on a page."""
        max_chars = PAGE_SHARE * settings.max_document_chars
        return replace(self, reading=replace(self.reading, max_chars=max_chars))


def gather(
    arguments: Sequence[str] | None,
    *,
    text: str | None,
    reading: Reading,
    output: Path | None,
    form: Format | None,
    forms: Sequence[Format],
    together: bool = False,
) -> Batch:
    """The inputs that `arguments` name, or `text` itself.

    `forms` are those that the command can write; without `form` it is that of an output file's
    suffix, else text. `together` says that all inputs make one output.
    Raises UsageError when there is nothing or both, for options of files beside a text, when the
    outputs would have no place, one place for two, or a place among the inputs, for a file whose
    suffix says another format, and for a new folder that is named like a file.
    """
    if arguments and text is not None:
        raise UsageError("name an INPUT or give --text, not both")
    if not arguments and text is None:
        raise UsageError(
            "name an INPUT (a file, a folder, or - for standard input), or give --text"
        )
    if text is not None:
        of_files = {
            "--input-format": reading.kind,
            "--encoding": reading.encoding,
            "--id-field": reading.id_field,
        }
        refuse_idle(of_files, "with --text")
        inputs: tuple[Input, ...] = (typed(text),)
        reading = replace(reading, kind="text")
    else:
        inputs = tuple(expand(arguments or (), output))
    named = _named(output)
    many = any(reading.holds_many(each.path) for each in inputs)
    folders = any(os.path.isdir(each) for each in arguments or ())  # noqa: PTH112 - never raises
    alone = len(inputs) == 1 and not folders
    if output and named and (together or (alone and (not many or (form or named) in FOLDED))):
        if named not in forms:
            raise UsageError(f"{output}: this command writes {', '.join(forms)}, not {named}")
        if form not in (None, named):
            raise UsageError(f"{output} is a name for {named}, and --format says {form}")
        destination = in_file(output, of_many=together or many)
    elif output and named and not os.path.lexists(output):
        raise UsageError(
            f"{output} is the name of a file, and these inputs need a folder; name it without "
            f"{output.suffix}, or make it first"
        )
    else:
        destination = in_folder(output)
    batch = Batch(
        inputs=inputs,
        reading=reading,
        form=form or (named if destination.file else None) or "text",
        destination=destination,
    )
    _check_output(batch)
    if not together:
        _check_places(batch)
    return batch


@contextmanager
def working(
    batch: Batch, store: Store | None, *, overwrite: bool, guard_formulas: bool = False
) -> Iterator[tuple[Outputs, Tally]]:
    """Where to write, and where to set aside; that is written down however the work ends."""
    tally = Tally()
    outputs = Outputs(
        batch.destination,
        batch.form,
        store,
        overwrite=overwrite,
        on_lost=tally.add,
        guard_formulas=guard_formulas,
    )
    try:
        with outputs:
            yield outputs, tally
    except BaseException:
        with suppress(ToolkitError):
            outputs.write_failed(tally.failed)
        raise
    outputs.write_failed(tally.failed)


def _named(output: Path | None) -> Format | None:
    """The format of the file that `output` names, None where it names a folder."""
    if output is None or os.path.isdir(output):  # noqa: PTH112
        return None
    return FORMATS.get(output.suffix.lower())


def _check_output(batch: Batch) -> None:
    """Raises UsageError for an output file that is an input, and a folder that is a file."""
    folder, file = batch.destination.folder, batch.destination.file
    if folder is None:
        return
    if not file and os.path.exists(folder) and not os.path.isdir(folder):  # noqa: PTH110, PTH112
        raise UsageError(
            f"{folder} is a file; --output-dir names a folder, or for one input a file that ends "
            f"with {', '.join(FORMATS)}"
        )
    real = os.path.realpath(folder / file)
    for each in batch.inputs:
        if file and each.is_file and os.path.realpath(each.path) == real:
            raise UsageError(f"{each.path} is an input; name another file for the output")


def _check_places(batch: Batch) -> None:
    """Raises UsageError when outputs would have no place, one place for two, or a place among the
    inputs.
    """
    form, reading, folder = batch.form, batch.reading, batch.destination.folder
    if form == "csv" and any(reading.kind_of(each.path) != "csv" for each in batch.inputs):
        raise UsageError("--format csv is for CSV inputs; --format jsonl takes any kind")
    if folder is None and form not in FOLDED:
        if len(batch.inputs) > 1:
            raise UsageError(f"{len(batch.inputs)} inputs need --output-dir (or --format jsonl)")
        if batch.holds_many:
            raise UsageError(
                f"{batch.inputs[0].path} holds many documents: they need --output-dir "
                "(or --format jsonl)"
            )
    if folder is None or batch.destination.file:
        return
    real = Path(os.path.realpath(folder))
    for each in batch.inputs:
        if each.is_file and real in Path(os.path.realpath(each.path)).parents:
            raise UsageError(f"{each.path} lies in the output folder {folder}; name another")
    if found := clash(_claims(batch)):
        first, second, path = found
        raise UsageError(f"{first} and {second} would both be written to {folder / path}")


def _claims(batch: Batch) -> Iterator[tuple[str, Path]]:
    """The file of each input; the folder where its records get files of their own, which is also
    claimed by what would stand among them with the name of a record.
    """
    form, reading = batch.form, batch.reading
    folders = {
        each.place.target: each.path
        for each in batch.inputs
        if reading.holds_many(each.path) and form not in FOLDED
    }
    for each in batch.inputs:
        target = each.place.target
        if reading.holds_many(each.path) and form not in FOLDED:
            yield each.path, target
            continue
        yield each.path, each.place.path(form)
        if target.parent in folders and (reading.id_field or target.name.isdecimal()):
            yield folders[target.parent], target
            yield each.path, target
