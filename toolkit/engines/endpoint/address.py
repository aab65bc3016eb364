"""The address of a server that speaks the OpenAI protocol, and whether it is on this machine."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

HOST_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")
PATH = re.compile(r"[\w/.~%+-]*", re.ASCII)
EXAMPLE = "http://127.0.0.1:11434/v1"
VERSION = "/v1"


@dataclass(frozen=True, slots=True)
class Address:
    """`base` has no slash at its end; requests go below it. `host` is a name or a number."""

    base: str
    host: str

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Raises ValueError for anything but a plain address. What it says never repeats `text`,
        in which there may be a password.
        """
        try:
            parts = urlsplit(text.strip())
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise ValueError(f"this is no address; write it like {EXAMPLE}") from None
        if parts.scheme not in ("http", "https") or not host:
            raise ValueError(f"an address begins with http:// or https://, like {EXAMPLE}")
        if "@" in parts.netloc:
            raise ValueError(
                "an address holds no user or password; put a key into the environment variable "
                "TOOLKIT_API_KEY"
            )
        if parts.query or parts.fragment:
            raise ValueError(f"an address ends with its path, like {EXAMPLE}")
        is_number = ":" in host and "%" not in host and _is_number(host)
        if not (is_number or HOST_NAME.fullmatch(host)) or not PATH.fullmatch(parts.path):
            raise ValueError(f"this is no address; write it like {EXAMPLE}")
        if _is_number(host) and ip_address(host).is_unspecified:
            raise ValueError(f"{host} is where a server listens; write 127.0.0.1 for this machine")
        place = f"[{host}]" if is_number else host
        number = f":{port}" if port else ""
        return cls(f"{parts.scheme}://{place}{number}{parts.path.rstrip('/')}", host)

    @property
    def is_local(self) -> bool:
        """Whether it is this machine for certain: other names may lead anywhere."""
        if not _is_number(self.host):
            return self.host.lower() == "localhost"
        number = ip_address(self.host)
        if isinstance(number, IPv6Address) and number.ipv4_mapped:
            return number.ipv4_mapped.is_loopback
        return number.is_loopback

    @property
    def is_encrypted(self) -> bool:
        return self.base.startswith("https:")

    @property
    def warning(self) -> str:
        """What is told before texts are sent there, nothing of this machine."""
        if self.is_local:
            return ""
        how = "" if self.is_encrypted else ", unencrypted"
        return f"texts leave this machine: they are sent to {self.host}{how}"

    @property
    def has_version(self) -> bool:
        return self.base.endswith(VERSION)

    @property
    def root(self) -> str:
        """Where a server has what is its own, beside what the protocol asks for."""
        return self.base.removesuffix(VERSION)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
