import contextlib
import socket
import sys
import time

import pytest

pytest.importorskip("uvicorn")
import httpx2 as httpx

from tests.server.serving import served
from toolkit.server.connections import Connection

BIG = b"x" * 20_000_000  # more than the system holds for who doesn't take it


class Quick(Connection):
    request_seconds = 0.3
    max_connections = 6


async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        body = BIG if scope["path"] == "/big" else b"there"
        await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def port():
    with served(app, Quick) as port:
        yield port


def connected(port):
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def drip(connection, seconds=3.0):
    """Sends a byte now and then until the other side closes; whether it did in time."""
    end = time.monotonic() + seconds
    with contextlib.suppress(OSError):
        while time.monotonic() < end:
            connection.sendall(b"x")
            time.sleep(0.05)
    return time.monotonic() < end


@pytest.mark.parametrize("start", [b"", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: "])
def test_a_request_that_drips_is_not_waited_for(port, start):
    with connected(port) as slow:
        slow.sendall(start)
        assert drip(slow)


def test_what_follows_an_answer_may_not_drip_either(port):
    with connected(port) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert slow.recv(65536).startswith(b"HTTP/1.1 200")
        assert drip(slow)


def test_a_body_that_nobody_reads_ends(port):
    with connected(port) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n")
        assert drip(slow)


def test_who_goes_on_asking_keeps_the_connection(port):
    with httpx.Client() as client:
        for _ in range(4):
            answer = client.get(f"http://127.0.0.1:{port}/")
            time.sleep(0.15)
        stream = answer.extensions["network_stream"]
        assert answer.text == "there"
        assert not stream.get_extra_info("is_readable")


@pytest.mark.skipif(sys.platform != "linux", reason="others have one address of their own")
def test_more_connections_than_there_may_be_of_one_address_are_closed(port):
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(connected(port)) for _ in range(3)]
        time.sleep(0.05)
        with connected(port) as extra, contextlib.suppress(ConnectionError):
            assert extra.recv(1) == b""
        other = ("127.0.0.2", 0)
        opened.append(stack.enter_context(socket.create_connection(("127.0.0.1", port), 5, other)))
        for each in (opened[0], opened[-1]):
            each.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert each.recv(65536).startswith(b"HTTP/1.1 200")


def taken(connection, pause):
    """How many bytes come."""
    size = 0
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(1_000_000):
            size += len(part)
            time.sleep(pause)
    return size


@pytest.mark.parametrize("pause", [0.0, 0.02])
def test_an_answer_may_be_taken_slowly(port, pause):
    with connected(port) as reader:
        reader.sendall(b"GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert taken(reader, pause) > len(BIG)


def test_an_answer_that_nobody_takes_is_given_up(port):
    with connected(port) as idle:
        idle.sendall(b"GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(1.2)
        assert taken(idle, 0) < len(BIG)
