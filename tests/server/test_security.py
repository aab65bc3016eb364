import socket
import time

import pytest

pytest.importorskip("fastapi")
import anyio
import httpx2 as httpx
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, StreamingResponse
from starlette.testclient import TestClient

from tests.server.serving import served
from toolkit.errors import InputError
from toolkit.server.access import Access
from toolkit.server.errors import ApiError
from toolkit.server.security import HEADERS, Guard, admission_of

HERE = "http://127.0.0.1"


def application(**options):
    app = FastAPI()
    app.add_middleware(Guard, access=Access(), **options)

    @app.post("/count")
    async def count(request: Request):
        return len(await request.body())

    @app.post("/declared")
    async def declared(value: dict):
        return len(value)

    @app.post("/unread")
    async def unread():
        return "unread"

    @app.get("/caller")
    async def caller(request: Request):
        return admission_of(request).caller.name

    @app.get("/bug")
    async def bug():
        raise RuntimeError("le texte de quelqu'un")

    @app.get("/fault")
    async def fault():
        raise InputError("this page is empty")

    @app.get("/refused")
    async def refused():
        raise ApiError(429, "too_many", "later", {"Retry-After": "3"})

    @app.get("/static/a.js")
    async def static():
        return PlainTextResponse("", headers={"Referrer-Policy": "same-origin"})

    @app.get("/torn")
    async def torn():
        def parts():
            yield b"begun"
            raise RuntimeError

        return StreamingResponse(parts())

    return app


def client(**options):
    return TestClient(application(**options), base_url=HERE)


def refused(answer):
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize("path", ["/caller", "/bug", "/fault", "/nowhere"])
def test_every_answer_says_what_browsers_may_do_with_it(path):
    answer = client().get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["cache-control"] == "no-store"


def test_what_is_refused_says_so_too():
    answer = client().get("/caller", headers={"Host": "evil.example"})
    assert refused(answer) == (421, "unknown_host")
    assert set(map(str.lower, HEADERS)) <= set(answer.headers)


def test_the_number_that_a_request_arrived_at_is_a_name_of_the_server():
    there = TestClient(application(), base_url="http://192.0.2.7")
    assert refused(there.get("/caller")) == (401, "key_needed")
    assert refused(there.get("/caller", headers={"Host": "192.0.2.8"})) == (421, "unknown_host")


def test_static_files_may_be_kept_and_headers_of_their_own_stay():
    answer = client().get("/static/a.js")
    assert "cache-control" not in answer.headers
    assert answer.headers["referrer-policy"] == "same-origin"


def test_nothing_from_elsewhere_is_let_into_a_page():
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "access-control-allow-origin" not in {name.lower() for name in HEADERS}


def test_another_origin_gets_no_leave_to_ask():
    answer = client().options(
        "/count", headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    )
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_the_app_hears_who_asks():
    assert client().get("/caller").json() == "testclient"


def test_a_bug_is_told_and_logged_and_not_shown(caplog):
    answer = client().get("/bug")
    assert refused(answer) == (500, "internal_error")
    assert "quelqu'un" not in answer.text
    assert "GET /bug" in caplog.text


def test_errors_keep_status_and_headers(caplog):
    assert refused(client().get("/fault")) == (422, "unusable_input")
    answer = client().get("/refused")
    assert refused(answer) == (429, "too_many")
    assert answer.headers["retry-after"] == "3"
    assert not caplog.records


def test_an_answer_that_breaks_off_is_no_other_answer():
    with pytest.raises(RuntimeError):
        client().get("/torn")


@pytest.mark.parametrize("name", [b"host", b"origin"])
def test_a_header_that_counts_stands_once(name):
    sent = []

    async def run():
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/caller",
            "headers": [(b"host", b"localhost"), (name, b"a"), (name, b"b")],
        }

        async def send(message):
            sent.append(message)

        await application()(scope, None, send)

    anyio.run(run)
    assert sent[0]["status"] == 400


def test_no_socket_of_the_web_is_opened():
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect), client().websocket_connect("/caller"):
        pass


# Bodies.


def test_a_body_within_the_limit_is_read():
    asking = client(max_body_bytes=1000)
    assert asking.post("/count", content=b"x" * 1000).json() == 1000
    assert asking.post("/count", content=iter([b"x" * 500] * 2)).json() == 1000


@pytest.mark.parametrize("path", ["/count", "/declared", "/unread", "/nowhere"])
def test_a_body_that_says_it_is_too_large_is_not_read(path):
    asked = []

    def parts():
        asked.append(1)
        yield b"x"

    answer = client(max_body_bytes=1000).post(
        path, content=parts(), headers={"Content-Length": "1001"}
    )
    assert refused(answer) == (413, "too_large")


@pytest.mark.parametrize("path", ["/count", "/declared"])
def test_a_body_without_a_length_is_counted(path):
    answer = client(max_body_bytes=1000).post(
        path, content=iter([b"x" * 600] * 2), headers={"Content-Type": "application/json"}
    )
    assert refused(answer) == (413, "too_large")


@pytest.mark.parametrize("length", ["-1", "1e3", "x", "９"])
def test_a_length_is_a_number(length):
    asking = client(max_body_bytes=1000)
    answer = asking.post("/unread", headers={"Content-Length": length.encode()})
    assert answer.status_code == 413


# The same at a real server.


def test_a_large_body_is_refused_over_a_connection():
    with served(application(max_body_bytes=1000)) as port:
        told = httpx.post(f"{HERE}:{port}/count", content=b"x" * 30_000_000)
        assert refused(told) == (413, "too_large")
        counted = httpx.post(f"{HERE}:{port}/count", content=(b"x" * 100 for _ in range(11)))
        assert refused(counted) == (413, "too_large")


def test_an_endless_body_is_refused_while_it_still_comes():
    with (
        served(application(max_body_bytes=100_000)) as port,
        socket.create_connection(("127.0.0.1", port), timeout=5) as endless,
    ):
        endless.sendall(
            b"POST /count HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for _ in range(2):
            endless.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        answer = endless.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413")


def test_a_client_that_goes_away_is_no_bug(caplog):
    with served(application()) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as leaving:
            leaving.sendall(
                b"POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx"
            )
            time.sleep(0.05)
        assert httpx.post(f"{HERE}:{port}/count", content=b"x").json() == 1
    assert not caplog.records


def test_a_body_that_drips_is_not_waited_for():
    with (
        served(application(body_seconds=0.3)) as port,
        socket.create_connection(("127.0.0.1", port), timeout=5) as slow,
    ):
        slow.sendall(b"POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n")
        for _ in range(3):
            slow.sendall(b"x")
            time.sleep(0.05)
        answer = slow.recv(65536)
        while not answer.endswith(b"}") and (more := slow.recv(65536)):  # head and body come apart
            answer += more
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"too_slow" in answer
