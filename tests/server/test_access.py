import pytest

from toolkit.errors import UsageError
from toolkit.server.access import Access, Admission, Caller, host_of, is_this_machine, key_of
from toolkit.server.errors import ApiError
from toolkit.server.keys import add_key, read_keys
from toolkit.server.options import ServerOptions

HERE = {"host": "127.0.0.1:8788"}


ORDINARY = Access()


def admit(access=ORDINARY, method="POST", path="/api/v1/jobs", peer="127.0.0.1", own="", **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return access.admit(method, path, {**HERE, **names}, peer, own=own)


def refusal(*args, **kwargs):
    """Status and code of what a request gets that isn't let in."""
    with pytest.raises(ApiError) as caught:
        admit(*args, **kwargs)
    return caught.value.status, caught.value.code


@pytest.fixture
def key(tmp_path):
    return add_key(tmp_path / "keys", "laptop")


@pytest.fixture
def with_keys(tmp_path, key):
    return Access(keys=read_keys(tmp_path / "keys"), needs_key=True)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost", "localhost"),
        ("LOCALHOST.:80", "localhost"),
        ("127.0.0.1:8788", "127.0.0.1"),
        ("[::1]:8788", "::1"),
        ("[::1]", "::1"),
        ("::1", "::1"),
        ("a.example:x", "a.example:x"),
        ("", ""),
    ],
)
def test_a_host_comes_without_its_port(header, name):
    assert host_of(header) == name


@pytest.mark.parametrize(
    "name",
    ["", "localhost.evil.example", "127.0.0.1.nip.io", "evil.example", "0.0.0.0", "::", "10.0.0.1"],
)
def test_other_names_are_not_this_machine(name):
    assert not is_this_machine(name)


# Names: a page whose name was made to lead here asks by that name.


@pytest.mark.parametrize(
    "host", ["localhost:1", "page.localhost", "127.0.0.1", "127.1.2.3", "[::1]:1"]
)
def test_this_machine_may_be_called_by_its_names(host):
    assert admit(host=host).caller == Caller("127.0.0.1")


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("192.0.2.7:8788", "192.0.2.7"),
        ("192.0.2.7", "192.0.2.7"),
        ("[2001:db8::7]:8788", "2001:db8:0::7"),
    ],
)
def test_the_number_that_a_request_arrived_at_is_a_name_that_needs_a_key(host, own, with_keys, key):
    assert admit(with_keys, host=host, own=own, x_api_key=key).caller.has_key
    assert refusal(host=host, own=own) == (401, "key_needed")
    origin = "http://evil.example"
    assert refusal(host=host, own=own, origin=origin) == (403, "foreign_origin")


@pytest.mark.parametrize("host", ["192.0.2.8", "evil.example", "192.0.2.7.nip.io", "", "0.0.0.0"])
@pytest.mark.parametrize("own", ["192.0.2.7", "evil.example", ""])
def test_no_other_number_and_no_name_is_answered_for_it(host, own, with_keys, key):
    assert refusal(with_keys, host=host, own=own, x_api_key=key) == (421, "unknown_host")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8788", "127.0.0.1.nip.io", "localhost@evil.example", ""]
)
def test_no_other_name_is_answered(method, host):
    assert refusal(method=method, host=host) == (421, "unknown_host")


def test_names_that_were_allowed_are_answered(tmp_path, key):
    options = ServerOptions(
        host="192.0.2.7", allowed_hosts=("News.Example",), api_keys=tmp_path / "keys"
    )
    access = Access.of(options)
    for host in ("192.0.2.7:8788", "news.example", "localhost"):
        assert admit(access, host=host, x_api_key=key).caller.has_key
    assert refusal(access, host="other.example", x_api_key=key) == (421, "unknown_host")


# Pages of other sites.


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://localhost:8788"},
        {"origin": "http://[::1"},
        {"origin": ""},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "cross-site", "origin": "http://127.0.0.1:8788"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_pages_of_other_sites_change_nothing(method, headers):
    assert refusal(method=method, **headers) == (403, "foreign_origin")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://127.0.0.1:8788"},
        {"origin": "http://127.0.0.1:8788", "sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
    ],
)
def test_the_own_page_and_programs_may_ask(headers):
    assert admit(**headers).caller == Caller("127.0.0.1")


