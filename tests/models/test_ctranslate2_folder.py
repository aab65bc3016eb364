"""Models that are published as CTranslate2 folders, from a hub or a folder to a translation."""

import shutil
import sys

import pytest

from tests.models.helpers import pull
from tests.models.hub import COMMIT, Repository, run_install, run_toolkit
from tests.tiny_models import SENTENCES, build_quickmt
from toolkit.cli.main import main
from toolkit.errors import ModelError
from toolkit.models.catalogue import ModelSpec, find_spec
from toolkit.models.ctranslate2_folder import published_files
from toolkit.models.installed import load_installed
from toolkit.models.sources import sha256_of_file
from toolkit.settings import Settings

QUICKMT = find_spec("quickmt-fr-en")
CHUNK = 10 * 1024 * 1024  # the hub's client writes this much at once
JOINT = ["config.json", "joint.spm.model", "model.bin", "shared_vocabulary.json"]
PAIR = [
    "config.json",
    "model.bin",
    "source_vocabulary.json",
    "src.spm.model",
    "target_vocabulary.json",
    "tgt.spm.model",
]


@pytest.fixture
def page(tmp_path):
    page = tmp_path / "page.txt"
    page.write_text("\n".join(SENTENCES[:5]), encoding="utf-8")
    return page


def as_published(folder):
    """The files of a repository, with those of the model before its conversion."""
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    raw = {"eole-model/config.json": b"{}", "eole-model/model.00.safetensors": b"large"}
    return files | raw | {".gitattributes": b"*.bin filter=lfs"}


def test_a_pull_that_is_cut_off_twice_ends_in_a_translation(hub, tmp_path, page):
    folder = build_quickmt(tmp_path / "quickmt", inner=100_000)
    repository = Repository(as_published(folder), faults=[1.0, 1.0, 0.5, 503])
    hub.repositories["quickmt/quickmt-fr-en"] = repository
    first = run_toolkit(hub, "models", "pull", "quickmt-fr-en")
    assert (first.returncode, first.stdout) == (4, ""), first.stderr
    last = first.stderr.splitlines()[-1]
    assert last.endswith("quickmt-fr-en can't be pulled; hub: the hub answers 503; try again later")

    repository.faults = [0.8]
    second = run_toolkit(hub, "models", "pull", "quickmt-fr-en")
    assert (second.returncode, second.stdout) == (0, ""), second.stderr
    begun = [start for name, start in repository.downloads if name == "model.bin"]
    assert begun == [0, CHUNK, CHUNK, 2 * CHUNK]
    needed = sum((folder / name).stat().st_size for name in JOINT)
    assert needed < repository.bytes_sent < needed + 2 * CHUNK, "at most a chunk is sent again"
    assert {name for name, _ in repository.downloads} == set(JOINT)
    assert "not pinned; what comes is checked against the hub and recorded" in second.stderr
    sha256 = sha256_of_file(folder / "model.bin")
    assert f"recorded what came: {COMMIT}, sha256 of the weights {sha256}" in second.stderr
    assert f"it says «{SENTENCES[5][:20]}" in second.stderr

    model = load_installed(Settings().models_folder, "quickmt-fr-en")
    assert (model.source, model.revision, model.compute_type) == ("hub", COMMIT, "int8")
    assert model.files["model/model.bin"] == model.source_sha256 == sha256
    done = run_toolkit(hub, "translate", page, "--model", "quickmt-fr-en")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(SENTENCES[5]) == 5
    assert run_toolkit(hub, "models", "verify", "quickmt-fr-en").returncode == 0


def test_where_a_pinned_file_is_another_the_next_source_is_asked(hub, tiny, tmp_path):
    files = as_published(tiny("quickmt"))
    other = files | {"model.bin": b"x" * len(files["model.bin"])}
    hub.repositories |= {"a/changed": Repository(other), "a/whole": Repository(files)}
    pins = [
        {"name": name, "bytes": len(data), "sha256": sha256_of_file(tiny("quickmt") / name)}
        for name, data in files.items()
        if name in JOINT
    ]
    sources = [{"kind": "hub", "repository": name} for name in ("a/changed", "a/whole")]
    spec = ModelSpec.model_validate(QUICKMT.model_dump() | {"files": pins, "sources": sources})
    done = run_install(hub, spec, tmp_path / "models")
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    said = "hub: model.bin is not the file that the catalogue pins (sha256 differs)"
    assert [told[0], told[2]] == ["fetching from hub"] * 2
    assert told[1].startswith(said)
    assert told[-1].startswith("The president arrived in Paris")
    taken = [name for name, _ in hub.repositories["a/whole"].downloads]
    assert taken == ["model.bin"], "what was right already is kept"


