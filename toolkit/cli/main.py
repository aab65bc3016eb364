"""The `toolkit` program: collects the commands, and turns errors into messages and exit codes."""

import os
import sys
from contextlib import suppress
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import IO, Annotated, Protocol, runtime_checkable

import typer

from toolkit import __version__
from toolkit.cli.commands import Commands
from toolkit.cli.console import leave, open_streams, show, tell, tell_trace, writing
from toolkit.errors import OutputError, ToolkitError, UsageError
from toolkit.files import DISK_ERRORS
from toolkit.text import printable

INTERRUPTED = 130


@runtime_checkable
class UsageProblem(Protocol):
    """What the command line library raises for a bad call; its own base class is private."""

    exit_code: int

    def show(self, file: IO[str]) -> None: ...


app = typer.Typer(
    name="toolkit",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="French news in English: clean a scraped page, translate it, summarize "
    "it. Everything runs on this machine, with models pulled once.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        show(f"toolkit {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug", help="Show a traceback with errors; works anywhere on the command line."
        ),
    ] = False,
) -> None:
    """French news in English."""


def run() -> None:
    """Entry point of the installed program."""
    open_streams()
    code = main(sys.argv[1:])
    if code == INTERRUPTED:
        leave(code)
    sys.exit(code)


def main(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    debug = "--debug" in arguments or bool(os.environ.get("TOOLKIT_DEBUG"))
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        _refuse_lost_folder()
        outcome = typer.main.get_command(app).main(
            arguments, prog_name="toolkit", standalone_mode=False
        )
        if sys.stdout:
            with writing():
                sys.stdout.flush()
    except ToolkitError as error:
        if debug:
            tell_trace(error)
        tell(str(error))
        _flush_or_give_up()
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        tell("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _give_up_stdout()
        return 0
    except SystemExit as error:
        # The command line library's answer to a pipe that nobody reads; it puts a wrapper around
        # stdout then.
        if not isinstance(sys.stdout, TextIOWrapper):
            sys.stdout = sys.__stdout__ or sys.stdout
            _give_up_stdout()
            return 0
        return error.code if isinstance(error.code, int) else 1
    except Exception as error:  # noqa: BLE001 - the last resort: a user must not see a traceback
        if isinstance(error, UsageProblem):
            printed = StringIO()
            error.show(file=printed)
            said = printed.getvalue().replace(": Value error, ", ": ")  # pydantic's, not a reader's
            with suppress(OSError):
                sys.stderr.write(printable(said))
            return error.exit_code
        if isinstance(error, OSError) and error.filename is None and error.errno in DISK_ERRORS:
            # What writes help doesn't go through `show`.
            tell(f"standard output can't be written: {error.strerror}")
            _flush_or_give_up()
            return OutputError.exit_code
        if debug:
            tell_trace(error)
        tell(f"this is a bug: {type(error).__name__}: {error}; --debug shows where")
        _flush_or_give_up()
        return 1
    if outcome == INTERRUPTED:  # how the command line library reports Ctrl-C
        tell("interrupted")
    return outcome if isinstance(outcome, int) else 0


def _refuse_lost_folder() -> None:
    """Raises UsageError where the current folder was removed, on which relative names rest."""
    try:
        Path.cwd()
    except OSError as error:
        raise UsageError(
            f"the current folder can't be used: {error.strerror}; change to another"
        ) from error


def _flush_or_give_up() -> None:
    try:
        if sys.stdout:
            sys.stdout.flush()
    except (OSError, ValueError):
        _give_up_stdout()


def _give_up_stdout() -> None:
    """Python must not try at exit to write what couldn't be written."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