def test_who_has_a_key_may_be_anywhere(with_keys, key):
    found = admit(with_keys, origin="http://mine.example", authorization=f"Bearer {key}")
    assert found.caller == Caller("laptop", has_key=True)


def test_a_key_that_no_file_holds_makes_no_page_ones_own():
    assert refusal(origin="http://evil.example", x_api_key="any") == (403, "foreign_origin")


# Keys.


@pytest.mark.parametrize("header", ["Bearer {}", "bearer {}", "DeepL-Auth-Key {}", "Bearer  {} "])
def test_a_key_is_taken_as_clients_send_it(with_keys, key, header):
    assert admit(with_keys, authorization=header.format(key)).caller.name == "laptop"
    assert admit(with_keys, x_api_key=key).caller.name == "laptop"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x_api_key": "tk-wrong"},
        {"authorization": "Basic {}"},
        {"authorization": "Bearer"},
        {"authorization": "Bearer tk-wrong"},
        {"cookie": "key={}"},
    ],
)
def test_without_a_key_nothing_is_done(with_keys, key, headers):
    given = {name: value.format(key) for name, value in headers.items()}
    for method in ("GET", "POST", "DELETE"):
        assert refusal(with_keys, method=method, **given) == (401, "key_needed")


@pytest.mark.parametrize("path", ["/", "/static/page.js", "/health", "/languages"])
def test_what_says_nothing_of_texts_is_for_everybody(with_keys, path):
    assert not admit(with_keys, method="GET", path=path).caller.has_key
    assert refusal(with_keys, method="POST", path="/x" + path)[0] == 401


def test_a_key_in_the_body_is_looked_at_later(with_keys, key):
    waiting = admit(with_keys, path="/translate")
    assert waiting.with_key(key).caller == Caller("laptop", has_key=True)
    for wrong in ("", "tk-wrong"):
        with pytest.raises(ApiError) as caught:
            waiting.with_key(wrong)
        assert caught.value.status == 401


def test_a_page_of_another_site_may_ask_with_a_key_in_the_body(with_keys, key):
    waiting = admit(with_keys, path="/translate", origin="http://evil.example")
    assert waiting.with_key(key).caller.name == "laptop"
    with pytest.raises(ApiError) as caught:
        waiting.with_key("tk-wrong")
    assert caught.value.code == "foreign_origin"


def test_who_needs_no_key_may_send_any(key):
    found = admit(path="/translate", authorization="DeepL-Auth-Key anything").with_key("anything")
    assert found.caller == Caller("127.0.0.1")
    assert isinstance(found, Admission)


@pytest.mark.parametrize("header", ["x_forwarded_for", "forwarded", "x_real_ip"])
def test_who_comes_by_a_proxy_needs_a_key(header):
    assert refusal(method="GET", **{header: "127.0.0.1"}) == (401, "key_needed")


def test_who_calls_this_machine_by_another_name_needs_a_key():
    access = Access(hosts=frozenset({"news.example"}))
    assert refusal(access, method="GET", host="news.example") == (401, "key_needed")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "", "news.example"])
def test_no_other_address_is_listened_on_without_keys(host, tmp_path, key):
    with pytest.raises(UsageError, match="--new-api-key"):
        Access.of(ServerOptions(host=host))
    assert Access.of(ServerOptions(host=host, api_keys=tmp_path / "keys")).needs_key


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_an_address_for_all_names_is_no_name(host, tmp_path, key):
    access = Access.of(ServerOptions(host=host, api_keys=tmp_path / "keys"))
    assert refusal(access, host=f"[{host}]", x_api_key=key) == (421, "unknown_host")


def test_key_of_takes_one_header():
    assert key_of({"authorization": "Basic x", "x-api-key": "y"}) == "y"
    assert key_of({"authorization": "Bearer x", "x-api-key": "y"}) == "x"
