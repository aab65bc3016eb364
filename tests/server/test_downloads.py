import pytest

from toolkit.server.downloads import Downloads
from toolkit.server.errors import ApiError
from toolkit.server.exports import Export


def export(size=3):
    return Export("page.en.txt", "text/plain", b"x" * size)


def test_a_file_is_had_by_a_name_that_nobody_guesses():
    downloads = Downloads()
    names = [downloads.add(export(size)) for size in (1, 2)]
    assert [len(downloads.find(name).content) for name in names] == [1, 2]
    assert all(len(name) >= 32 for name in names)
    for name in ("", names[0][:-1], "page.en.txt", "../../etc/passwd"):
        with pytest.raises(ApiError) as caught:
            downloads.find(name)
        assert caught.value.status == 404


def test_a_file_is_gone_after_a_while():
    now = 0.0
    downloads = Downloads(seconds=10, clock=lambda: now)
    name = downloads.add(export())
    now = 9.9
    assert downloads.find(name)
    now = 10.0
    with pytest.raises(ApiError):
        downloads.find(name)


def test_the_oldest_go_where_all_are_too_large():
    downloads = Downloads(max_bytes=10)
    names = [downloads.add(export(4)) for _ in range(3)]
    with pytest.raises(ApiError):
        downloads.find(names[0])
    assert downloads.find(names[1])
    assert downloads.find(names[2])
    with pytest.raises(ApiError):
        downloads.find(downloads.add(export(11)))
