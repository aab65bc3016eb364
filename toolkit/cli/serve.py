"""`toolkit serve`: a page and an API on this machine."""

import logging
import os
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_cache_path, user_config_path

from toolkit.assets import APP
from toolkit.cli import options
from toolkit.cli.console import debugging, settings_of, show, tell, tell_once, tell_trace
from toolkit.cli.idle import refuse_of_endpoint
from toolkit.errors import UsageError
from toolkit.files import remove_private_folders

EXTRA = "type: pip install 'toolkit-fr-en[serve]'"
HISTORY_NAME, KEYS_NAME = "jobs.sqlite", "api-keys"


def serve_command(
    host: Annotated[
        str, typer.Option(help="Address to listen on; one that others can reach requires API keys.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")
    ] = 8788,
    allowed_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allowed-host",
            help="Another hostname that clients may use for the server; repeatable.",
        ),
    ] = None,
    api_keys: Annotated[
        Path | None,
        typer.Option(
            parser=options.path_named,
            metavar="FILE",
            help="File of accepted API keys, created by --new-api-key.",
        ),
    ] = None,
    new_api_key: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Create an API key with this name, print it once, and exit."
        ),
    ] = None,
    allow_fetch: Annotated[
        bool, typer.Option("--allow-fetch", help="Allow fetching pages from web addresses.")
    ] = False,
    history: Annotated[
        Path | None,
        typer.Option(
            parser=options.path_named,
            metavar="FILE",
            help=f"File to keep jobs in. [default: {HISTORY_NAME} beside the store]",
        ),
    ] = None,
    no_history: Annotated[
        bool, typer.Option("--no-history", help="Keep jobs only in memory, until the server stops.")
    ] = False,
    max_jobs: Annotated[
        int, typer.Option(min=1, help="Maximum number of jobs waiting or running at once.")
    ] = 100,
    model: options.Model = None,
    translator: options.Translator = None,
    summarizer: options.Summarizer = None,
    quality: options.QualityOption = None,
    source_language: options.From = None,
    target_language: options.To = None,
    glossary: options.GlossaryOption = None,
    endpoint: options.Endpoint = None,
    allow_remote: options.AllowRemote = None,
    engine: options.Engine = None,
    device: options.Device = None,
    threads: options.Threads = None,
    cache: options.Cache = None,
) -> None:
    """Serve a web page and an API on this machine until stopped.

    These options and the settings apply to whatever a request doesn't specify.
    """
    try:
        from toolkit.server import keys, running
        from toolkit.server.access import is_this_machine
        from toolkit.server.options import ServerOptions
    except ModuleNotFoundError as error:
        raise UsageError(f"the server needs the package {error.name}; {EXTRA}") from error

    own_keys = user_config_path(APP) / KEYS_NAME
    if new_api_key is not None:
        path = api_keys or own_keys
        show(keys.add_key(path, new_api_key))
        tell(f"kept in {path}, but for the key itself; --api-keys {path} has the server ask for it")
        return
    if api_keys is None and not is_this_machine(host) and own_keys.is_file():
        api_keys = own_keys
    if no_history and history:
        raise UsageError("--history and --no-history contradict each other")
    flags = {
        "model": model,
        "translator": translator,
        "summarizer": summarizer,
        "quality": quality,
        "source_language": source_language,
        "target_language": target_language,
        "glossary": glossary,
        "endpoint": endpoint,
        "allow_remote": allow_remote,
        "engine": engine,
        "device": device,
        "threads": threads,
        "cache": cache,
    }
    settings, _ = settings_of(flags)
    refuse_of_endpoint(flags, settings)
    _log_to_stderr()
    listening = running.listen(host, port)
    running.run(
        settings,
        ServerOptions(
            host=host,
            port=listening.getsockname()[1],
            allowed_hosts=tuple(allowed_host or ()),
            api_keys=api_keys,
            allow_fetch=allow_fetch,
            history=None if no_history else history or user_cache_path(APP) / HISTORY_NAME,
            max_jobs=max_jobs,
        ),
        listening,
        on_ready=_tell_address,
    )
    if threading.active_count() > 1:
        # A model would first finish what it is at, which can take a minute.
        remove_private_folders()
        os._exit(0)


def _tell_address(address: str) -> None:
    show(address)
    sys.stdout.flush()
    tell("Ctrl-C stops the server")


class _Console(logging.Handler):
    """What the server has to say, a line each; traces for whoever asked to see them."""

    def emit(self, record: logging.LogRecord) -> None:
        say = tell if record.levelno >= logging.ERROR else tell_once
        say(record.getMessage())
        if record.exc_info and record.exc_info[1] and debugging():
            tell_trace(record.exc_info[1])


def _log_to_stderr() -> None:
    for name, level in (("toolkit.server", logging.WARNING), ("uvicorn", logging.ERROR)):
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.propagate = False
        logger.handlers = [_Console()]
