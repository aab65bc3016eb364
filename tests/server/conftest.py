import pytest

from tests.server.helpers import client_of, service_of

pytest.importorskip("fastapi", reason="the extra serve is not installed")


@pytest.fixture
def client():
    """One of a server whose engine answers in capitals."""
    with client_of(service_of()) as client:
        yield client
