"""Which web addresses may be fetched: nothing that isn't public, however it is written."""

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

import idna

from toolkit.errors import InputError

IpAddress = IPv4Address | IPv6Address
MAX_CHARS = 2000
HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", re.ASCII)
PORTS = {"http": 80, "https": 443}
PUBLIC_IPV6 = ip_network("2000::/3")  # all that is given out
# What Python's own tables, which differ between its versions, may hold for public: relays, tests,
# examples, and IPv6 in which there is an IPv4 address that would have to be looked at.
NOT_PUBLIC = tuple(
    map(
        ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20"),
    )
)


class FetchError(InputError):
    """A web address that isn't fetched, or gives no page."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address in parts. `host` is a name in ASCII or a number, `path` has the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def place(self) -> str:
        """The host as addresses have it, with its port where that isn't the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.place}{self.path}"

    def at(self, number: IpAddress) -> str:
        """The same at one of its numbers, for which nothing has to be looked up."""
        host = f"[{number}]" if number.version == 6 else str(number)
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def parse_address(text: str) -> Target:
    """Raises FetchError for what is no plain address of the web. What it says repeats no address,
    in which there may be a password.
    """
    address = text.strip()
    if len(address) > MAX_CHARS:
        raise FetchError(f"the address is longer than {MAX_CHARS} characters")
    if not address.isprintable() or any(char in address for char in " \\"):
        raise FetchError("the address holds characters that addresses can't have")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise FetchError("this is no address of the web") from None
    if parts.scheme not in PORTS or not host:
        raise FetchError("an address begins with http:// or https:// and the name of a site")
    if "@" in parts.netloc:
        raise FetchError("an address with a user or a password isn't fetched")
    query = f"?{parts.query}" if parts.query else ""
    return Target(
        parts.scheme,
        _host(host, bracketed="[" in parts.netloc),
        PORTS[parts.scheme] if port is None else port,
        (parts.path or "/") + query,
    )


def _host(host: str, *, bracketed: bool) -> str:
    if bracketed:
        try:
            return str(IPv6Address(host if "%" not in host else ""))
        except ValueError:
            raise FetchError("the number in the address is no IPv6 address") from None
    name = host.removesuffix(".")
    if not HOST_NAME.fullmatch(name):
        try:
            # Which makes plain letters and digits of all that look like them.
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise FetchError("the name of the site can't be read") from None
    last = name.rpartition(".")[2]
    if last.isdecimal() or last.startswith("0x"):
        # Libraries read 127.1, 0177.0.0.1, 0x7f000001 and 2130706433 as numbers too.
        try:
            return str(IPv4Address(name))
        except ValueError:
            raise FetchError("the number in the address is no IPv4 address") from None
    return name


def is_public(number: IpAddress) -> bool:
    """Whether anybody may have it: no address of this machine, of a network behind it, or for many
    at once.
    """
    if number.is_multicast or number.is_reserved or not number.is_global:
        return False
    if number.version == 6 and number not in PUBLIC_IPV6:
        return False
    return not any(number in network for network in NOT_PUBLIC)


def look_up(host: str) -> Sequence[IpAddress]:
    """The numbers of a name, or the one that it is. Raises OSError where there is none."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(address[0]) for *_, address in found))
