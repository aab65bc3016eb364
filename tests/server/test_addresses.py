from ipaddress import ip_address

import pytest

from toolkit.server.addresses import FetchError, is_public, look_up, parse_address

PRIVATE = """
127.0.0.1 127.8.9.1 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 198.18.0.1
192.0.0.1 192.0.2.1 192.88.99.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 fe80::1 fe80::1%1 fc00::1 fd12::1 fec0::1 ff02::1
64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 3fff::1
5f00::1
""".split()


@pytest.mark.parametrize("number", PRIVATE)
def test_what_is_not_for_everybody_is_not_public(number):
    assert not is_public(ip_address(number))


@pytest.mark.parametrize("number", ["8.8.8.8", "93.184.215.14", "2a00:1450:4007::200e"])
def test_what_anybody_may_have_is_public(number):
    assert is_public(ip_address(number))


@pytest.mark.parametrize(
    ("text", "host", "url"),
    [
        ("http://Example.org", "example.org", "http://example.org/"),
        ("https://example.org:443/a?b=c#d", "example.org", "https://example.org/a?b=c"),
        ("http://example.org.:8080/", "example.org", "http://example.org:8080/"),
        ("http://élysée.fr/é", "xn--lyse-9oad.fr", "http://xn--lyse-9oad.fr/é"),
        ("https://[2A00::1]/", "2a00::1", "https://[2a00::1]/"),
        ("http://a_b.example/", "a_b.example", "http://a_b.example/"),
        # Digits in circles, full-width digits and a full stop of Chinese.
        ("http://①②⑦.⓪.⓪.①/", "127.0.0.1", "http://127.0.0.1/"),
        ("http://１２７。0.0.1/", "127.0.0.1", "http://127.0.0.1/"),
    ],
)
def test_an_address_comes_apart(text, host, url):
    target = parse_address(text)
    assert (target.host, target.url) == (host, url)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org",
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://example.org/",
        "javascript:alert(1)",
        "http://",
        "http:///etc/passwd",
        "http://user@example.org/",
        "http://user:secret@example.org/",
        "http://example.org@127.0.0.1/",
        "http://example.org:99999/",
        "http://example.org:x/",
        "http://exa mple.org/",
        "http://example.org/a\r\nHost: b",
        "http://example.org\\@127.0.0.1/",
        "http://example.org%2f/",
        "http://%6cocalhost/",
        "http://[::1",
        "http://[fe80::1%25eth0]/",
        "http://[::127.0.0.1.example]/",
        "http://" + "a" * 2000 + ".example/",
        # Numbers as only libraries read them.
        "http://127.1/",
        "http://2130706433/",
        "http://017700000001/",
        "http://0177.0.0.1/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://127.0.0.0x1/",
        "http://example.1/",
        "http://\ud800.example/",
    ],
)
def test_what_is_no_plain_address_is_refused_without_being_repeated(text):
    with pytest.raises(FetchError) as caught:
        parse_address(text)
    assert "secret" not in str(caught.value)


def test_a_number_is_looked_up_as_itself():
    assert list(look_up("127.0.0.1")) == [ip_address("127.0.0.1")]
