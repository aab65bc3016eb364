"""`--learn-from`: the lines that repeat over other pages of a site."""

from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path

from toolkit.cleaning import Repeats
from toolkit.cleaning.repeats import MAX_PAGES
from toolkit.cli.console import tell
from toolkit.cli.inputs import expand, learnable
from toolkit.documents import Document
from toolkit.errors import InputError, UsageError
from toolkit.files import read_whole
from toolkit.reading import Reading


def learned_from(path: Path, reading: Reading) -> Callable[[Document], Mapping[str, int]]:
    """For a page the lines of its site, or of all sites where none are known of its own.

    `path` is a folder of pages, or a file of Repeats. Raises UsageError where it is neither.
    """
    if path.is_dir():
        repeats = _of_folder(path, reading)
    elif path.exists():
        repeats = read_repeats(path)
    else:
        raise UsageError(f"--learn-from {path}: there is no such folder or file")
    of_all = repeats.of_all()
    return lambda document: repeats.of(document) or of_all


def _of_folder(folder: Path, reading: Reading) -> Repeats:
    inputs = expand([str(folder)])
    documents = learnable(inputs, reading)
    repeats = Repeats(islice(documents, MAX_PAGES))
    if next(documents, None) is None:
        return repeats
    from toolkit.corpus.repeats import learn_repeats

    return learn_repeats(lambda: learnable(inputs, reading), on_trouble=tell)


def read_repeats(path: Path) -> Repeats:
    """Raises UsageError for a file that holds none."""
    try:
        return Repeats.from_json(read_whole(path).decode("utf-8"))
    except InputError as error:
        raise UsageError(f"--learn-from {error}") from error
    except ValueError as error:
        raise UsageError(f"--learn-from {path}: is no file of repeated lines: {error}") from error
