"""The server as a process of its own, with a tiny model."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import httpx2
import pytest

from tests.server.helpers import SECONDS
from toolkit.errors import StoreError, UsageError
from toolkit.server.history import History, Job
from toolkit.server.options import ServerOptions
from toolkit.server.running import address_of, listen, run
from toolkit.settings import make_settings

PROGRAM = "import sys; from toolkit.cli import run; run()"
SENTENCES = 400
KEPT = "SELECT count(*) FROM work"
STARTING = 120  # seconds, on a machine that is busy
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are otherwise there")


class Served:
    """A process, and a client of it."""

    def __init__(self, home, *arguments):
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("XDG_")
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "serve", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment | {"HOME": str(home)},
        )
        self.address = self.process.stdout.readline().strip()
        self.client = httpx2.Client(base_url=self.address, trust_env=False, timeout=SECONDS)

    def ended(self, signum):
        """The exit code after a signal, and what was said on stderr."""
        self.process.send_signal(signum)
        said = self.process.communicate(timeout=STARTING)[1]
        return self.process.returncode, said


@pytest.fixture
def serve(tmp_path):
    begun = []

    def start(*arguments):
        begun.append(Served(tmp_path, "--port", "0", *arguments))
        return begun[-1]

    yield start
    for each in begun:
        each.client.close()
        each.process.kill()
        each.process.communicate()


def refused(home, *arguments):
    made = subprocess.run(
        [sys.executable, "-c", PROGRAM, "serve", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=STARTING,
        env=os.environ | {"HOME": str(home)},
    )
    return made.returncode, made.stderr


def value(home, name, query):
    (path,) = home.rglob(name)
    with closing(sqlite3.connect(path)) as connection:
        ((found,),) = connection.execute(query).fetchall()
        return found


def test_a_job_goes_on_after_the_server_was_killed(serve, converted, tmp_path):
    model = ("--model", str(converted("marian")), "--quality", "fast")
    served = serve(*model)
    assert served.client.get("/api/v1/info").json()["features"]["history"] is True
    text = " ".join(f"Le ministre numéro {number} a parlé lundi." for number in range(SENTENCES))
    asked = {"task": "translate", "text": text, "options": {"cleaned": True, "source": "fr"}}
    job = served.client.post("/api/v1/jobs", json=asked).json()
    place = f"/api/v1/jobs/{job['id']}"

    def look():
        found = served.client.get(place).json()
        return found if found["progress"]["done"] >= 100 or found["finished"] else None

    deadline = time.monotonic() + STARTING
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert found["state"] == "running"

    assert served.ended(signal.SIGKILL)[0] == -9
    again = serve(*model)
    found = again.client.get(place).json()
    assert found["state"] in ("queued", "running")
    assert (found["created"], found["name"]) == (job["created"], job["name"])
    kept = value(tmp_path, "store.sqlite", KEPT)
    assert kept >= 50
    deadline = time.monotonic() + STARTING
    while not (found := again.client.get(place).json())["finished"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert found["state"] == "done"
    assert len(found["result"]["segments"]) == SENTENCES
    code, said = refused(tmp_path, "--port", "0")
    assert (code, said.count("\n")) == (3, 1), said
    assert "another server uses it" in said
    code, said = again.ended(signal.SIGTERM)
    assert (code, "Traceback" in said) == (0, False), said
    assert value(tmp_path, "jobs.sqlite", "SELECT tries FROM jobs") == 2


def test_without_a_model_it_starts_and_stops_in_silence(serve):
    served = serve("--no-history")
    info = served.client.get("/api/v1/info").json()
    assert (info["installed"], info["features"]["history"]) == (False, False)
    port = served.address.rstrip("/").rpartition(":")[2]
    code, said = refused("/nonexistent", "--port", port, "--no-history")
    assert (code, said.count("\n")) == (2, 1), said
    assert "Address already in use" in said
    with served.client.stream("GET", "/api/v1/info"):
        code, said = served.ended(signal.SIGINT)
    assert (code, said) == (0, "toolkit: Ctrl-C stops the server\n")


def test_a_port_that_is_taken_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"127.0.0.1:{port} can't be listened on: .*--port"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80/"),
        ("0.0.0.0", "http://127.0.0.1:80/"),
        ("::", "http://[::1]:80/"),
        ("2001:db8::7", "http://[2001:db8::7]:80/"),
        ("news.example", "http://news.example:80/"),
    ],
)
def test_the_address_that_is_told_can_be_asked(host, address):
    assert address_of(host, 80) == address


def test_an_address_that_is_not_ours_is_told():
    with pytest.raises(UsageError, match="can't be listened on"):
        listen("192.0.2.1", 0)
    with pytest.raises(UsageError, match="can't be listened on"):
        listen("no.such.host.invalid", 0)
    with listen("::1", 0) as listening:
        assert listening.family == socket.AF_INET6


def test_nobody_is_told_of_a_server_whose_jobs_cannot_be_taken_up(tmp_path, monkeypatch):
    def requeue(self, job, *, tries):
        raise StoreError("the disk is full")

    path = tmp_path / "jobs.sqlite"
    with closing(History(path)) as history:
        history.add(Job(task="clean", name="text", source="text"), b"")
    monkeypatch.setattr(History, "requeue", requeue)
    told = []
    with listen("127.0.0.1", 0) as listening, pytest.raises(StoreError):
        run(make_settings(), ServerOptions(history=path), listening, on_ready=told.append)
    assert not told
