import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.errors import InputError, OutputError, UsageError
from toolkit.files import (
    TEMPORARY_PREFIX,
    TEMPORARY_SUFFIX,
    AtomicFile,
    file_name,
    is_regular,
    private_folder,
    read_toml,
    read_whole,
    refused,
    remove_private_folders,
    sha256_of,
    shortened,
    sweep,
    write_atomically,
)


def test_a_file_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "deep/out.txt"
    file = AtomicFile(path)
    file.write("Le maire ")
    assert not path.exists()
    file.write("dort.\n")
    file.commit()
    assert path.read_text("utf-8") == "Le maire dort.\n"
    assert file.digest == sha256_of(path.read_bytes())
    assert [each.name for each in path.parent.iterdir()] == ["out.txt"]


def test_what_is_abandoned_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "out.txt"
    path.write_text("old")
    file = AtomicFile(path)
    file.write("new")
    file.abandon()
    file.abandon()
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("out.txt", "old")]
    with pytest.raises(InputError, match="a part of it is lost"):
        file.write("more")


def test_abandoning_what_was_committed_keeps_it(tmp_path):
    write_atomically(tmp_path / "out.txt", "kept")
    assert (tmp_path / "out.txt").read_text() == "kept"


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_a_written_file_has_the_mode_of_any_other(tmp_path):
    (tmp_path / "plain").touch()
    write_atomically(tmp_path / "ours", "x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_full_disk_is_told_apart_from_a_file_that_can_not_be_written(tmp_path):
    path = tmp_path / "out.txt"
    assert type(refused(path, OSError(errno.ENOSPC, "No space left"))) is OutputError
    assert type(refused(path, OSError(errno.EACCES, "Permission denied"))) is InputError
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"file/out\.txt can't be written: "):
        write_atomically(tmp_path / "file/out.txt", "x")


def test_what_killed_processes_left_is_swept_but_not_what_is_being_written(tmp_path):
    left = tmp_path / f"{TEMPORARY_PREFIX}left{TEMPORARY_SUFFIX}"
    left.touch()
    (tmp_path / ".toolkit-notes").touch()
    file = AtomicFile(tmp_path / "out.txt")
    file.write("whole")
    assert sweep(tmp_path) == 1
    assert not left.exists()
    file.commit()
    assert sorted(each.name for each in tmp_path.iterdir()) == [".toolkit-notes", "out.txt"]
    assert sweep(tmp_path / "nowhere") == 0


def test_a_file_is_read_up_to_its_limit_and_never_cut(tmp_path):
    path = tmp_path / "in.txt"
    path.write_bytes(b"x" * 10)
    assert read_whole(path, max_bytes=10) == b"x" * 10
    with pytest.raises(InputError, match=r"in\.txt: is larger than"):
        read_whole(path, max_bytes=9)


def test_a_pipe_is_read_to_its_end_but_not_beyond_the_limit():
    for size, limit in ((10, 10), (11, 10)):
        reading, writing = os.pipe()
        os.write(writing, b"x" * size)
        os.close(writing)
        path = Path(f"/dev/fd/{reading}")
        try:
            if size <= limit:
                assert read_whole(path, max_bytes=limit) == b"x" * size
            else:
                with pytest.raises(InputError, match="is larger than"):
                    read_whole(path, max_bytes=limit)
        finally:
            os.close(reading)


def test_what_can_be_read_twice_is_a_file(tmp_path):
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("nowhere")
    names = ("file", "pipe", "link", "absent", "a\0b")
    assert [is_regular(tmp_path / name) for name in names] == [True, False, False, False, False]


def test_names_in_messages_have_an_end():
    assert shortened("a/b.txt") == "a/b.txt"
    long = f"start{'x' * 1000}end.txt"
    assert len(shortened(long)) < 200
    assert shortened(long).startswith("start")
    assert shortened(long).endswith("end.txt")


def test_plain_names_stay_and_others_can_still_be_read():
    assert file_name("lead-3") == "lead-3"
    assert file_name("no glossary").startswith("no_glossary~")
    assert file_name("con.x") != "con.x"  # a device of Windows


@given(st.text(max_size=200), st.text(max_size=200))
def test_different_names_have_different_files_where_case_does_not_count(one, other):
    files = {name: file_name(name) for name in (one, other, one.upper(), "a", "A", "a_", "é", "..")}
    assert len({each.lower() for each in files.values()}) == len(files)
    for each in files.values():
        assert 0 < len(each) <= 100
        assert not set(each) & set('/\\:*?"<>|\0 ')
        assert each[0] != "."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = ", "can't be read"),
        (b"a = '\xff'", "can't be read"),
        (b"#" * 1_000_001, "larger than"),
    ],
)
def test_a_bad_file_of_toml_is_named(tmp_path, content, said):
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=rf"own\.toml.* {said}"):
        read_toml(path)
    path.write_text("a = 1\n")
    assert read_toml(path) == {"a": 1}
    with pytest.raises(UsageError, match="not a regular file"):
        read_toml(tmp_path)


def test_a_private_folder_goes_with_its_owner_or_when_told():
    class Owner:
        pass

    owners = [Owner(), Owner()]
    first, second = folders = [private_folder(owner) for owner in owners]
    if os.name == "posix":
        assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    (first / "inside").touch()
    del owners[0]
    assert not first.exists()
    assert second.is_dir()
    remove_private_folders()
    assert not second.exists()
