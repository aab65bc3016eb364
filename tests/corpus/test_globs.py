import os

import pytest

from toolkit.corpus.storage import Storage
from toolkit.errors import StorageError, UsageError

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


def matched(place, pattern, **options):
    return [
        file.url.removeprefix(f"{place.url}/")
        for file in place.of(place.at(pattern)).expand(**options)
    ]


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


def test_a_pattern_may_begin_at_the_root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b.x").touch()
    _, first, *rest = tmp_path.parts
    pattern = "/".join(["", f"{first[:-1]}?", *rest, "a", "*.x"])
    assert [file.url for file in Storage.of(pattern).expand()] == [str(tmp_path / "a/b.x")]


@pytest.mark.parametrize(
    ("pattern", "found", "told"),
    [
        ("a/*/c.x", ["a/d=1/c.x"], ["a/d=3"]),
        ("a/**/c.x", ["a/d=1/c.x"], ["a/d=3", "a/d=1/last"]),
        ("a/d=3/*.x", ["a/d=3/c.x"], []),
        ("a/*/last", ["a/d=1/last/e.x"], ["a/d=3"]),
        ("a/*/last/*.x", ["a/d=1/last/e.x"], ["a/d=3"]),
    ],
)
def test_a_link_to_a_folder_is_followed_where_it_is_named_and_else_told(
    tmp_path, pattern, found, told
):
    for name in ("a/d=1/c.x", "a/d=2/e.x"):
        with Storage.of(str(tmp_path)).write(name) as file:
            file.write(b"1")
    (tmp_path / "a/d=3").symlink_to("d=1")
    (tmp_path / "a/d=1/last").symlink_to("../d=2")
    others = []
    assert matched(Storage.of(str(tmp_path)), pattern, on_other=others.append) == found
    assert sorted(others) == sorted(str(tmp_path / each) for each in told)


def test_what_is_hidden_is_not_even_listed(place, monkeypatch):
    with place.write("a/.trash/b.x") as file:
        file.write(b"1")
    store, ls = type(place._store()), type(place._store()).ls

    def listing(self, path, **options):
        assert ".trash" not in os.fspath(path)
        return ls(self, path, **options)

    monkeypatch.setattr(store, "ls", listing)
    assert matched(place, "a/*/b.x") == ["a/d=1/b.x", "a/d=2/b.x"]


@pytest.mark.parametrize("pattern", ["a**", "a/**.x", "*/***/b"])
def test_two_stars_within_a_name_are_refused(place, pattern):
    with pytest.raises(UsageError, match=r"\*\* stands for whole names, as in"):
        matched(place, pattern)


@pytest.mark.parametrize("pattern", ["a", "a/*", "a/**"])
def test_an_object_that_stands_for_a_folder_is_no_file(s3, pattern):
    import s3fs

    bucket = Storage.of("S3://news")
    for name in FILES:
        with bucket.write(name) as file:
            file.write(b"1")
    store = s3fs.S3FileSystem(use_listings_cache=False)
    for name in ("a/", "a/g.x/", "a/d=1/"):
        store.call_s3("put_object", Bucket="news", Key=name)
    others = []
    assert sorted(matched(bucket, pattern, on_other=others.append)) == sorted(FILES)
    assert others == []
