"""Models are made by others: no code of theirs is run, and what is wrong with them is no bug."""

import pickle
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from toolkit.errors import ModelError, ToolkitError

# For every `from_pretrained`. Unless told so, the library asks on standard input whether to run
# Python files that a model brings along.
SAFELY: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}
END_OF_SENTENCE = re.compile(r"(?<=\w{2}) ?\.(?: |$)")
STYLE = re.compile(r"\x1b\[[\d;]*m")
MAX_REASON = 200  # letters


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
    except pickle.UnpicklingError as error:  # torch goes on to say how to read it all the same
        raise ModelError(f"{what_fails}: its pickled weights are damaged or hold code") from error
    except BaseException as error:
        raise ModelError(f"{what_fails}: {one_line(error)}") from error


def one_line(error: BaseException) -> str:
    """The first sentence of what `error` says, or at least its kind."""
    said = str((isinstance(error, OSError) and error.strerror) or error)
    sentence = END_OF_SENTENCE.split(" ".join(STYLE.sub("", said).split()))[0]
    return sentence[:MAX_REASON] or type(error).__name__
