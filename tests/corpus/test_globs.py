import pytest

from toolkit.corpus.storage import Storage
from toolkit.errors import StorageError

FILES = ("a/d=1/b.x", "a/d=1/e/c.x", "a/d=2/b.x", "a/d=2/b.y", "a/f.x")


@pytest.fixture(params=["local", "s3"])
def place(request, tmp_path):
    if request.param == "s3":
        request.getfixturevalue("s3")
    storage = Storage.of("s3://news" if request.param == "s3" else str(tmp_path / "news"))
    for name in FILES:
        with storage.write(name) as file:
            file.write(b"1")
    return storage


def matched(place, pattern):
    return [file.url.removeprefix(f"{place.url}/") for file in place.of(place.at(pattern)).expand()]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a/d=*/b.x", ["a/d=1/b.x", "a/d=2/b.x"]),
        ("*/*/b.*", ["a/d=1/b.x", "a/d=2/b.x", "a/d=2/b.y"]),
        ("a/**", sorted(FILES)),
        ("a/**/*.x", ["a/d=1/b.x", "a/d=1/e/c.x", "a/d=2/b.x", "a/f.x"]),
        ("*/d=1/**/*.x", ["a/d=1/b.x", "a/d=1/e/c.x"]),
        ("a/**/d=?", ["a/d=1/b.x", "a/d=1/e/c.x", "a/d=2/b.x", "a/d=2/b.y"]),
    ],
)
def test_patterns_go_step_by_step(place, pattern, found):
    assert sorted(matched(place, pattern)) == found


@pytest.mark.parametrize("pattern", ["a/*/b.x", "a/**/b.x", "a/*.x", "a/d=*"])
def test_a_folder_that_can_not_be_listed_is_not_taken_for_an_empty_one(s3, pattern):
    bucket = Storage.of("s3://news")
    for name in FILES:
        with bucket.write(name) as file:
            file.write(b"1")
    wanted = matched(bucket, pattern)
    failing = ["list-type=2"]
    s3.fails = lambda path: any(part in path for part in failing)
    with pytest.raises(StorageError):
        matched(bucket, pattern)
    s3.fails = lambda path: "list-type=2" in path and bool(failing) and failing.pop() != ""
    assert matched(bucket, pattern) == wanted
