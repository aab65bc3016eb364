import threading
from types import SimpleNamespace

import pytest

from tests.server.helpers import begun, client_of, finished, service_of, wait_until
from tests.server.test_native import error_of
from toolkit.errors import ModelError
from toolkit.server import models

MODEL = "opus-mt-fr-en"


@pytest.fixture
def pulls(monkeypatch):
    """What is pulled; `go` lets a pull go on, and `error` is what it ends with."""

    pulls = SimpleNamespace(specs=[], go=threading.Event(), error=None)

    def pull(spec, settings, *, on_message, on_bytes, turn):
        pulls.specs.append(spec.id)
        on_message("fetching from hub")
        while not pulls.go.wait(0.005):
            on_bytes(30, 100)
        if pulls.error:
            raise pulls.error
        with turn():
            on_message("translating a sentence with it")

    monkeypatch.setattr(models, "pull_model", pull)
    yield pulls
    pulls.go.set()


def test_the_catalogue_says_what_is_here(client):
    listed = {each["id"]: each for each in client.get("/api/v1/models").json()}
    model = listed[MODEL]
    assert model["tasks"] == ["translation"]
    assert model["direction"] == ["fr", "en"]
    assert model["installed"] is model["in_use"] is False
    assert model["size_mb"] > 50
    assert model["title"]
    assert model["licence"]


def test_a_model_is_pulled_with_progress(client, pulls):
    job = client.post(f"/api/v1/models/{MODEL}/pull").json()
    assert (job["task"], job["name"]) == ("pull", MODEL)
    place = f"/api/v1/jobs/{job['id']}"
    progress = wait_until(
        lambda: (found := client.get(place).json()["progress"])["done"] == 30 and found
    )
    assert (progress["stage"], progress["total"]) == ("downloading", 100)
    again = client.post(f"/api/v1/models/{MODEL}/pull").json()
    assert again["id"] == job["id"], "who asks twice gets the same job"
    pulls.go.set()
    done = finished(client, job["id"])
    assert (done["state"], "result" in done) == ("done", False)
    assert pulls.specs == [MODEL]


def test_a_pull_can_be_cancelled_and_texts_are_worked_on_meanwhile(client, pulls):
    job = client.post(f"/api/v1/models/{MODEL}/pull").json()
    wait_until(lambda: pulls.specs)
    assert finished(client, begun(client)["id"])["state"] == "done"
    assert client.delete(f"/api/v1/jobs/{job['id']}").json()["state"] == "cancelled"
    service = client.app.state.service
    wait_until(lambda: service.queues["pull"].size == 0)


def test_a_pull_that_fails_says_why(client, pulls):
    pulls.error = ModelError(f"{MODEL} can't be pulled; hub: out of reach")
    pulls.go.set()
    job = client.post(f"/api/v1/models/{MODEL}/pull").json()
    done = finished(client, job["id"])
    assert (done["state"], done["error"]["code"]) == ("failed", "model_failed")
    assert "out of reach" in done["error"]["message"]


def test_only_models_of_the_catalogue_can_be_pulled(client):
    for name in ("unknown", "..", "%2e%2e%2fetc"):
        assert client.post(f"/api/v1/models/{name}/pull").status_code == 404
    assert error_of(client.post("/api/v1/models/unknown/pull")) == (404, "not_found")


def test_other_machines_pull_nothing_without_a_key(pulls):
    with client_of(service_of(), address="192.168.0.7") as client:
        assert client.get("/api/v1/models").status_code == 200
        response = client.post(f"/api/v1/models/{MODEL}/pull")
        assert error_of(response) == (403, "forbidden")
    assert pulls.specs == []
