"""For whose sake turns are fair, and whose jobs are whose."""

from starlette.requests import Request

from toolkit.server.access import is_this_machine
from toolkit.server.security import admission_of


def client_of(request: Request) -> str:
    """The name of the API key, or the address, that a request came with."""
    return admission_of(request).caller.name


def owner_of(request: Request) -> str:
    """Who sees the jobs that are begun: with an API key those of the key, without one all others'
    without one.
    """
    caller = admission_of(request).caller
    return caller.name if caller.has_key else ""


def is_trusted(request: Request) -> bool:
    """Whether a request is of this machine, or has an API key."""
    caller = admission_of(request).caller
    return caller.has_key or is_this_machine(caller.name)
