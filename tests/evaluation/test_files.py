import pytest

from toolkit.errors import InputError
from toolkit.evaluation.files import Entry, read_json, read_json_lines, read_toml
from toolkit.files import sha256_of


class Pair(Entry):
    name: str
    count: int


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON: "),
        ("[]", "is not a JSON object"),
        ('{"name": "a"}', "count: Field required"),
        ('{"name": "a", "count": "1"}', "count: Input should be a valid integer"),
        ('{"name": "a", "count": 1, "more": 2}', "more: Extra inputs"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, text, said):
    path = tmp_path / "a.json"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=rf"a\.json: {said}"):
        read_json(path, Pair)
    path.write_text(f'{{"name": "a", "count": 1}}\n\n{text}\n', "utf-8")
    with pytest.raises(InputError, match=rf"a\.json:3: {said}"):
        read_json_lines(path, Pair)


def test_a_file_that_changed_is_not_read(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"name": "a", "count": 1}\n', "utf-8")
    digest = sha256_of(path.read_bytes())
    assert read_json_lines(path, Pair, digest=digest) == [Pair(name="a", count=1)]
    path.write_text('{"name": "a", "count": 2}\n', "utf-8")
    with pytest.raises(InputError, match=r"a\.jsonl: has changed since the run"):
        read_json_lines(path, Pair, digest=digest)


@pytest.mark.parametrize("data", [b"a = \n", b"a = '\xff'\n", b"a = 1" + b"0" * 5000])
def test_toml_that_can_not_be_read_is_named(tmp_path, data):
    path = tmp_path / "a.toml"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"a\.toml: "):
        read_toml(path)
