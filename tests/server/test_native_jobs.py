import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import pytest

from tests.server.helpers import FRENCH, begun, client_of, finished, service_of
from tests.server.test_native import error_of
from toolkit.errors import InputError
from toolkit.reading import Reading
from toolkit.server import exports, native_jobs
from toolkit.server.errors import DiskFullError
from toolkit.server.fetching import Page
from toolkit.server.keys import add_key

JOB = {"id", "task", "name", "state", "created", "started", "finished", "progress", "error"}


def upload(client, *files, **asked):
    data = {"request": json.dumps({"task": "translate", **asked})}
    return client.post("/api/v1/jobs", data=data, files=[("files", each) for each in files])


def test_a_job_from_its_beginning_to_its_result(client):
    job = begun(client, name="page.txt", options={"length": "brief"})
    assert set(job) == JOB | {"options"}
    done = finished(client, job["id"])
    assert set(done) == JOB | {"options", "result"}
    assert (done["state"], done["name"], done["task"]) == ("done", "page.txt", "translate")
    assert done["options"] == {"length": "brief"}
    assert done["result"]["translation"] == FRENCH.upper()
    assert done["created"] <= done["started"] <= done["finished"]
    assert done["finished"].endswith("Z")
    assert done["error"] is None
    (listed,) = client.get("/api/v1/jobs").json()
    assert listed == {key: value for key, value in done.items() if key != "result"}


def test_a_job_that_fails_says_why(client):
    job = finished(client, begun(client, text="Accueil")["id"])
    assert (job["state"], job["error"]["code"]) == ("failed", "unusable_input")
    assert "no article found" in job["error"]["message"]
    assert "toolkit clean" not in job["error"]["message"], "which is for the command line"
    assert "result" not in job


def test_each_file_is_a_job_of_its_own(client):
    html = f"<html><title>Page</title><body><p>{FRENCH}</p></body></html>".encode()
    files = [
        ("../a.txt", FRENCH.encode()),
        ("b.html", html),
        ("c.txt", b"\xc9t\xe9 \xe0 Paris, le pr\xe9sident parle \xe0 l'Assembl\xe9e."),
    ]
    response = upload(client, *files)
    assert response.status_code == 202
    jobs = [finished(client, job["id"]) for job in response.json()["jobs"]]
    assert [job["name"] for job in jobs] == ["a.txt", "b.html", "c.txt"]
    assert [job["state"] for job in jobs] == ["done"] * 3
    assert jobs[1]["result"]["translation"] == FRENCH.upper()
    assert jobs[2]["result"]["source"].startswith("Été à Paris")


@pytest.mark.parametrize(
    ("data", "files", "status", "code"),
    [
        ({}, [("a.txt", b"a")], 422, "invalid_request"),
        ({"request": "{"}, [("a.txt", b"a")], 400, "invalid_json"),
        ({"request": '{"task": "fly"}'}, [("a.txt", b"a")], 422, "invalid_request"),
        ({"request": '{"task": "clean", "text": "a"}'}, [("a.txt", b"a")], 422, "invalid_request"),
        ({"request": '{"task": "clean"}'}, [("a.txt", b"a" * 2000)], 413, "too_large"),
        ({"request": '{"task": "clean"}'}, [("a.txt", b"a")] * 101, 400, "bad_request"),
    ],
)
def test_a_form_that_makes_no_sense_is_refused(data, files, status, code):
    with client_of(service_of(max_file_bytes=1000)) as client:
        named = [("files", each) for each in files]
        response = client.post("/api/v1/jobs", data=data, files=named)
        assert error_of(response) == (status, code), response.text
        assert client.get("/api/v1/jobs").json() == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "invalid_json"),
        (b"[" * 100_000, 400, "invalid_json"),
        (b"{}", 422, "invalid_request"),
        (b'{"task": "translate"}', 422, "invalid_request"),
        (b'{"task": "translate", "text": 1}', 422, "invalid_request"),
        (b'{"task": "translate", "text": "a", "url": "http://a"}', 422, "invalid_request"),
        (b'{"task": "translate", "text": "a", "options": {"model": "x"}}', 400, "bad_request"),
        (b'{"task": "clean", "url": "http://example.org"}', 403, "fetch_off"),
    ],
)
def test_a_job_that_makes_no_sense_is_refused(client, body, status, code):
    headers = {"Content-Type": "application/json"}
    response = client.post("/api/v1/jobs", content=body, headers=headers)
    assert error_of(response) == (status, code), response.text
    assert client.get("/api/v1/jobs").json() == []


