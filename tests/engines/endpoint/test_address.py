import pytest

from toolkit.engines.endpoint.address import Address


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1"),
        (" HTTP://LocalHost:1234 ", "http://localhost:1234"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("https://models.example.org/api/v1", "https://models.example.org/api/v1"),
    ],
)
def test_an_address_has_one_form(text, base):
    assert Address.parse(text).base == base


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("127.0.0.1:11434/v1", "begins with http"),
        ("ftp://127.0.0.1/v1", "begins with http"),
        ("http:///v1", "begins with http"),
        ("http://me:hunter2@127.0.0.1/v1", "no user or password"),
        ("http://hunter2@127.0.0.1/v1", "no user or password"),
        ("http://127.0.0.1/v1?key=hunter2", "ends with its path"),
        ("http://127.0.0.1/v1#hunter2", "ends with its path"),
        ("http://127.0.0.1:99999/hunter2", "no address"),
        ("http://127.0.0.1\\@example.org/hunter2", "no"),
        ("http://exa mple.org/hunter2", "no address"),
        ("http://0.0.0.0:11434/v1", "write 127.0.0.1"),
        ("http://[::]:11434/v1", "write 127.0.0.1"),
        ("http://[fe80::1%25eth0]/v1", "no address"),
    ],
)
def test_what_is_no_plain_address_is_explained_without_a_password(text, said):
    with pytest.raises(ValueError, match=said) as caught:
        Address.parse(text)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("localhost", True),
        ("[::1]", True),
        ("[::ffff:127.0.0.1]", True),
        ("192.168.1.5", False),
        ("[::ffff:192.168.1.5]", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
        ("my-laptop", False),
        ("127.1", False),
        ("2130706433", False),
    ],
)
def test_only_what_is_this_machine_for_certain_is_local(host, local):
    assert Address.parse(f"http://{host}:80/v1").is_local is local
