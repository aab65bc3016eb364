import os
import stat

import pytest

from toolkit.errors import UsageError
from toolkit.server import keys
from toolkit.server.keys import ApiKeys, add_key, read_keys


def test_a_key_is_known_by_its_name_and_stands_nowhere(tmp_path):
    path = tmp_path / "new" / "api-keys"
    laptop, phone = add_key(path, "laptop"), add_key(path, "phone")
    known = read_keys(path)
    assert (known.name_of(laptop), known.name_of(phone)) == ("laptop", "phone")
    text = path.read_text("ascii")
    assert laptop not in text
    assert laptop.removeprefix("tk-") not in text
    assert laptop != phone


def test_the_same_key_would_be_stored_otherwise_each_time(tmp_path, monkeypatch):
    monkeypatch.setattr(keys.secrets, "token_urlsafe", lambda size: "always the same")
    add_key(tmp_path / "keys", "a")
    add_key(tmp_path / "keys", "b")
    first, second = read_keys(tmp_path / "keys").stored
    assert first.salt != second.salt
    assert first.digest != second.digest


@pytest.mark.parametrize(
    "change", [str.lower, str.upper, lambda key: key[:-1], lambda key: key * 2]
)
def test_another_key_is_nobodys(tmp_path, change):
    key = add_key(tmp_path / "keys", "a")
    assert read_keys(tmp_path / "keys").name_of(change(key)) is None


@pytest.mark.parametrize("key", ["", "a", "é\ud800\0", "x" * 10**6])
def test_what_can_be_no_key_is_nobodys(tmp_path, key):
    add_key(tmp_path / "keys", "a")
    assert read_keys(tmp_path / "keys").name_of(key) is None
    assert ApiKeys().name_of(key) is None


def test_every_key_is_compared_whichever_is_right(tmp_path, monkeypatch):
    first = add_key(tmp_path / "keys", "a")
    for name in "bcd":
        add_key(tmp_path / "keys", name)
    known, compared = read_keys(tmp_path / "keys"), []
    compare = keys.hmac.compare_digest
    monkeypatch.setattr(
        keys.hmac, "compare_digest", lambda a, b: compared.append(1) or compare(a, b)
    )
    assert known.name_of(first) == "a"
    assert len(compared) == 4


def test_nobody_else_can_read_the_file(tmp_path):
    mask = os.umask(0)
    try:
        add_key(tmp_path / "keys", "a")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_file_that_others_can_write_is_refused(tmp_path):
    path = tmp_path / "keys"
    add_key(path, "a")
    path.chmod(0o660)
    with pytest.raises(UsageError, match="chmod 600"):
        read_keys(path)
    with pytest.raises(UsageError, match="chmod 600"):
        add_key(path, "b")


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "../a", "-a", "é", "a" * 65])
def test_a_name_is_a_plain_word(tmp_path, name):
    with pytest.raises(UsageError, match="can't name a key"):
        add_key(tmp_path / "keys", name)
    assert not (tmp_path / "keys").exists()


def test_a_name_is_given_once(tmp_path):
    add_key(tmp_path / "keys", "a")
    with pytest.raises(UsageError, match="has a key a"):
        add_key(tmp_path / "keys", "a")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no API keys"),
        (b"# nothing yet\n\n", "no API keys"),
        (b"secret\n", "line 1"),
        (b"a 00 00\n", "line 1"),
        (b"\xff\xfe", "no file of API keys"),
    ],
)
def test_what_holds_no_keys_is_refused_without_being_shown(tmp_path, content, said):
    path = tmp_path / "keys"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(UsageError, match=said) as caught:
        read_keys(path)
    assert "secret" not in str(caught.value)


def test_comments_and_other_keys_stay(tmp_path):
    path = tmp_path / "keys"
    path.write_text("# of the office")
    path.chmod(0o600)
    named = {add_key(path, name): name for name in "abc"}
    known = read_keys(path)
    assert {key: known.name_of(key) for key in named} == named
    assert path.read_text().startswith("# of the office\n")


@pytest.mark.parametrize("place", ["missing", "."])
def test_a_file_that_cant_be_read_is_an_error_that_says_what_to_do(tmp_path, place):
    with pytest.raises(UsageError, match="--new-api-key"):
        read_keys(tmp_path / place)


def test_a_file_that_cant_be_written_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="can't be written"):
        add_key(tmp_path / "file" / "keys", "a")
