"""`toolkit serve`: a page and an API on this machine."""

from typing import Annotated

import typer

from toolkit.cli import options
from toolkit.cli.console import settings_of, show
from toolkit.errors import UsageError

EXTRA = "type: pip install 'toolkit-fr-en[serve]'"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve_command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 8788,
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
    """Serve a page and an API on this machine, until it is stopped."""
    settings, _ = settings_of(
        {
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
    )
    if host not in LOOPBACK:
        raise UsageError(f"--host {host}: only this machine can be served")
    try:
        from toolkit.server.running import listen, run
    except ModuleNotFoundError as error:
        raise UsageError(f"the server needs the package {error.name}; {EXTRA}") from error
    from toolkit.server.options import ServerOptions

    socket = listen(host, port)
    run(settings, ServerOptions(host=host, port=socket.getsockname()[1]), socket, on_ready=show)