def test_a_page_of_the_web_is_fetched_where_that_is_allowed():
    def fetch(address):
        if "gone" in address:
            raise InputError(f"{address}: answers 404")
        data = f"<html><body><p>{FRENCH}</p></body></html>".encode()
        return Page(address=address, data=data, reading=Reading(kind="html"))

    with client_of(service_of(allow_fetch=True, fetch=fetch)) as client:
        assert client.get("/api/v1/info").json()["features"]["fetch"] is True
        for address, state in (("https://example.org/a", "done"), ("https://gone", "failed")):
            response = client.post("/api/v1/jobs", json={"task": "translate", "url": address})
            job = finished(client, response.json()["id"])
            assert job["state"] == state
        assert job["error"] == {"code": "unusable_input", "message": "https://gone: answers 404"}


def test_jobs_are_listed_page_by_page(client):
    ids = [begun(client, name=f"{number}")["id"] for number in range(5)]
    first = client.get("/api/v1/jobs?limit=2").json()
    assert [job["name"] for job in first] == ["4", "3"]
    rest = client.get(f"/api/v1/jobs?before={first[-1]['id']}").json()
    assert [job["id"] for job in rest] == ids[2::-1]
    assert client.get("/api/v1/jobs?limit=0").status_code == 422
    assert client.get("/api/v1/jobs?before=unknown").status_code == 404


def test_a_finished_job_is_removed_and_all_are_cleared(client):
    ids = [begun(client)["id"] for _ in range(3)]
    for job_id in ids:
        finished(client, job_id)
    assert client.delete(f"/api/v1/jobs/{ids[0]}").json() == {"removed": 1}
    assert error_of(client.get(f"/api/v1/jobs/{ids[0]}")) == (404, "not_found")
    assert error_of(client.delete(f"/api/v1/jobs/{ids[0]}")) == (404, "not_found")
    assert client.delete("/api/v1/jobs").json() == {"removed": 2}
    assert client.get("/api/v1/jobs").json() == []


@pytest.mark.parametrize("asked", ["", "/export?format=txt"])
def test_a_job_that_is_cleared_while_it_is_asked_for_is_not_found(asked, monkeypatch):
    service = service_of()
    with client_of(service) as client:
        job = finished(client, begun(client)["id"])["id"]
        find = service.history.find

        def cleared(*given):
            found = find(*given)
            service.history.clear("")
            return found

        monkeypatch.setattr(service.history, "find", cleared)
        assert error_of(client.get(f"/api/v1/jobs/{job}{asked}")) == (404, "not_found")


def test_a_full_disk_is_told_where_the_history_is_cleared(monkeypatch):
    service = service_of()
    with client_of(service) as client:
        full = DiskFullError("the disk with the history /home/ada/jobs.sqlite is full; make room")
        monkeypatch.setattr(service.history, "clear", Mock(side_effect=full))
        response = client.delete("/api/v1/jobs")
        assert error_of(response) == (507, "disk_full")
        assert "the history jobs.sqlite is full; make room" in response.text


def test_a_job_that_finished_before_it_was_cancelled_stays(client):
    done = finished(client, begun(client)["id"])
    assert client.post(f"/api/v1/jobs/{done['id']}/cancel").json()["state"] == "done"
    assert client.get(f"/api/v1/jobs/{done['id']}").json() == done
    assert client.post("/api/v1/jobs/none/cancel").status_code == 404


