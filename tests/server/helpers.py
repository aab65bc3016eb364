"""Servers with an engine that answers at once, or one answer each time it is let."""

import threading
import time

from starlette.testclient import TestClient

from toolkit.engines.fake import FakeEngine
from toolkit.server.app import create_app
from toolkit.server.options import ServerOptions
from toolkit.server.service import Service
from toolkit.settings import make_settings

FRENCH = (
    "Le président Emmanuel Macron espère rencontrer le chancelier Olaf Scholz à Berlin en juin. "
    "Les deux pays ont signé mardi un accord sur l'énergie, selon le ministère."
)
SECONDS = 20


def wait_until(is_so):
    ends = time.monotonic() + SECONDS
    while not (found := is_so()):
        assert time.monotonic() < ends, "it didn't happen"
        time.sleep(0.005)
    return found


class Gated(FakeEngine):
    """Answers one request each time it is let, and notes what it was asked."""

    def __init__(self):
        super().__init__(str.upper, family="seq2seq")
        self.gate = threading.Semaphore(0)
        self.seen = []

    def _output(self, source, config):
        assert self.gate.acquire(timeout=SECONDS)
        self.seen.append(source)
        return super()._output(source, config)

    def open(self):
        self.gate.release(10_000)


def service_of(engine=None, *, history=None, fetch=None, cache_file=None, **options):
    """One whose only model is `engine`; without a file for its cache it has none."""
    engine = engine or FakeEngine(str.upper, family="seq2seq")
    cache = {"cache_file": cache_file} if cache_file else {"cache": False}
    settings = make_settings("own", glossary="none", lexicon=False, max_tries=1, **cache)
    made = ServerOptions(history=history, **options)
    return Service(settings, made, engines={"own": engine}, fetch=fetch)


def client_of(service, address="127.0.0.1"):
    """A client on this machine; as a context it starts and ends the server."""
    app = create_app(service)
    return TestClient(app, base_url="http://127.0.0.1:8788", client=(address, 50000))


def finished(client, job_id):
    """The job, once it is."""

    def look():
        job = client.get(f"/api/v1/jobs/{job_id}").json()
        return job if job["state"] not in ("queued", "running") else None

    return wait_until(look)


def begun(client, **asked):
    """The job of a text that was asked for."""
    response = client.post("/api/v1/jobs", json={"task": "translate", "text": FRENCH, **asked})
    assert response.status_code == 202, response.text
    return response.json()
