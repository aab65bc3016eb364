from types import SimpleNamespace

import pytest

from toolkit.server.access import Access, Admission, Caller
from toolkit.server.clients import client_of, is_trusted, owner_of


@pytest.mark.parametrize(
    ("caller", "client", "owner", "trusted"),
    [
        (Caller("127.0.0.1"), "127.0.0.1", "", True),
        (Caller("::1"), "::1", "", True),
        (Caller("192.168.0.7"), "192.168.0.7", "", False),
        (Caller("ada", has_key=True), "ada", "ada", True),
    ],
)
def test_who_has_a_key_has_jobs_of_their_own(caller, client, owner, trusted):
    admission = Admission(access=Access(), caller=caller, needs_key=False)
    request = SimpleNamespace(state=SimpleNamespace(admission=admission))
    assert client_of(request) == client
    assert owner_of(request) == owner
    assert is_trusted(request) is trusted
