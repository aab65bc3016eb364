"""Runs the server until it is stopped."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from toolkit.errors import UsageError
from toolkit.server.app import create_app
from toolkit.server.connections import Connection
from toolkit.server.options import ServerOptions
from toolkit.server.service import Service
from toolkit.settings import Settings

BACKLOG = 128
GRACE_SECONDS = 3  # for answers that are being sent when the server is stopped


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises UsageError where the address or the port can't be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(
            f"{host}:{port} can't be listened on: {why}; --port takes another"
        ) from None


class _Server(uvicorn.Server):
    """One that ends when it is told to, instead of sending itself the signal again."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            yield
            self._captured_signals.clear()


def run(
    settings: Settings,
    options: ServerOptions,
    listening: socket.socket,
    *,
    on_ready: Callable[[str], None],
) -> None:
    """Serve until SIGINT or SIGTERM. `on_ready` is told the address of the page."""
    service = Service(settings, options)
    app = create_app(service)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        http=Connection,
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    host = f"[{options.host}]" if ":" in options.host else options.host
    on_ready(f"http://{host}:{listening.getsockname()[1]}/")
    _Server(config).run(sockets=[listening])