def test_a_sentence_is_corrected_and_put_back(client):
    job = finished(client, begun(client)["id"])["id"]
    place = f"/api/v1/jobs/{job}/segments/2"
    answer = client.put(place, json={"target": "The two countries agreed."}).json()
    assert answer["edited"] == "The two countries agreed."
    assert answer["target"].startswith("LES DEUX PAYS")
    segments = client.get(f"/api/v1/jobs/{job}").json()["result"]["segments"]
    assert segments[1]["edited"] == "The two countries agreed."
    assert "edited" not in segments[0]
    assert "agreed." in client.get(f"/api/v1/jobs/{job}/export?format=txt").text
    assert "edited" not in client.delete(place).json()
    assert "agreed." not in client.get(f"/api/v1/jobs/{job}/export?format=txt").text


@pytest.mark.parametrize("number", ["0", "3", "title-1", "x", "1.5"])
def test_only_sentences_that_there_are_can_be_corrected(client, number):
    job = finished(client, begun(client)["id"])["id"]
    response = client.put(f"/api/v1/jobs/{job}/segments/{number}", json={"target": "x"})
    assert error_of(response) == (404, "no_such_segment")


def test_a_correction_is_a_text(client):
    job = finished(client, begun(client)["id"])["id"]
    for body in ({"target": 1}, {}, {"target": "\ud800"}, {"target": "x" * 30_000}):
        content = json.dumps(body)
        response = client.put(f"/api/v1/jobs/{job}/segments/1", content=content)
        assert error_of(response) == (422, "invalid_request")


def test_a_job_without_a_result_has_none_to_take_away(client):
    job = finished(client, begun(client, text="Accueil")["id"])["id"]
    response = client.get(f"/api/v1/jobs/{job}/export?format=txt")
    assert error_of(response) == (409, "no_result")
    response = client.put(f"/api/v1/jobs/{job}/segments/1", json={"target": "x"})
    assert error_of(response) == (409, "no_result")


def test_files_are_taken_away(client):
    job = finished(client, begun(client, name="page.html")["id"])["id"]
    for form in ("txt", "md", "html", "docx", "tmx", "json"):
        response = client.get(f"/api/v1/jobs/{job}/export?format={form}")
        assert response.status_code == 200
        assert f'attachment; filename="page.{form}"' in response.headers["Content-Disposition"]
    assert error_of(client.get(f"/api/v1/jobs/{job}/export?format=exe")) == (400, "unknown_format")
    assert client.get(f"/api/v1/jobs/{job}/export").status_code == 422


def test_who_has_a_key_sees_no_jobs_of_others(tmp_path):
    path = tmp_path / "keys"
    keys = {name: add_key(path, name) for name in ("ada", "grace")}
    with client_of(service_of(api_keys=path)) as client:
        assert error_of(client.get("/api/v1/jobs")) == (401, "key_needed")
        headers = {name: {"Authorization": f"Bearer {key}"} for name, key in keys.items()}
        client.headers = headers["ada"]
        job = finished(client, begun(client)["id"])["id"]
        client.headers = headers["grace"]
        for path in (job, f"{job}/events", f"{job}/export?format=txt"):
            assert client.get(f"/api/v1/jobs/{path}").status_code == 404
        assert client.delete(f"/api/v1/jobs/{job}").status_code == 404
        assert client.get("/api/v1/jobs").json() == []
        assert client.delete("/api/v1/jobs").json() == {"removed": 0}
        client.headers = headers["ada"]
        assert [each["id"] for each in client.get("/api/v1/jobs").json()] == [job]


def test_few_results_are_written_at_once(client, monkeypatch):
    lock, running, most = threading.Lock(), 0, 0
    real = exports.export

    def export(*given, **named):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1
        return real(*given, **named)

    monkeypatch.setattr(exports, "export", export)
    job = begun(client)["id"]
    finished(client, job)
    with ThreadPoolExecutor(8) as pool:
        asked = [f"/api/v1/jobs/{job}/export?format=txt"] * 8
        assert [each.status_code for each in pool.map(client.get, asked)] == [200] * 8
    assert most <= native_jobs.RESULTS_AT_ONCE
