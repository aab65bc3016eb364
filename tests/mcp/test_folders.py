import os

import pytest

from toolkit.errors import InputError, UsageError
from toolkit.mcp.folders import Folders

OUTSIDE = "lies outside of the folders"


@pytest.fixture
def pages(tmp_path):
    (tmp_path / "pages/deep").mkdir(parents=True)
    (tmp_path / "pages/a.txt").write_text("Un.")
    (tmp_path / "pages/deep/b.html").write_text("Deux.")
    (tmp_path / "secret.txt").write_text("Non.")
    return tmp_path / "pages"


def test_files_of_a_folder_may_be_read_by_any_name(pages, monkeypatch):
    folders = Folders.allowed([pages])
    assert folders.file("a.txt") == folders.file(str(pages / "a.txt")) == pages / "a.txt"
    assert folders.file("deep/b.html") == folders.file("deep/../deep/b.html")
    monkeypatch.chdir(pages.parent)
    assert folders.file("a.txt") == pages / "a.txt", "relative to the folder, not to where we are"


@pytest.mark.parametrize(
    "name", ["../secret.txt", "deep/../../secret.txt", "/etc/passwd", "..", "/", "\0", "é" * 3000]
)
def test_nothing_outside_may_be_read(pages, name):
    with pytest.raises(InputError, match=r"outside of the folders|no such file"):
        Folders.allowed([pages]).file(name)


def test_what_is_outside_is_refused_whether_it_is_there_or_not(pages):
    folders = Folders.allowed([pages])
    for name in ("secret.txt", "missing.txt"):
        with pytest.raises(InputError, match=OUTSIDE):
            folders.file(str(pages.parent / name))
    sibling = pages.parent / "pages2"
    sibling.mkdir()
    (sibling / "c.txt").write_text("Trois.")
    with pytest.raises(InputError, match=OUTSIDE):
        folders.file(str(sibling / "c.txt"))


def test_links_count_by_where_they_lead(pages):
    (pages / "out.txt").symlink_to(pages.parent / "secret.txt")
    (pages / "up").symlink_to(pages.parent)
    (pages / "in.txt").symlink_to(pages / "a.txt")
    folders = Folders.allowed([pages])
    for name in ("out.txt", "up/secret.txt"):
        with pytest.raises(InputError, match=OUTSIDE):
            folders.file(name)
    assert folders.file("in.txt") == pages / "a.txt"
    assert [path for path, _ in folders.listing(pages)[0]] == ["a.txt", "deep/b.html", "in.txt"]
    (pages.parent / "link").symlink_to(pages)
    assert Folders.allowed([pages.parent / "link"]).file("a.txt") == pages / "a.txt"


def test_only_files_can_be_read(pages):
    os.mkfifo(pages / "pipe.txt")
    folders = Folders.allowed([pages])
    for name in ("pipe.txt", "deep", "missing.txt"):
        with pytest.raises(InputError, match="no such file"):
            folders.file(name)


def test_a_name_that_no_answer_can_hold_is_refused(pages):
    bad = pages / os.fsdecode(b"\xff.txt")
    bad.write_text("Quatre.")
    (pages / "link.txt").symlink_to(bad)
    with pytest.raises(InputError, match=r"^link\.txt: leads to a name that is not UTF-8"):
        Folders.allowed([pages]).file("link.txt")
    folder = pages.parent / os.fsdecode(b"\xff")
    folder.mkdir()
    with pytest.raises(UsageError, match="its name is not UTF-8; rename it"):
        Folders.allowed([folder])


def test_without_a_folder_nothing_may_be_read():
    with pytest.raises(InputError, match="start it with --allow FOLDER"):
        Folders.allowed([]).file("a.txt")


def test_what_is_no_folder_can_not_be_allowed(pages):
    for name in ("missing", "a.txt"):
        with pytest.raises(UsageError, match="there is no such folder"):
            Folders.allowed([pages / name])


def test_readable_files_are_listed_with_their_sizes(pages):
    (pages / "photo.png").write_bytes(b"\x89PNG")
    (pages / "many.jsonl").write_text("{}")
    (pages / os.fsdecode(b"\xff.txt")).write_text("Quatre.")
    (pages / "link.txt").symlink_to(pages / os.fsdecode(b"\xff.txt"))
    os.mkfifo(pages / "pipe.txt")
    folders = Folders.allowed([pages])
    listed, more = folders.listing(pages)
    assert (listed, more) == ([("a.txt", 3), ("deep/b.html", 5)], False)
    assert all(folders.file(name) for name, _ in listed)


def test_a_list_that_is_too_long_says_so(pages, monkeypatch):
    monkeypatch.setattr("toolkit.mcp.folders.MAX_LISTED", 1)
    listed, more = Folders.allowed([pages]).listing(pages)
    assert (len(listed), more) == (1, True)