@pytest.mark.parametrize("name", ["quickmt", "quickmt_pair"])
def test_a_folder_is_pulled_from_and_used_as_it_is(tiny, name, page, capfd, monkeypatch):
    for package in ("torch", "transformers"):
        monkeypatch.setitem(sys.modules, package, None)
    assert main(["models", "pull", "quickmt-fr-en", "--from-folder", str(tiny(name))]) == 0
    for model in ("quickmt-fr-en", str(tiny(name))):
        capfd.readouterr()
        assert main(["translate", str(page), "--model", model]) == 0
        out, err = capfd.readouterr()
        assert out.count(SENTENCES[5]) == 5
        assert "ctranslate2]" not in err, "what the library warns of is no concern of users"


def test_a_model_in_the_hubs_cache_is_found(tiny, page, capfd, monkeypatch, tmp_path):
    cache = tmp_path / "cache" / "models--someone--translator"
    shutil.copytree(tiny("quickmt"), cache / "snapshots" / COMMIT)
    (cache / "refs").mkdir()
    (cache / "refs" / "main").write_text(COMMIT)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    assert main(["translate", str(page), "--model", "someone/translator"]) == 0
    assert SENTENCES[5] in capfd.readouterr().out


def test_of_a_folder_only_what_the_model_needs_is_taken(tiny):
    for name, wanted in (("quickmt", JOINT), ("quickmt_pair", PAIR)):
        assert published_files(as_published(tiny(name)), "here") == wanted


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"model.bin"}, "lacks model.bin, so it holds no CTranslate2 model"),
        ({"target_vocabulary.json"}, "lacks a vocabulary: shared_vocabulary.json, or source_ and"),
        ({"tgt.spm.model"}, "lacks tgt.spm.model"),
        ({"src.spm.model", "tgt.spm.model"}, "lacks a tokenizer: joint.spm.model, or src.spm."),
    ],
)
def test_what_is_missing_is_told_before_anything_is_fetched(only_hub, tiny, capsys, missing, said):
    files = as_published(tiny("quickmt_pair"))
    repository = Repository({name: files[name] for name in files if name not in missing})
    only_hub.repositories["quickmt/quickmt-fr-en"] = repository
    assert main(["models", "pull", "quickmt-fr-en"]) == 4
    told = capsys.readouterr().err.splitlines()[-1]
    assert f"hub: the hub's quickmt/quickmt-fr-en {said}" in told
    assert repository.downloads == []


def test_weights_of_which_only_a_part_is_there_are_not_installed(tiny, tmp_path):
    folder = shutil.copytree(tiny("quickmt"), tmp_path / "half")
    weights = (folder / "model.bin").read_bytes()
    for part in (weights[: len(weights) // 2], b"version https://git-lfs.github.com/spec/v1\n"):
        (folder / "model.bin").write_bytes(part)
        with pytest.raises(ModelError, match=r"model\.bin is damaged or was downloaded only in p"):
            try_to_pull(folder, tmp_path)
    assert not (tmp_path / "models" / "quickmt-fr-en").exists()


def try_to_pull(folder, tmp_path):
    from toolkit.engines.tryout import try_out
    from toolkit.models.install import install

    install(
        QUICKMT,
        tmp_path / "models",
        from_folder=folder,
        on_message=lambda message: None,
        on_bytes=lambda done, total: None,
        try_out=try_out,
    )


def test_such_a_model_is_never_made_for_openvino(tiny, tmp_path):
    with pytest.raises(ModelError, match="is a CTranslate2 model, which is not converted to Open"):
        pull(QUICKMT, tmp_path, from_folder=tiny("quickmt"), form="openvino")
