"""Who may ask the server for what: docs/decisions/0022.

A browser on this machine runs pages of strangers, which may send requests to the server too. What
gives them away are the name that they asked for (Host) and where they are from (Origin,
Sec-Fetch-Site), which no page can forge.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from urllib.parse import urlsplit

from toolkit.errors import UsageError
from toolkit.server.errors import ApiError
from toolkit.server.keys import ApiKeys, read_keys
from toolkit.server.options import ServerOptions

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# For everybody: the page, which asks for a key, and what says nothing of anybody's texts. Who knows
# the name of a file was told it.
PUBLIC = frozenset({"/", "/health", "/languages", "/frontend/settings", "/openapi.json"})
PUBLIC_BELOW = ("/static/", "/download_file/")
# Where the key may stand in the body, which isn't read yet; `Admission.with_key` looks at it.
KEY_IN_BODY = frozenset({"/translate", "/detect", "/translate_file", "/suggest"})
SCHEMES = ("bearer", "deepl-auth-key")
# What a proxy adds. Whoever it stands before is not on this machine.
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
ANY_ADDRESS = ("0.0.0.0", "::", "")


@dataclass(frozen=True, slots=True)
class Caller:
    """`name` tells callers apart: that of the key, or the address that a request is from."""

    name: str
    has_key: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """`hosts` are names that the server may be called by beside those of this machine."""

    keys: ApiKeys = field(default_factory=ApiKeys)
    hosts: frozenset[str] = frozenset()
    needs_key: bool = False

    @classmethod
    def of(cls, options: ServerOptions) -> "Access":
        """Raises UsageError for an address of other machines without keys, and for a bad file."""
        if options.api_keys is None and not is_this_machine(options.host):
            raise UsageError(
                f"other machines can reach {options.host or 'every address'}, so callers need "
                "keys: toolkit serve --new-api-key NAME makes one, --api-keys FILE names the file"
            )
        bound = () if options.host in ANY_ADDRESS else (options.host,)
        return cls(
            keys=read_keys(options.api_keys) if options.api_keys else ApiKeys(),
            hosts=frozenset(host_of(each) for each in (*bound, *options.allowed_hosts)),
            needs_key=options.api_keys is not None,
        )

    def admit(
        self, method: str, path: str, headers: Mapping[str, str], peer: str, *, own: str = ""
    ) -> "Admission":
        """Raises ApiError for who may not ask. `headers` have names in small letters, `own` is the
        number of this machine that the request arrived at.
        """
        host = headers.get("host", "")
        if not (self._is_called(host) or _is_number(host_of(host), own)):
            raise ApiError(
                421,
                "unknown_host",
                f"this server isn't called {host[:100]!r}; --allowed-host adds a name",
            )
        public = method in SAFE_METHODS and (path in PUBLIC or path.startswith(PUBLIC_BELOW))
        needs_key = not public and (
            self.needs_key
            or not is_this_machine(host_of(host))
            or any(name in headers for name in FORWARDED)
        )
        admission = Admission(
            access=self,
            caller=self.caller(key_of(headers), peer),
            needs_key=needs_key,
            is_foreign=method not in SAFE_METHODS and not _is_own(headers),
        )
        return admission if path in KEY_IN_BODY else admission.with_key("")

    def caller(self, key: str, peer: str) -> Caller:
        """Whose key it is, or who else asks."""
        name = self.keys.name_of(key) if key else None
        return Caller(peer) if name is None else Caller(name, has_key=True)

    def _is_called(self, host: str) -> bool:
        name = host_of(host)
        return is_this_machine(name) or name in self.hosts


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What was found out about a request from its headers. It `is_foreign` where a page of another
    site made it.
    """

    access: Access
    caller: Caller
    needs_key: bool
    is_foreign: bool = False

    def with_key(self, key: str) -> "Admission":
        """The same with the key that stands in the body. Raises ApiError where one is needed and
        neither that nor the one of the headers is known.
        """
        caller = self.caller
        if key and not caller.has_key:
            caller = self.access.caller(key, caller.name)
        if caller.has_key:
            return replace(self, caller=caller)
        if self.is_foreign:
            raise ApiError(403, "foreign_origin", "pages of other sites may not ask this server")
        if self.needs_key:
            raise ApiError(
                401,
                "key_needed",
                "this server needs an API key, which is missing or not known",
                {"WWW-Authenticate": "Bearer"},
            )
        return self


def key_of(headers: Mapping[str, str]) -> str:
    """The key in the headers, empty where there is none."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    key = value if scheme.lower() in SCHEMES else headers.get("x-api-key", "")
    return key.strip()


def host_of(host: str) -> str:
    """The name or number in a Host header, without brackets and port."""
    name, _, port = host.rpartition(":")
    if not name or not port.isdecimal() or (":" in name and not name.endswith("]")):
        name = host
    return name.strip("[]").rstrip(".").lower()


def is_this_machine(name: str) -> bool:
    """Whether no other machine can be called so."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _is_number(name: str, own: str) -> bool:
    """Whether a host is called by the number `own`; no name can be."""
    try:
        return ip_address(name) == ip_address(own)
    except ValueError:
        return False


def _is_own(headers: Mapping[str, str]) -> bool:
    """Whether a request is from a page of this server, or from none."""
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc.lower() == headers["host"].lower()
    except ValueError:
        return False
