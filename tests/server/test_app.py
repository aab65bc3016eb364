import json

import pytest

from tests.server.helpers import service_of
from toolkit.server.app import create_app


def test_the_api_is_described(client):
    described = client.get("/openapi.json").json()
    paths = described["paths"]
    assert {"/api/v1/info", "/api/v1/translate", "/api/v1/jobs/{job_id}/events"} <= set(paths)
    text = json.dumps(described)
    known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    found = {part.split('"')[0] for part in text.split('"$ref": "')[1:]}
    assert found <= known, "every reference leads somewhere"
    jobs = paths["/api/v1/jobs"]["post"]["requestBody"]["content"]
    assert set(jobs) == {"application/json", "multipart/form-data"}


def test_no_page_comes_from_elsewhere(client):
    for path in ("/docs", "/redoc"):
        assert client.get(path).status_code == 404


def test_nothing_is_measured_for_others(monkeypatch):
    for name in ("TRACES", "METRICS", "LOGS"):
        monkeypatch.setenv(f"OTEL_EXPORTER_OTLP_{name}_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    telemetry = create_app(service_of())._telemetry
    assert not any(telemetry[name] for name in ("tracing", "metrics", "logs", "auto_configure"))


@pytest.mark.parametrize("path", ["/api/v1/translate", "/api/v1/jobs"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", "Bonjour."),
        ("application/json", '["Bonjour."]'),
        ("application/json", ""),
        ("text/plain", "Bonjour."),
        ("application/x-www-form-urlencoded", "text=Bonjour."),
    ],
)
def test_a_body_that_is_no_json_object_is_told_what_is_wanted(client, path, kind, body):
    response = client.post(path, headers={"Content-Type": kind}, content=body)
    assert response.status_code in (400, 422)
    said = response.json()["error"]["message"]
    assert said.endswith("send a JSON object with the header Content-Type: application/json")


def test_large_bodies_are_refused_by_their_length(client):
    headers = {"Content-Length": "100000000", "Content-Type": "application/json"}
    response = client.post("/api/v1/translate", headers=headers, content=b"")
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"


def test_large_bodies_without_a_length_are_refused_too(client):
    response = client.post(
        "/api/v1/translate",
        headers={"Content-Type": "application/json"},
        content=(b"x" * 1_000_000 for _ in range(4)),
    )
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"


def test_only_what_may_hold_files_may_be_large(client):
    headers = {"Content-Type": "application/json"}
    body = b'{"task": "clean", "text": "' + b"x" * 4_000_000 + b'"}'
    assert client.post("/api/v1/clean", headers=headers, content=body).status_code == 413
    assert client.post("/api/v1/jobs", headers=headers, content=body).status_code == 202
