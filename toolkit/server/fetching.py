"""A page from the web, for a server that was told that it may: docs/decisions/0022.

A page may lead anywhere, and whoever names it may want to reach what only this machine can. So a
name is looked up once, all that it leads to has to be public, and the connection goes to a number
that was looked at: whatever the name leads to a moment later doesn't matter.
"""

import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urljoin

import httpx2

from toolkit.engines.endpoint.http import Calls, UnusableError
from toolkit.models.boundary import one_line
from toolkit.reading import Kind, Reading, text_encoding
from toolkit.server.addresses import (
    PORTS,
    FetchError,
    IpAddress,
    Target,
    is_public,
    look_up,
    parse_address,
)

KINDS: Mapping[str, Kind] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
}
# UTF-8 is found out, and a stray byte in it is no reason to read nothing; the others stand for
# their superset.
FOUND_ANYWAY = {"utf-8": None, "ascii": None, "iso8859-1": "cp1252"}
HEADERS = {
    "User-Agent": "toolkit-fr-en",
    "Accept": "text/html, application/xhtml+xml, text/plain;q=0.5",
    "Accept-Encoding": "gzip",
}
REDIRECTS = (301, 302, 303, 307, 308)
GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is at an `address`, after redirects, and how to read it."""

    address: str
    data: bytes
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """`timeout_s` is for all of a fetch but the looking up of names, for which the system has its
    own; `max_bytes` is for a page, packed or not.

    Only the ports of the web itself are asked, as others are those of mail and of databases. No
    proxy of the environment is used: it would look the name up once more, and by itself.
    """

    look_up: Callable[[str], Sequence[IpAddress]] = look_up
    is_allowed: Callable[[IpAddress], bool] = is_public
    ports: frozenset[int] = frozenset(PORTS.values())
    max_bytes: int = 10_000_000
    max_redirects: int = 5
    timeout_s: float = 30.0
    connect_s: float = 5.0
    tls: ssl.SSLContext | bool = True

    def fetch(self, address: str) -> Page:
        """Raises FetchError for an address that isn't public, and for what is no page."""
        target = parse_address(address)
        end = time.monotonic() + self.timeout_s
        for _ in range(1 + self.max_redirects):
            found = self._ask(target, end)
            if isinstance(found, Page):
                return found
            target = parse_address(_joined(target.url, found))
        raise FetchError(f"{target.host} sends elsewhere over {self.max_redirects} times")

    def _ask(self, target: Target, end: float) -> Page | str:
        """The page, or where else it is said to be."""
        numbers = self._numbers(target)
        error = FetchError(f"nobody answers at {target.host}")
        for number in numbers:
            left = end - time.monotonic()
            if left <= 0:
                raise FetchError(f"{target.host} doesn't answer within {self.timeout_s:g} s")
            try:
                with Calls().watched(left) as trace:
                    return self._exchange(target, number, left, trace)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as refused:
                error = FetchError(f"nobody answers at {target.host} ({one_line(refused)})")
            except (UnusableError, httpx2.TimeoutException):
                raise FetchError(
                    f"{target.host} doesn't answer within {self.timeout_s:g} s"
                ) from None
            except (httpx2.HTTPError, httpx2.InvalidURL) as broken:
                raise FetchError(f"{target.host} can't be read: {one_line(broken)}") from broken
        raise error

    def _numbers(self, target: Target) -> Sequence[IpAddress]:
        if target.port not in self.ports:
            ports = ", ".join(map(str, sorted(self.ports)))
            raise FetchError(f"port {target.port} isn't fetched from, only {ports}")
        try:
            numbers = self.look_up(target.host)
        except (OSError, UnicodeError):
            numbers = []
        if not numbers:
            raise FetchError(f"there is no site {target.host} to be found")
        if not all(map(self.is_allowed, numbers)):
            raise FetchError(f"{target.host} isn't public, so it isn't fetched")
        return numbers

    def _exchange(
        self,
        target: Target,
        number: IpAddress,
        left: float,
        trace: Callable[[str, Mapping[str, object]], None],
    ) -> Page | str:
        timeout = httpx2.Timeout(left, connect=min(left, self.connect_s))
        transport = httpx2.HTTPTransport(verify=self.tls)  # without a proxy, since none is named
        with (
            httpx2.Client(transport=transport, trust_env=False, timeout=timeout) as client,
            client.stream(
                "GET",
                target.at(number),
                headers={**HEADERS, "Host": target.place},
                extensions={"sni_hostname": target.host, "trace": trace},
            ) as response,
        ):
            headers, status = response.headers, response.status_code
            if status in REDIRECTS and "location" in headers:
                return headers["location"]
            if status != httpx2.codes.OK:
                raise FetchError(f"{target.host} answers {status}, not with a page")
            reading = _reading(target, headers.get("content-type", ""))
            packed = headers.get("content-encoding", "identity").lower()
            parts: Iterator[bytes] = response.iter_raw()
            if packed in ("gzip", "x-gzip", "deflate"):
                parts = _unpacked(parts, self.max_bytes)
            elif packed != "identity":
                raise FetchError(f"{target.host} packs its page in a way that isn't read")
            return Page(address=target.url, data=self._whole(target, parts), reading=reading)

    def _whole(self, target: Target, parts: Iterator[bytes]) -> bytes:
        data = bytearray()
        try:
            for part in parts:
                data += part
                if len(data) > self.max_bytes:
                    size = f"{self.max_bytes / 1e6:g} MB"
                    raise FetchError(f"the page of {target.host} is larger than {size}")
        except zlib.error:
            raise FetchError(f"the page of {target.host} is damaged") from None
        return bytes(data)


def _joined(address: str, redirect: str) -> str:
    try:
        return urljoin(address, redirect)
    except ValueError:
        return redirect  # which is refused for what it is


def _reading(target: Target, content_type: str) -> Reading:
    header = Message()
    header["Content-Type"] = content_type
    kind = KINDS.get(content_type.partition(";")[0].strip().lower())
    if kind is None:
        raise FetchError(f"what {target.host} has there is neither HTML nor text")
    encoding = text_encoding(header.get_content_charset(""))
    return Reading(kind=kind, encoding=FOUND_ANYWAY.get(encoding or "", encoding))


def _unpacked(parts: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    """As much as may be wanted; a few bytes can stand for gigabytes."""
    unpacker = zlib.decompressobj(GZIP_OR_ZLIB)
    for part in parts:
        while part:
            yield unpacker.decompress(part, max_bytes + 1)
            part = unpacker.unconsumed_tail
    if not unpacker.eof:
        raise zlib.error("cut off")
