import gzip
import socket
import socketserver
import ssl
import subprocess
import threading
import time
import zlib
from ipaddress import ip_address
from shutil import which

import pytest

from toolkit.server.addresses import FetchError
from toolkit.server.fetching import Fetcher

LOOPBACK = ip_address("127.0.0.1")
PAGE = b"<html><p>Le ministre est arriv\xc3\xa9.</p></html>"


def answer(body=PAGE, *, status="200 OK", content_type="text/html", **headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(where, status="302 Found"):
    return answer(b"", status=status, Location=where)


class Site(socketserver.ThreadingTCPServer):
    """Answers each path with the bytes that `pages` have for it, or as a function there does."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, pages):
        self.pages, self.asked, self.requests = pages, [], []
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = self.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            request = b""
            while b"\r\n\r\n" not in request:
                if not (part := self.request.recv(65536)):
                    return
                request += part
            path = request.split(b" ")[1].decode()
            self.server.asked.append(path)
            self.server.requests.append(request.decode())
            page = self.server.pages[path]
            if callable(page):
                page(self.request)
            else:
                self.request.sendall(page)
        except OSError:
            pass


def fetcher(site, **options):
    defaults = {
        "look_up": lambda host: [LOOPBACK],
        "is_allowed": lambda number: True,
        "ports": frozenset({site.port}),
        "timeout_s": 5.0,
    }
    return Fetcher(**{**defaults, **options})


def fetch(pages, path="/", **options):
    """What comes of asking a site with these pages."""
    with Site(pages) as site:
        return fetcher(site, **options).fetch(f"http://news.example:{site.port}{path}")


def test_a_page_comes_with_how_to_read_it():
    page = fetch({"/a?b=c": answer(content_type="text/html; charset=ISO-8859-15")}, "/a?b=c#d")
    assert page.data == PAGE
    assert page.address.endswith("/a?b=c")
    assert (page.reading.kind, page.reading.encoding) == ("html", "iso8859-15")


@pytest.mark.parametrize(
    ("content_type", "kind", "encoding"),
    [
        ("application/xhtml+xml", "html", None),
        ("TEXT/PLAIN;charset=utf-8", "text", None),
        ("text/html; charset=latin-1", "html", "cp1252"),
        ("text/html; charset=rot13", "html", None),
    ],
)
def test_the_header_says_what_it_is(content_type, kind, encoding):
    reading = fetch({"/": answer(content_type=content_type)}).reading
    assert (reading.kind, reading.encoding) == (kind, encoding)


@pytest.mark.parametrize(
    "content_type", ["", "application/pdf", "image/png", "html", "text/html, x/y; q"]
)
def test_what_is_no_page_is_refused(content_type):
    with pytest.raises(FetchError, match="neither HTML nor text"):
        fetch({"/": answer(content_type=content_type)})


def test_a_request_tells_nothing_of_who_asks(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    pages = {
        "/": answer(b"", status="301 Moved", Location="/b", Set_Cookie="a=b"),
        "/b": answer(),
    }
    with Site(pages) as site:
        fetcher(site).fetch(f"http://news.example:{site.port}/")
        lines = [set(request.lower().split("\r\n")) for request in site.requests]
    assert f"host: news.example:{site.port}" in lines[1]
    assert "user-agent: toolkit-fr-en" in lines[1]
    names = {line.partition(":")[0] for line in lines[1]}
    assert not names & {"cookie", "referer", "authorization", "from"}


# Where it may lead.


def test_a_name_that_leads_to_this_machine_is_not_asked():
    with Site({"/": answer()}) as site:
        ordinary = Fetcher(ports=frozenset({site.port}))
        for host in ("localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"):
            with pytest.raises(FetchError, match=r"isn't public|no site"):
                ordinary.fetch(f"http://{host}:{site.port}/")
        assert site.asked == []


def test_all_that_a_name_leads_to_has_to_be_public():
    numbers = [ip_address("8.8.8.8"), ip_address("10.0.0.1")]
    with pytest.raises(FetchError, match="isn't public"):
        Fetcher(look_up=lambda host: numbers).fetch("http://news.example/")


def test_a_name_is_looked_up_once_and_the_number_that_was_looked_at_is_asked():
    """A name that leads elsewhere a moment later doesn't matter."""
    seen = []

    def rebinding(host):
        seen.append(host)
        return [LOOPBACK] if len(seen) == 1 else [ip_address("127.0.0.2")]

    page = fetch({"/": answer()}, look_up=rebinding)
    assert page.data == PAGE
    assert seen == ["news.example"]


def test_a_redirect_is_looked_at_again():
    names = {"news.example": LOOPBACK, "inside.example": ip_address("127.0.0.2")}
    with Site({}) as site:
        site.pages["/"] = redirect(f"http://inside.example:{site.port}/secret")
        guarded = fetcher(
            site,
            look_up=lambda host: [names[host]],
            is_allowed=lambda number: number == LOOPBACK,
        )
        with pytest.raises(FetchError, match=r"inside\.example isn't public"):
            guarded.fetch(f"http://news.example:{site.port}/")
        assert site.asked == ["/"]


@pytest.mark.parametrize(
    "where",
    [
        "file:///etc/passwd",
        "http://news.example:22/",
        "http://user:secret@news.example/",
        "//0x7f000001/",
        "http://[::1",
    ],
)
def test_a_redirect_leads_nowhere_that_an_address_may_not(where):
    with pytest.raises(FetchError) as caught:
        fetch({"/": redirect(where)})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_redirects_are_followed(status):
    page = fetch({"/a/b": redirect("../c", status), "/c": answer()}, "/a/b")
    assert page.address.endswith("/c")


def test_redirects_in_a_circle_end():
    with Site({"/": redirect("/")}) as site:
        with pytest.raises(FetchError, match="over 5 times"):
            fetcher(site).fetch(f"http://news.example:{site.port}/")
        assert len(site.asked) == 6


@pytest.mark.parametrize("port", [21, 22, 25, 3306, 6379, 8080])
def test_other_ports_are_not_asked(port):
    with pytest.raises(FetchError, match="only 80, 443"):
        Fetcher(look_up=lambda host: pytest.fail("asked")).fetch(f"http://news.example:{port}/")


# What may come.


def test_a_page_that_is_too_large_is_refused_before_all_of_it_is_read():
    def endless(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with pytest.raises(FetchError, match=r"larger than 0\.1 MB"):
        fetch({"/": endless}, max_bytes=100_000)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_packed_page_is_unpacked(pack):
    encoding = "gzip" if pack is gzip.compress else "deflate"
    assert fetch({"/": answer(pack(PAGE), Content_Encoding=encoding)}).data == PAGE


def test_a_bomb_is_unpacked_no_further_than_pages_go():
    bomb = gzip.compress(bytes(20_000_000), compresslevel=1)
    with pytest.raises(FetchError, match="larger than 1 MB"):
        fetch({"/": answer(bomb, Content_Encoding="gzip")}, max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("body", "encoding", "said"),
    [
        (b"no gzip", "gzip", "damaged"),
        (gzip.compress(PAGE)[:-12], "gzip", "damaged"),
        (PAGE, "br", "isn't read"),
        (gzip.compress(gzip.compress(PAGE)), "gzip, gzip", "isn't read"),
    ],
    ids=["no gzip", "cut off", "another encoding", "twice"],
)
def test_what_is_packed_otherwise_is_refused(body, encoding, said):
    with pytest.raises(FetchError, match=said):
        fetch({"/": answer(body, Content_Encoding=encoding)})


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
    ],
)
def test_a_site_that_sends_a_letter_now_and_then_is_not_waited_for(start):
    def dripping(connection):
        connection.sendall(start)
        while True:
            time.sleep(0.05)
            connection.sendall(b"x")

    started = time.monotonic()
    with pytest.raises(FetchError, match=r"doesn't answer within 0\.4 s"):
        fetch({"/": dripping}, timeout_s=0.4)
    assert time.monotonic() - started < 3


