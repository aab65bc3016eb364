import pytest

from tests.server.helpers import FRENCH, client_of, finished, service_of, wait_until
from tests.server.test_native import error_of
from toolkit.errors import StoreError
from toolkit.server.control import Control
from toolkit.server.requests import RequestOptions
from toolkit.server.service import Service
from toolkit.settings import make_settings


def test_without_a_model_the_server_runs_and_says_so(tmp_path):
    service = Service(make_settings(models_folder=tmp_path, cache=False))
    with client_of(service) as client:
        info = client.get("/api/v1/info").json()
        assert info["models"] == {"translator": None, "summarizer": None}
        assert info["installed"] is False
        response = client.post("/api/v1/translate", json={"text": FRENCH})
        assert error_of(response) == (503, "model_missing")
        assert "toolkit models pull" in response.json()["error"]["message"]
        job = client.post("/api/v1/jobs", json={"task": "translate", "text": FRENCH}).json()
        done = finished(client, job["id"])
        assert (done["state"], done["error"]["code"]) == ("failed", "model_missing")
        assert client.post("/api/v1/clean", json={"text": FRENCH}).status_code == 200


def test_a_request_has_a_pipeline_of_its_own_on_the_engine_of_all():
    service = service_of()
    settings = service.settings_for(RequestOptions(source="en", target="fr"))
    first, second = (service.pipeline(settings, Control(60), urgent=True) for _ in range(2))
    assert first.translator.source_language == "en"
    assert first is not second
    assert first.translator.engine.engine is second.translator.engine.engine


def test_terms_of_a_request_are_used():
    service = service_of()
    with client_of(service) as client:
        asked = {"text": FRENCH, "options": {"glossary": "tsv:énergie\tpower"}}
        made = client.post("/api/v1/translate", json=asked).json()
        assert made["provenance"]["translation"]["glossary"].keys() == {"inline"}
        (term,) = made["segments"][1]["terms"]
        assert FRENCH.partition("ministère")[0].rindex("énergie") == (
            made["segments"][1]["start"] + term["start"]
        )
        assert (term["source"], term["target"]) == ("énergie", "power")
        assert "without power" in [each["detail"] for each in made["segments"][1]["failed"]]
        asked["options"]["glossary"] = "tsv:énergie"
        assert error_of(client.post("/api/v1/translate", json=asked)) == (400, "bad_request")


def test_two_servers_on_one_history_are_refused(tmp_path):
    service = service_of(history=tmp_path / "jobs.sqlite")
    with pytest.raises(StoreError, match="another server uses it"):
        service_of(history=tmp_path / "jobs.sqlite")
    service.close()
    service_of(history=tmp_path / "jobs.sqlite").close()


def test_a_service_that_is_closed_takes_nothing_more():
    service = service_of()
    client = client_of(service)
    service.close()
    response = client.post("/api/v1/clean", json={"text": FRENCH})
    assert error_of(response) == (503, "stopping")
    wait_until(lambda: service.queues["call"].size == 0)
