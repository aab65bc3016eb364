"""Applications at a real port."""

import contextlib
import threading
import time

import uvicorn

from toolkit.server.connections import Connection


@contextlib.contextmanager
def served(app, connection=Connection):
    """The port of a server with `app`."""
    config = uvicorn.Config(app, port=0, log_config=None, http=connection, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
