import json

import pytest

from tests.server.helpers import (
    FRENCH,
    Gated,
    begun,
    client_of,
    finished,
    service_of,
    wait_until,
)
from toolkit.engines.fake import FakeEngine
from toolkit.engines.stored import MAX_UNWRITTEN
from toolkit.server.errors import ApiError
from toolkit.server.history import History, Job
from toolkit.server.jobs import MAX_TRIES
from toolkit.store import Store

MANY = " ".join(f"Le ministre {number} a parlé lundi de l'accord." for number in range(200))


def job_of(**values):
    return Job(**({"task": "translate", "name": "page.txt", "source": "text"} | values))


@pytest.fixture
def gated():
    engine = Gated()
    yield engine
    engine.open()


def test_a_job_says_how_far_it_is_and_how_long_it_takes(gated):
    with client_of(service_of(gated)) as client:
        job = begun(client, text=MANY)
        assert job["state"] in ("queued", "running")
        assert job["progress"]["seconds_left"] is None
        wait_until(lambda: client.get(f"/api/v1/jobs/{job['id']}").json()["started"])
        gated.gate.release(20)

        def look():
            found = client.get(f"/api/v1/jobs/{job['id']}").json()
            return found if found["progress"]["done"] == 20 else None

        progress = wait_until(look)["progress"]
        assert (progress["stage"], progress["total"]) == ("translating", 200)
        assert progress["seconds_left"] >= 0
        gated.open()
        assert finished(client, job["id"])["state"] == "done"


def test_a_job_that_is_cancelled_frees_its_place_and_the_engine(gated):
    service = service_of(gated)
    with client_of(service) as client:
        job = begun(client, text=MANY)
        gated.gate.release(3)
        wait_until(lambda: len(gated.seen) == 3)
        answer = client.delete(f"/api/v1/jobs/{job['id']}").json()
        assert answer["state"] == "cancelled"
        assert answer["error"]["code"] == "cancelled"
        wait_until(lambda: service.queues["job"].size == 0)
        gated.open()
        other = begun(client, text="Une autre phrase est là.")
        assert finished(client, other["id"])["result"]["translation"] == "UNE AUTRE PHRASE EST LÀ."
        assert len(gated.seen) < 10, "what waited for the engine was given up"
        assert client.get(f"/api/v1/jobs/{job['id']}").json()["state"] == "cancelled"
        assert "result" not in client.get(f"/api/v1/jobs/{job['id']}").json()


def test_a_job_that_waits_is_cancelled_at_once(gated):
    with client_of(service_of(gated)) as client:
        jobs = [begun(client, text=f"{FRENCH} C'est le numéro {number}.") for number in range(6)]
        last = jobs[-1]["id"]
        assert client.get(f"/api/v1/jobs/{last}").json()["state"] == "queued"
        assert client.delete(f"/api/v1/jobs/{last}").json()["state"] == "cancelled"
        gated.open()
        states = [finished(client, job["id"])["state"] for job in jobs]
        assert states == ["done"] * 5 + ["cancelled"]


def test_a_job_that_takes_too_long_fails_and_says_so(gated):
    with client_of(service_of(gated, job_seconds=0.05)) as client:
        job = finished(client, begun(client, text=MANY)["id"])
        assert (job["state"], job["error"]["code"]) == ("failed", "timed_out")


def test_the_longest_wait_is_that_for_ones_own_jobs(gated):
    with client_of(service_of(gated, max_jobs=6, max_jobs_each=5)) as client:
        for number in range(5):
            begun(client, text=f"{FRENCH} C'est le numéro {number}.")
        response = client.post("/api/v1/jobs", json={"task": "clean", "text": FRENCH})
        assert response.status_code == 429
        assert response.json()["error"]["code"] == "too_many_requests"
        assert int(response.headers["Retry-After"]) >= 1
        assert len(client.get("/api/v1/jobs").json()) == 5, "what was refused is not kept"
        gated.open()


