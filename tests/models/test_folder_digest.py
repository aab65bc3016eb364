import os

import pytest

from toolkit.errors import ModelError
from toolkit.models import folder_digest as module
from toolkit.models.folder_digest import digest_of_folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A model with weights that are too large to be read whole."""
    monkeypatch.setattr(module, "SAMPLE_BYTES", 16)
    (tmp_path / "tokenizer").mkdir()
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "tokenizer/vocabulary.txt").write_text("a\nb\n")
    (tmp_path / "weights.bin").write_bytes(bytes(64 * 16 * 3))
    return tmp_path


def change(path, at, data):
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def test_the_same_files_have_one_digest_whenever_they_were_made(folder):
    digest = digest_of_folder(folder)
    os.utime(folder / "config.json", (1, 1))
    (folder / ".cache").mkdir()
    (folder / ".cache/lock").write_text("of somebody's download")
    assert digest_of_folder(folder) == digest


@pytest.mark.parametrize(
    "edit",
    [
        lambda folder: (folder / "config.json").write_text("[]"),
        lambda folder: (folder / "tokenizer/vocabulary.txt").write_text("a\nc\n"),
        lambda folder: (folder / "config.json").rename(folder / "other.json"),
        lambda folder: (folder / "weights.bin").write_bytes(bytes(64 * 16 * 3 + 1)),
        lambda folder: change(folder / "weights.bin", 0, b"a"),
        lambda folder: change(folder / "weights.bin", 64 * 16 * 3 - 1, b"a"),
        lambda folder: change(folder / "weights.bin", 1000, b"trained" * 8),
    ],
)
def test_whatever_changes_is_noticed(folder, edit):
    digest = digest_of_folder(folder)
    edit(folder)
    assert digest_of_folder(folder) != digest


def test_links_into_a_cache_count_by_what_they_lead_to(folder, tmp_path_factory):
    blob = tmp_path_factory.mktemp("blobs") / "0a1b"
    (folder / "config.json").rename(blob)
    (folder / "config.json").symlink_to(blob)
    digest = digest_of_folder(folder)
    blob.write_text("[]")
    assert digest_of_folder(folder) != digest


def test_what_cannot_be_read_is_told(folder, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module, "_facts", refuse)
    with pytest.raises(ModelError, match=f"{folder} can't be read: .*Permission denied"):
        digest_of_folder(folder)
