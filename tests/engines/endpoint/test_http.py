import socket
import threading
import time
from contextlib import suppress

import pytest

from tests.engines.served import Served
from toolkit.engines.endpoint import http as endpoint_http
from toolkit.engines.endpoint.address import Address
from toolkit.engines.endpoint.http import Calls, Ended, RefusedError, Server, UnusableError
from toolkit.errors import ModelError, TooLongError, UsageError

KEY = "sk-hunter2"


def at(url, **options):
    return Server(Address.parse(url), **{"timeout_s": 5, **options})


def models(server, calls=None):
    return server.call("/models", lambda reply: reply.value, calls or Calls())


def chat(server, calls=None, read=lambda reply: reply.body):
    payload = {"messages": [{"role": "user", "content": "Bonjour."}]}
    return server.call("/chat/completions", read, calls or Calls(), payload=payload)


def test_a_key_goes_to_the_server_and_nowhere_else(quick):
    with Served() as served:
        served.always = 418
        server = at(served.url, api_key=KEY)
        models(server)
        with pytest.raises(RefusedError) as caught:
            chat(server)
    assert [head["Authorization"] for head in served.heads] == [f"Bearer {KEY}"] * 2
    assert KEY not in str(caught.value)
    assert "status 418 for Bearer …" in str(caught.value)


@pytest.mark.parametrize("key", ["sk\nhunter2", "clé-hunter2", "sk\x7fhunter2"])
def test_a_key_that_no_header_holds_is_not_repeated(key):
    with pytest.raises(UsageError, match="TOOLKIT_API_KEY") as caught:
        at("http://127.0.0.1:1/v1", api_key=key)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(status):
    with Served() as elsewhere, Served() as served:
        served.always = status
        served.reply_headers = {"Location": f"{elsewhere.url}/chat/completions"}
        with pytest.raises(ModelError, match="sends elsewhere"):
            chat(at(served.url, api_key=KEY))
    assert not elsewhere.heads


def test_proxies_are_not_for_this_machine(monkeypatch):
    with Served() as proxy, Served() as served:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        models(at(served.url))
    assert not proxy.heads
    assert served.heads


@pytest.mark.parametrize("status", [401, 403])
def test_a_server_that_wants_a_key_says_where_to_put_it(status):
    with Served() as served:
        served.always = status
        with pytest.raises(ModelError, match="a key is wanted in TOOLKIT_API_KEY"):
            chat(at(served.url))
        with pytest.raises(ModelError, match="the key in TOOLKIT_API_KEY") as caught:
            chat(at(served.url, api_key=KEY))
    assert KEY not in str(caught.value)


def test_a_missing_version_is_explained():
    with Served() as served:
        root = served.url.removesuffix("/v1")
        with pytest.raises(ModelError, match=rf"did you mean {served.url}\?"):
            models(at(root))
        with pytest.raises(ModelError, match="404") as caught:
            models(at(f"{root}/other/v1"))
    assert "did you mean" not in str(caught.value)


def test_a_busy_server_is_asked_again_after_the_time_that_it_names(quick):
    with Served() as served:
        served.faults = [429, 503]
        served.reply_headers = {"Retry-After": "1"}
        started = time.monotonic()
        chat(at(served.url))
        assert time.monotonic() - started >= 2
        assert len(served.asked) == 3


@pytest.mark.parametrize("asked", ["3600", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_a_server_that_asks_for_an_hour_is_not_waited_for(quick, asked):
    with Served() as served:
        served.always = 429
        served.reply_headers = {"Retry-After": asked}
        with pytest.raises(ModelError, match="too busy"):
            chat(at(served.url))
        assert len(served.asked) == 1


@pytest.mark.parametrize("asked", ["soon", "-1", "1e9", "\xb2", "nan"])
def test_a_time_that_is_none_is_as_good_as_nothing(quick, asked):
    with Served() as served:
        served.faults = [429]
        served.reply_headers = {"Retry-After": asked}
        assert chat(at(served.url))


def test_a_server_that_is_busy_for_good_is_given_up(quick):
    with Served() as served:
        served.always = 503
        with pytest.raises(ModelError, match="too busy"):
            chat(at(served.url))
        assert len(served.asked) == endpoint_http.BUSY_TRIES


def test_a_server_that_is_not_there_is_named(quick):
    with Served() as served:
        url = served.url
    with pytest.raises(ModelError, match=rf"nobody answers at {url} \(Connection refused\)"):
        models(at(url))


def test_a_cut_connection_is_tried_again(quick):
    with Served() as served:
        served.faults = ["reset", 500]
        assert chat(at(served.url))
        assert len(served.asked) == 3


def test_a_stall_ends_after_the_patience_and_is_tried_once_more(quick):
    with Served() as served:
        served.always = "stall"
        with pytest.raises(UnusableError, match=r"no answer within 0\.2 s"):
            chat(at(served.url, timeout_s=0.2))
        assert len(served.asked) == endpoint_http.STALLED_TRIES


@pytest.mark.parametrize(
    ("start", "rest"),
    [
        (b"HTTP/1.1 200 OK\r\nX-Endless: ", b"a"),
        (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b": wait\n"),
    ],
    ids=["header", "processing", "body"],
)
def test_an_answer_that_drips_is_bounded_in_time(quick, monkeypatch, start, rest):
    """However soon each part of it comes."""
    monkeypatch.setattr(endpoint_http, "WHOLE_ANSWER", 1)

    def drip():
        for _ in range(endpoint_http.STALLED_TRIES):
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.recv(65536)
                connection.sendall(start)
                for _ in range(500):  # so that it ends where nothing bounds it
                    connection.sendall(rest)
                    time.sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, daemon=True).start()
        server = at(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", timeout_s=0.3)
        started = time.monotonic()
        with pytest.raises(UnusableError, match="doesn't end"):
            chat(server)
        assert time.monotonic() - started < 8


def test_an_answer_that_never_ends_is_not_read_to_its_end(quick, monkeypatch):
    monkeypatch.setattr(endpoint_http, "MAX_BYTES", 10_000)
    with Served() as served:
        served.always = b"data: {}\n\n" * 10_000
        with pytest.raises(UnusableError, match="over 0 MB"):
            chat(at(served.url))


def test_a_text_over_the_context_is_told_as_such():
    with Served() as served:
        served.long = "Bonjour"
        with pytest.raises(TooLongError, match="context size"):
            chat(at(served.url))
        assert len(served.asked) == 1


def test_calls_end_at_once_from_another_thread(quick):
    with Served() as served:
        served.always = "stall"
        calls, seen = Calls(), []

        def ask():
            try:
                chat(at(served.url, timeout_s=60), calls)
            except Ended as error:
                seen.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        assert served.stalling.wait(10)
        calls.end()
        thread.join(5)
        assert seen
        assert served.hung_up.wait(5)
        with pytest.raises(Ended):
            chat(at(served.url), calls)


def test_what_a_server_does_not_know_is_nothing(quick):
    with Served() as served:
        root = served.url.removesuffix("/v1")
        served.pages["/props"] = {"n_ctx": 1}
        server = at(served.url)
        assert server.probe(f"{root}/props") == {"n_ctx": 1}
        assert server.probe(f"{root}/api/ps") is None
    assert server.probe(f"{root}/props") is None