def test_redirects_share_the_time_of_a_fetch():
    def slow(connection):
        time.sleep(0.15)
        connection.sendall(redirect("/"))

    with pytest.raises(FetchError, match="doesn't answer within"):
        fetch({"/": slow}, timeout_s=0.4)


@pytest.mark.parametrize(
    "bytes_sent",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 50\r\n\r\n<p>cut",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
    ],
)
def test_what_is_no_answer_is_an_error_of_ours(bytes_sent):
    with pytest.raises(FetchError, match=r"news\.example"):
        fetch({"/": bytes_sent})


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified", "404 Not Found", "500 X"])
def test_an_answer_without_a_page_is_told(status):
    body = b"" if status < "4" else PAGE
    with pytest.raises(FetchError, match=f"answers {status[:3]}"):
        fetch({"/": answer(body, status=status)})


def test_nobody_there_is_told():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    asked = Fetcher(
        look_up=lambda host: [LOOPBACK, LOOPBACK],
        is_allowed=lambda number: True,
        ports=frozenset({port}),
    )
    with pytest.raises(FetchError, match=r"nobody answers at news\.example"):
        asked.fetch(f"http://news.example:{port}/")


def test_a_name_of_nothing_is_told():
    def unknown(host):
        raise OSError

    with pytest.raises(FetchError, match=r"no site news\.example"):
        Fetcher(look_up=unknown).fetch("http://news.example/")


@pytest.mark.skipif(not which("openssl"), reason="makes its certificate with openssl")
def test_a_certificate_has_to_be_that_of_the_name(tmp_path):
    """Though the connection goes to a number."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {key} "
        f"-out {certificate} -days 2 -subj /CN=news.example "
        "-addext subjectAltName=DNS:news.example",
        shell=True,
        check=True,
        capture_output=True,
    )
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate, key)
    with Site({"/": answer()}) as site:
        site.socket = served.wrap_socket(site.socket, server_side=True)
        trusting = fetcher(site, tls=ssl.create_default_context(cafile=certificate))
        assert trusting.fetch(f"https://news.example:{site.port}/").data == PAGE
        with pytest.raises(FetchError, match=r"certificate|CERTIFICATE"):
            trusting.fetch(f"https://other.example:{site.port}/")
        with pytest.raises(FetchError, match=r"certificate|CERTIFICATE"):
            fetcher(site).fetch(f"https://news.example:{site.port}/")
