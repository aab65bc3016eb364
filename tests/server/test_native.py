import asyncio
import threading

import httpx2
import pytest

from tests.server.helpers import FRENCH, SECONDS, Gated, client_of, service_of, wait_until
from tests.server.serving import served
from toolkit.engines.fake import FakeEngine
from toolkit.errors import ModelMissingError, TooLongError
from toolkit.schema import ArticleRecord, CleaningRecord
from toolkit.server.app import create_app


@pytest.fixture
def gated():
    engine = Gated()
    yield engine
    engine.open()


def error_of(response):
    error = response.json()["error"]
    assert set(error) == {"code", "message"}
    return response.status_code, error["code"]


def test_texts_are_worked_on_at_once(client):
    asked = {"text": FRENCH, "name": "../page.txt"}
    translated = client.post("/api/v1/translate", json=asked)
    assert translated.status_code == 200
    record = ArticleRecord.model_validate(translated.json())
    assert (record.translation, record.document.name) == (FRENCH.upper(), "page.txt")
    summarized = client.post("/api/v1/summarize", json=asked | {"options": {"length": "headline"}})
    assert summarized.json()["summary"]["max_words"] < 30
    cleaned = client.post("/api/v1/clean", json=asked)
    assert CleaningRecord.model_validate(cleaned.json()).text == FRENCH
    assert client.get("/api/v1/jobs").json() == [], "nothing of it is kept"


def test_it_says_what_it_can_do(client):
    info = client.get("/api/v1/info").json()
    assert info["models"] == {"translator": "own", "summarizer": "own"}
    assert info["installed"] is True
    assert info["limits"]["max_sync_chars"] == 20_000
    assert ["fr", "en"] in info["directions"]
    assert {"news", "none"} <= set(info["glossaries"])
    assert info["features"] == {"history": False, "fetch": False, "docx": True, "auth": False}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{not json", 400, "invalid_json"),
        (b"\xff\xfe", 400, "invalid_json"),
        (b"[" * 100_000, 400, "invalid_json"),
        (b"", 422, "invalid_request"),
        (b"[]", 422, "invalid_request"),
        (b"null", 422, "invalid_request"),
        (b'{"text": 7}', 422, "invalid_request"),
        (b'{"text": ""}', 422, "invalid_request"),
        (b'{"text": "a", "options": {"max_words": "many"}}', 422, "invalid_request"),
        (b'{"text": "a", "options": {"threads": 64}}', 422, "invalid_request"),
        (b'{"text": "\\ud800"}', 422, "invalid_request"),
        (b'{"text": "a", "options": {"target": "klingon"}}', 400, "bad_request"),
        (b'{"text": "a", "options": {"model": "/etc/passwd"}}', 400, "bad_request"),
        (b'{"text": "Il est parti.", "options": {"source": "en"}}', 400, "bad_request"),
        (b'{"text": "Accueil"}', 422, "unusable_input"),
        (b'{"text": "   "}', 422, "unusable_input"),
    ],
)
def test_what_can_not_be_answered_is_told_in_plain_words(client, body, status, code):
    headers = {"Content-Type": "application/json"}
    response = client.post("/api/v1/translate", content=body, headers=headers)
    assert error_of(response) == (status, code), response.text
    assert "Traceback" not in response.text


def test_a_text_in_another_language_is_told_with_both(client):
    german = "Der Präsident trifft am Montag den Kanzler in Berlin, sagte das Ministerium gestern."
    response = client.post("/api/v1/translate", json={"text": german})
    assert error_of(response) == (422, "wrong_language")
    assert "looks German" in response.json()["error"]["message"]


def test_a_long_text_is_for_a_job(client):
    response = client.post("/api/v1/clean", json={"text": "Bonjour. " * 3000})
    assert error_of(response) == (413, "too_long_for_sync")
    assert "/api/v1/jobs" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (TooLongError("a source of 9 tokens is over the limit"), 413, "too_long"),
        (ModelMissingError("own"), 503, "model_missing"),
        (ValueError("of a library"), 500, "internal_error"),
    ],
)
def test_errors_of_the_model_have_their_codes(error, status, code, caplog):
    class Failing(FakeEngine):
        def _output(self, source, config):
            raise error

    with client_of(service_of(Failing(family="seq2seq"))) as client:
        response = client.post("/api/v1/translate", json={"text": FRENCH})
        assert error_of(response) == (status, code)
        assert client.post("/api/v1/clean", json={"text": FRENCH}).status_code == 200


def test_methods_and_places_that_there_are_not(client):
    assert error_of(client.get("/api/v1/translate")) == (405, "method_not_allowed")
    assert error_of(client.get("/api/v1/nothing")) == (404, "not_found")


def test_many_clients_get_their_own_answers(client):
    found = {}

    def ask(number):
        text = f"Le ministre numéro {number} a parlé lundi de l'accord à Paris."
        found[number] = client.post("/api/v1/translate", json={"text": text}).json()["translation"]

    threads = [threading.Thread(target=ask, args=[number]) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert found == {
        number: f"LE MINISTRE NUMÉRO {number} A PARLÉ LUNDI DE L'ACCORD À PARIS."
        for number in range(24)
    }


def test_a_short_text_is_answered_while_long_ones_are_worked_on(gated):
    service = service_of(gated)
    shared = service.pool.engine("own", ("fr", "en"))
    with client_of(service) as client:
        long = " ".join(f"Le ministre {number} a parlé lundi." for number in range(300))
        for _ in range(6):
            client.post("/api/v1/jobs", json={"task": "translate", "text": long})
        found = []

        def ask():
            asked = {"text": "Une phrase est là."}
            found.append(client.post("/api/v1/translate", json=asked).json()["translation"])

        waiting = threading.Thread(target=ask)
        waiting.start()
        wait_until(lambda: len(shared._clients) == 5)  # four jobs of one client at a time
        before = len(gated.seen)
        while waiting.is_alive():
            gated.gate.release()
            waiting.join(0.05)
        assert found == ["UNE PHRASE EST LÀ."]
        assert len(gated.seen) - before < 30, "of 1,200 sentences that were asked for before"
        gated.open()


def test_a_client_that_goes_away_frees_its_place(gated):
    service = service_of(gated)
    with served(create_app(service)) as port:
        url = f"http://127.0.0.1:{port}/api/v1/translate"

        async def ask():
            async with httpx2.AsyncClient(trust_env=False) as client:
                asking = asyncio.create_task(client.post(url, json={"text": FRENCH}, timeout=60))
                while not service.queues["call"].size:
                    await asyncio.sleep(0.01)
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)

        asyncio.run(asyncio.wait_for(ask(), SECONDS))
        wait_until(lambda: service.queues["call"].size == 0)
        gated.open()


def test_where_there_is_no_place_a_client_is_told_when_to_come_back(gated):
    with client_of(service_of(gated, max_calls=1, max_calls_each=1)) as client:
        waiting = threading.Thread(
            target=client.post, args=["/api/v1/translate"], kwargs={"json": {"text": FRENCH}}
        )
        waiting.start()
        service = client.app.state.service
        wait_until(lambda: service.queues["call"].size)
        response = client.post("/api/v1/translate", json={"text": FRENCH})
        assert error_of(response) == (429, "too_many_requests")
        assert response.headers["Retry-After"].isdigit()
        assert client.get("/api/v1/info").status_code == 200, "the server itself is not blocked"
        gated.open()
        waiting.join(SECONDS)
