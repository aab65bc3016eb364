"""`toolkit mcp`: the commands as tools for agents."""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from toolkit.cli import options
from toolkit.cli.console import debugging, leave, settings_of, tell, tell_trace
from toolkit.cli.idle import refuse_of_endpoint
from toolkit.errors import UsageError

MISSING = "toolkit mcp needs the package mcp; type: pip install 'toolkit-fr-en[mcp]'"


def mcp_command(
    allow: Annotated[
        list[Path] | None,
        typer.Option(
            parser=options.path_named,
            metavar="FOLDER",
            help="Allow reading files in this folder and its subfolders; repeatable. "
            "[default: none]",
        ),
    ] = None,
    model: options.Model = None,
    translator: options.Translator = None,
    summarizer: options.Summarizer = None,
    endpoint: options.Endpoint = None,
    allow_remote: options.AllowRemote = None,
    engine: options.Engine = None,
    device: options.Device = None,
    threads: options.Threads = None,
    glossary: options.GlossaryOption = None,
    cache: options.Cache = None,
) -> None:
    """Offer the commands to agents over the Model Context Protocol on standard input and output.

    The client starts this program itself. Most have a file with "mcpServers"; add this to it:

    "toolkit": {"command": "toolkit", "args": ["mcp", "--allow", "FOLDER"]}

    The tools are clean, translate and summarize; each takes a text or a file in an allowed folder.
    """
    flags = {
        "model": model,
        "translator": translator,
        "summarizer": summarizer,
        "endpoint": endpoint,
        "allow_remote": allow_remote,
        "engine": engine,
        "device": device,
        "threads": threads,
        "glossary": glossary,
        "cache": cache,
    }
    try:
        import mcp  # noqa: F401
    except ImportError:
        raise UsageError(MISSING) from None
    from toolkit.mcp.folders import Folders
    from toolkit.mcp.server import serve
    from toolkit.mcp.worker import Worker

    if sys.stdin is None or sys.stdout is None:
        raise UsageError("toolkit mcp needs both standard input and output, and one is closed")
    settings, _ = settings_of(flags)
    refuse_of_endpoint(flags, settings)
    worker = Worker(settings, Folders.allowed(allow or ()), tell=tell)
    if sys.stdin.isatty():
        tell("waiting for a client's messages on standard input; Ctrl-C ends this")
    for number in (signal.SIGINT, signal.SIGTERM):
        # Python's own way would wait for the next line of standard input.
        signal.signal(number, lambda number, _: leave(128 + number))
    serve(worker, on_fault=_tell_fault)
    leave(0)


def _tell_fault(error: Exception) -> None:
    if debugging():
        tell_trace(error)
    tell(f"this is a bug: {type(error).__name__}: {error}; --debug shows where")