def test_a_bug_fails_the_job_and_not_the_server(caplog):
    def fail(text):
        raise ZeroDivisionError(text)

    with client_of(service_of(FakeEngine(fail, family="seq2seq"))) as client:
        job = finished(client, begun(client)["id"])
        assert (job["state"], job["error"]["code"]) == ("failed", "internal_error")
        assert "ZeroDivisionError" in job["error"]["message"]
        assert client.get("/api/v1/info").status_code == 200


def test_a_server_that_is_stopped_leaves_its_jobs_to_the_next_one(tmp_path, gated):
    history, cache = tmp_path / "jobs.sqlite", tmp_path / "store.sqlite"
    with client_of(service_of(gated, history=history, cache_file=cache)) as client:
        running = begun(client, text=MANY)
        gated.gate.release(3 * MAX_UNWRITTEN)
        store = Store(cache, max_bytes=10_000_000)
        wait_until(lambda: store.info().entries == 3 * MAX_UNWRITTEN)
        store.close()
        others = [begun(client, text=f"{FRENCH} C'est le numéro {number}.") for number in range(5)]
    gated.open()
    kept = History(history)
    assert [(job.state, job.tries) for job in kept.unfinished()] == [("queued", 0)] * 6
    kept.close()
    again = Gated()
    again.open()
    with client_of(service_of(again, history=history, cache_file=cache)) as client:
        assert finished(client, running["id"])["state"] == "done"
        assert all(finished(client, job["id"])["state"] == "done" for job in others)
    assert len(again.seen) <= 175, "sentences that were finished are not translated again"


def test_a_job_during_which_the_server_dies_each_time_is_lost(tmp_path):
    path = tmp_path / "jobs.sqlite"
    history = History(path)
    jobs = [job_of(tries=MAX_TRIES - 1), job_of(tries=MAX_TRIES, state="running")]
    for job in jobs:
        history.add(job, FRENCH.encode())
    history.close()
    with client_of(service_of(history=path)) as client:
        first, second = (finished(client, job.id) for job in jobs)
        assert first["state"] == "done"
        assert (second["state"], second["error"]["code"]) == ("lost", "lost")


def test_several_jobs_are_begun_all_or_none(gated):
    service = service_of(gated, max_jobs_each=3)
    with client_of(service) as client:
        begun(client)
        given = [(job_of(client="127.0.0.1"), FRENCH.encode()) for _ in range(3)]
        with pytest.raises(ApiError, match="3 requests here already"):
            service.jobs.add_all(given)
        assert len(client.get("/api/v1/jobs").json()) == 1
        gated.open()


def test_the_time_left_of_a_summary_is_that_of_the_last_ones():
    service = service_of(FakeEngine())
    with client_of(service) as client:
        for _ in range(2):
            job = begun(client, task="summarize")
            assert finished(client, job["id"])["state"] == "done"
        assert service.jobs._summary_seconds > 0


def test_the_history_holds_what_was_asked_and_made(tmp_path):
    path = tmp_path / "jobs.sqlite"
    with client_of(service_of(history=path)) as client:
        job = begun(client, options={"length": "brief"})
        made = finished(client, job["id"])
    history = History(path)
    kept = history.find(job["id"])
    assert (kept.task, kept.state, kept.options) == ("translate", "done", {"length": "brief"})
    assert json.loads(history.result(job["id"])) == made["result"]


def test_jobs_that_cannot_be_kept_end_and_say_so(tmp_path, gated, caplog):
    service = service_of(gated, history=tmp_path / "jobs.sqlite")
    with client_of(service) as client:
        job = begun(client)["id"]
        wait_until(lambda: client.get(f"/api/v1/jobs/{job}").json()["state"] == "running")
        service.history._connection.execute("PRAGMA query_only = ON")  # as on a full disk
        gated.open()
        told = finished(client, job)
        assert (told["state"], told["error"]["code"]) == ("failed", "store_failed")
        assert str(tmp_path) not in told["error"]["message"]
        assert str(tmp_path) in caplog.text
        assert "event: end" in client.get(f"/api/v1/jobs/{job}/events").text
