"""Runs the server until it is stopped."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

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
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise UsageError(
            f"{host}:{port} can't be listened on: {why}; --port takes another"
        ) from None


def address_of(host: str, port: int) -> str:
    """That of the page; where every address is listened on, this machine's own."""
    name = {"::": "::1", "0.0.0.0": "127.0.0.1", "": "127.0.0.1"}.get(host, host)
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


class _Server(uvicorn.Server):
    """One that ends when it is told to, instead of sending itself the signal again."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._service.stopping.set()  # so that nobody is kept waiting
        super().handle_exit(sig, frame)

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
    """Serve until SIGINT or SIGTERM. `on_ready` is told the address of the page.

    Raises StoreError for a history that can't be used, UsageError for a bad file of keys.
    """
    service = Service(settings, options)
    config = uvicorn.Config(
        create_app(service),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        http=Connection,
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    service.start()  # before anybody is told of a server that can't
    on_ready(address_of(options.host, listening.getsockname()[1]))
    _Server(config, service).run(sockets=[listening])
