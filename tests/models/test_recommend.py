from dataclasses import replace

import pytest

from toolkit.errors import ModelError
from toolkit.models.catalogue import catalogue, find_spec
from toolkit.models.install import MARGIN_BYTES, disk_bytes
from toolkit.models.recommend import Machine

LARGE = Machine(
    memory=10**11, free_disk=10**12, has_torch=True, has_llamacpp=True, installed=frozenset()
)


def test_a_large_machine_lacks_nothing():
    assert {LARGE.lacks(spec) for spec in catalogue().values()} == {""}


def test_what_a_machine_lacks_is_named():
    spec, checkpoint = find_spec("qwen3-4b"), find_spec("opus-mt-fr-en")
    assert replace(LARGE, memory=spec.memory_bytes).lacks(spec) == ""
    assert replace(LARGE, memory=spec.memory_bytes - 1).lacks(spec) == "memory"
    assert replace(LARGE, memory=0).lacks(spec) == "", "the system doesn't say"
    full = replace(LARGE, free_disk=disk_bytes(spec) - 1)
    assert full.lacks(spec) == "disk"
    assert replace(full, installed=frozenset([spec.id])).lacks(spec) == "", "it is there already"
    bare = replace(LARGE, has_torch=False)
    assert (bare.lacks(spec), bare.lacks(checkpoint)) == ("", "perhaps torch")
    assert replace(bare, installed=frozenset([checkpoint.id])).lacks(checkpoint) == ""
    without = replace(LARGE, has_llamacpp=False)
    translator = find_spec("hy-mt2-1.8b")
    assert (without.lacks(spec), without.lacks(translator)) == ("", "llamacpp")
    assert replace(without, installed=frozenset([translator.id])).lacks(translator) == ""
    kept = translator.download_bytes + MARGIN_BYTES
    assert replace(LARGE, free_disk=kept).lacks(translator) == "", "the file is there once"


def test_torch_is_lacking_where_weights_are_pickled_or_only_ctranslate2_converts_them():
    bare, pinned = replace(LARGE, has_torch=False), find_spec("bart-large-cnn")
    assert bare.lacks(pinned) == "", "safetensors are pinned"
    assert bare.lacks(pinned.model_copy(update={"family": "causal"})) == "torch"
    pickled = pinned.files[0].model_copy(update={"name": "pytorch_model.bin"})
    assert bare.lacks(pinned.model_copy(update={"files": (pickled,)})) == "torch"


def test_this_machine_is_measured(tmp_path):
    (tmp_path / "models/qwen3-4b").mkdir(parents=True)
    (tmp_path / "models/qwen3-4b/installed.json").touch()
    here = Machine.here(tmp_path / "models")
    assert here.installed == {"qwen3-4b"}
    assert here.free_disk > 0
    (tmp_path / "file").touch()
    assert Machine.here(tmp_path / "file/models").installed == set()


def test_a_folder_that_can_not_be_looked_into_is_named(tmp_path, monkeypatch):
    from pathlib import Path

    def refuse(self, *args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "glob", refuse)
    with pytest.raises(ModelError, match="can't be read: Permission denied"):
        Machine.here(tmp_path)
