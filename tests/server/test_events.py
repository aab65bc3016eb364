import json

import pytest

from tests.server.helpers import FRENCH, Gated, begun, client_of, finished, service_of, wait_until
from toolkit.server import events


def parsed(text):
    """Names and data of events; comments have no name."""
    found = []
    for block in text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
        found.append((lines.get("event"), json.loads(lines.get("data", "null"))))
    return found


@pytest.fixture
def gated():
    engine = Gated()
    yield engine
    engine.open()


def test_who_comes_late_hears_the_end_at_once(client):
    job = begun(client)
    done = finished(client, job["id"])
    response = client.get(f"/api/v1/jobs/{job['id']}/events")
    assert response.headers["content-type"].startswith("text/event-stream")
    ((name, data),) = parsed(response.text)
    assert name == "end"
    assert data == {key: value for key, value in done.items() if key != "result"}


def test_progress_is_told_until_the_end(gated, monkeypatch):
    monkeypatch.setattr(events, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.05)
    with client_of(service_of(gated)) as client:
        job = begun(client, text=FRENCH)
        told = []
        with client.stream("GET", f"/api/v1/jobs/{job['id']}/events") as response:
            text = ""
            for part in response.iter_text():
                text += part
                if text.count(": still there") == 2:
                    gated.gate.release(1)
                    wait_until(lambda: gated.seen)
                if '"done": 1' in text:
                    gated.open()
        told = parsed(text)
    heartbeats = [name for name, _ in told].count(None)
    assert heartbeats >= 2, "a connection that says nothing may be cut"
    states = [data["state"] for name, data in told if name == "progress"]
    assert set(states) <= {"queued", "running"}
    counts = [(data["done"], data["total"]) for name, data in told if name == "progress"]
    assert (1, 2) in counts
    assert [name for name, _ in told].index("end") == len(told) - 1
    assert told[-1][1]["state"] == "done"


def test_a_job_that_is_cancelled_ends(gated, monkeypatch):
    monkeypatch.setattr(events, "LOOK_SECONDS", 0.01)
    with client_of(service_of(gated)) as client:
        job = begun(client, text=FRENCH)
        with client.stream("GET", f"/api/v1/jobs/{job['id']}/events") as response:
            parts = response.iter_text()
            text = next(parts)
            client.delete(f"/api/v1/jobs/{job['id']}")
            text += "".join(parts)
        assert parsed(text)[-1][1]["state"] == "cancelled"


def test_nobody_is_kept_by_a_server_that_is_being_stopped(gated, monkeypatch):
    monkeypatch.setattr(events, "LOOK_SECONDS", 0.01)
    service = service_of(gated)
    with client_of(service) as client:
        job = begun(client, text=FRENCH)
        with client.stream("GET", f"/api/v1/jobs/{job['id']}/events") as response:
            parts = response.iter_text()
            next(parts)
            service.stopping.set()
            assert [part for part in parts if "end" in part] == []
        gated.open()


def test_there_are_no_events_of_no_job(client):
    assert client.get("/api/v1/jobs/none/events").status_code == 404


def test_a_job_that_is_removed_has_no_more_events(gated, monkeypatch):
    monkeypatch.setattr(events, "LOOK_SECONDS", 0.05)
    with client_of(service_of(gated)) as client:
        job = begun(client, text=FRENCH)
        with client.stream("GET", f"/api/v1/jobs/{job['id']}/events") as response:
            parts = response.iter_text()
            next(parts)
            for _ in range(2):  # ends it, and removes it
                client.delete(f"/api/v1/jobs/{job['id']}")
            list(parts)
