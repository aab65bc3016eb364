import errno

import pytest

from tests.models.hub import COMMIT, FILES, REPOSITORY, TOKEN, Fetched, Repository, fetch, files_in
from toolkit.errors import ModelError
from toolkit.models.hub import hub_errors


def test_a_hub_that_refuses_is_quoted_with_what_to_do(hub, tmp_path):
    hub.repositories |= {
        "someone/gated": Repository(FILES, gated=True),
        "someone/busy": Repository(FILES, listing=429),
        "someone/broken": Repository(FILES, listing=500),
        "someone/half-broken": Repository(FILES, faults=[503]),
    }
    wanted = {
        "someone/gated": (
            f"the hub asks to accept a licence at {hub.endpoint}/someone/gated; do so, then type: "
            "hf auth login"
        ),
        "someone/absent": (
            "the hub has no someone/absent, or it is private; then type: hf auth login"
        ),
        "someone/busy": "the hub has had too many requests; try again in 17 s",
        "someone/broken": "the hub answers 500; try again later",
        "someone/half-broken": "the hub answers 503; try again later",
    }
    done = fetch(hub.endpoint, tmp_path, files=["tiny.gguf"], repositories=wanted)
    assert done.refused == list(wanted.values())
    assert files_in(tmp_path) == []


def test_who_has_logged_in_may_have_what_is_gated(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.repositories["someone/gated"] = Repository(FILES, gated=True)
    done = fetch(hub.endpoint, tmp_path, files=["tiny.gguf"], repositories=["someone/gated"])
    assert done == Fetched([COMMIT], [])
    assert hub.repositories["someone/gated"].downloads == [("tiny.gguf", 0)]
    assert hub.tokens == [], "the host of large files learns nothing of the login"


def test_a_file_that_the_hub_lacks_is_not_as_the_catalogue_says(hub, tmp_path):
    hub.repositories["someone/other"] = Repository({"config.json": b"{}"})
    done = fetch(hub.endpoint, tmp_path, files=["tiny.gguf"], repositories=["someone/other"])
    (said,) = done.refused
    assert "the hub's someone/other is not as the catalogue says" in said


@pytest.mark.parametrize(
    ("name", "told", "kept"),
    [("model.safetensors", "0" * 64, ["config.json"]), ("config.json", "0" * 40, [])],
)
def test_a_file_that_arrives_changed_is_refused_although_nobody_pinned_it(
    hub, tmp_path, name, told, kept
):
    hub.repositories["someone/changed"] = Repository(FILES, told={name: told})
    done = fetch(hub.endpoint, tmp_path, repositories=["someone/changed"])
    assert done.refused == [f"{name} is not the file that the hub lists (hash differs)"]
    assert files_in(tmp_path) == kept


@pytest.mark.parametrize(("surplus", "asked"), [(b"", []), (b"twice", [("tiny.gguf", 0)])])
def test_a_part_that_is_whole_already_is_taken_and_one_that_is_too_long_thrown_away(
    hub, tmp_path, surplus, asked
):
    """Where a pull ended between the last byte and the new name, or a server sent all again."""
    repository = hub.repositories["someone/cut"] = Repository(FILES, faults=[503])
    fetch(hub.endpoint, tmp_path, files=["tiny.gguf"], repositories=["someone/cut"])
    (partial,) = (tmp_path / ".partial").iterdir()
    partial.write_bytes(FILES["tiny.gguf"] + surplus)
    repository.downloads.clear()
    done = fetch(hub.endpoint, tmp_path, files=["tiny.gguf"], repositories=["someone/cut"])
    assert done == Fetched([COMMIT], [])
    assert (tmp_path / "tiny.gguf").read_bytes() == FILES["tiny.gguf"]
    assert repository.downloads == asked


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        PermissionError(errno.EACCES, "Permission denied", "source/tiny.gguf"),
    ],
)
def test_a_fault_of_the_disk_is_not_the_hubs(error):
    with pytest.raises(OSError, match=error.strerror), hub_errors("someone/tiny"):
        raise error


def test_only_a_hub_that_did_not_answer_is_out_of_reach(hub, tmp_path):
    with pytest.raises(ModelError, match="out of reach"), hub_errors("someone/tiny"):
        raise ConnectionResetError
    names = ["someone/html", "https://huggingface.co/someone/tiny", "someone/../tiny"]
    done = fetch(hub.endpoint, tmp_path, repositories=names)
    assert done.refused == [
        "the hub's answer can't be used (JSONDecodeError); try again later",
        f"the hub can't have a repository called '{names[1]}'",
        f"the hub can't have a repository called '{names[2]}'",
    ]


@pytest.mark.parametrize("more", [1, -1])
def test_a_file_of_another_size_than_is_listed_is_told(hub, tmp_path, more):
    sizes = {"tiny.gguf": len(FILES["tiny.gguf"]) + more}
    hub.repositories["someone/other"] = Repository(FILES, sizes=sizes)
    done = fetch(hub.endpoint, tmp_path, files=["tiny.gguf"], repositories=["someone/other"])
    said = "the hub sent less or more of someone/other than it lists; try again later"
    assert done.refused == [said]
    assert files_in(tmp_path) == []


def test_who_asks_too_often_waits_as_long_as_the_hub_says(hub, tmp_path):
    repository = hub.repositories[REPOSITORY]
    repository.faults = [429]
    done = fetch(hub.endpoint, tmp_path, files=["tiny.gguf"])
    assert done == Fetched([COMMIT], [])
    assert len(repository.downloads) == 2
