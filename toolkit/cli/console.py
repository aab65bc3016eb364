"""The two streams: data on stdout, messages and progress on stderr."""

import codecs
import errno
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from toolkit.errors import OutputError
from toolkit.files import remove_private_folders
from toolkit.text import one_line, printable

if TYPE_CHECKING:
    from toolkit.settings import Settings

ESCAPED = "toolkit-escape"  # how characters are written that the console's encoding lacks
_reported = set[str]()


def open_streams() -> None:
    """Make stdout and stderr take any text, and fill the places of closed ones.

    A file opened later would else get the number of a closed stream, and messages of libraries
    with it. What is not a terminal gets UTF-8, unless PYTHONIOENCODING says otherwise.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            plain = not stream.isatty() and "PYTHONIOENCODING" not in os.environ
            reconfigure(encoding="utf-8" if plain else None, errors=ESCAPED)


def show(text: str, *, end: str = "\n") -> None:
    """Write data to stdout; on a terminal without anything that it would obey.

    Raises OutputError when stdout is closed or full, BrokenPipeError when its reader went away.
    """
    text += end
    write_styled(printable(text) if sys.stdout and sys.stdout.isatty() else text)


def write_styled(text: str) -> None:
    """`show` for text that may color a terminal: what others wrote in it must be printable."""
    if sys.stdout is None:
        raise OutputError("standard output is closed; use --output-dir")
    with writing():
        sys.stdout.write(text)


@contextmanager
def writing() -> Iterator[None]:
    """Raises OutputError for the errors of writing to stdout."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        # Windows calls a pipe invalid when nobody reads it.
        if error.errno == errno.EINVAL and os.name == "nt":
            raise BrokenPipeError from error
        raise OutputError(f"standard output can't be written: {error.strerror}") from error


def tell(message: str) -> None:
    """One line on stderr, whatever the message holds. It is lost where stderr can't be written."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"toolkit: {one_line(message)}\n")
        sys.stderr.flush()


def tell_trace(error: BaseException) -> None:
    """Where an error came from, for whoever asked to see that."""
    with suppress(OSError, ValueError):
        sys.stderr.write(printable("".join(traceback.format_exception(error))))


def tell_once(message: str) -> None:
    if message not in _reported:
        _reported.add(message)
        tell(message)


def leave(code: int) -> NoReturn:
    """End the program at once: a model's threads would first finish what they are at, which can
    take a minute.
    """
    with suppress(OSError, ValueError, RuntimeError):  # a signal may come in the middle of a write
        if sys.stdout:
            sys.stdout.flush()
    remove_private_folders()
    os._exit(code)


def settings_of(
    flags: Mapping[str, Any], *, options: Mapping[str, str] | None = None
) -> "tuple[Settings, dict[str, str]]":
    """`resolve_settings`, where the command has `options` by other names than most; a file of the
    current folder that is in force is named, and so are variables that set nothing.
    """
    from toolkit.settings import FILE_NAME, OPTIONS, misspelled_variables, resolve_settings

    if os.path.lexists(FILE_NAME):
        tell_once(f"settings of {Path(FILE_NAME).absolute()} are in force")
    for message in misspelled_variables():
        tell_once(message)
    return resolve_settings(flags, options={**OPTIONS, **(options or {})})


def debugging() -> bool:
    """Whether tracebacks are wanted."""
    return "--debug" in sys.argv or bool(os.environ.get("TOOLKIT_DEBUG"))


def is_terminal() -> bool:
    return sys.stderr.isatty()


def _escape(error: UnicodeError) -> tuple[str, int]:
    """Characters as JSON has them, so that JSON stays what it is in any encoding."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2] for at in range(0, len(units), 2))
    return "".join(f"\\u{pair.hex()}" for pair in pairs), error.end


codecs.register_error(ESCAPED, _escape)
