"""Models are made by others: no code of theirs is run, and what is wrong with them is no bug."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from toolkit.errors import ModelError, ToolkitError

# For every `from_pretrained`. Unless told so, the library asks on standard input whether to run
# Python files that a model brings along.
SAFELY: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}


@contextmanager
def model_errors(what_fails: str) -> Iterator[None]:
    """Whatever goes wrong inside becomes one ModelError.

    Damaged files make libraries raise errors of every kind, among them the panics of their Rust
    parts, which are no `Exception`.
    """
    try:
        yield
    except (ToolkitError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise ModelError(f"{what_fails}: {one_line(error)}") from error


def one_line(error: BaseException) -> str:
    """The first line of what `error` says, or at least its kind."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
