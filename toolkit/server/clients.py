"""Who asks: for whose sake turns are fair, and whose jobs are whose."""

from ipaddress import ip_address

from starlette.requests import HTTPConnection


def owner_of(request: HTTPConnection) -> str:
    """The name of the API key that came with a request, empty without one."""
    return str(getattr(request.state, "key_name", "") or "")


def client_of(request: HTTPConnection) -> str:
    """The owner, or the address that a request came from."""
    return owner_of(request) or address_of(request)


def address_of(request: HTTPConnection) -> str:
    return request.client.host if request.client else ""


def is_trusted(request: HTTPConnection) -> bool:
    """Whether a request is of this machine, or has an API key."""
    if owner_of(request):
        return True
    try:
        return ip_address(address_of(request)).is_loopback
    except ValueError:
        return False
