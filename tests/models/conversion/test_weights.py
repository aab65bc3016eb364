import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import save_file

from toolkit.errors import ModelError
from toolkit.models.conversion.weights import is_pickled, read_pickled, read_safetensors

ONE = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.fixture
def folder(tmp_path):
    """Two tensors in a file each, and their index."""
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    save_file({"one": ONE}, folder / "model-1.safetensors")
    save_file({"two": ONE * 2, "other": ONE}, folder / "model-2.safetensors")
    index(folder, {"one": "model-1.safetensors", "two": "model-2.safetensors"})
    return folder


def index(folder, names):
    text = json.dumps({"weight_map": names})
    (folder / "model.safetensors.index.json").write_text(text, "utf-8")


def test_the_index_says_what_is_taken_from_which_file(folder):
    weights = read_safetensors(folder)
    assert np.array_equal(weights.tensor("two", 2, 3), ONE * 2)
    assert not weights.has("other")
    assert weights.left() == ["one"]


def test_what_is_read_may_be_changed(folder):
    weights = read_safetensors(folder)
    weights.tensor("one", 2, 3)[:] = 0
    assert np.array_equal(weights.tensor("one", 2, 3), ONE)


def test_layers_are_counted_whatever_their_numbers(tmp_path):
    names = [f"a.layers.{each}" for each in ("0.x", "1.x", "1.y", "999999.x", "x")] + ["b.2.x"]
    save_file(dict.fromkeys(names, ONE), tmp_path / "model.safetensors")
    weights = read_safetensors(tmp_path)
    assert [weights.count(prefix) for prefix in ("a.layers.", "c.")] == [3, 0]


@pytest.mark.parametrize("elsewhere", ["../model-1.safetensors", "/etc/passwd", "..", "a/b", ""])
def test_an_index_may_name_no_file_elsewhere(folder, elsewhere):
    shutil.copy(folder / "model-1.safetensors", folder.parent)
    index(folder, {"one": elsewhere})
    with pytest.raises(ModelError, match="names a file elsewhere"):
        read_safetensors(folder)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"weight_map": 5}', '{"weight_map": {"one": 5}}', "[" * 100_000]
)
def test_an_index_that_is_none_is_told(folder, text):
    (folder / "model.safetensors.index.json").write_text(text, "utf-8")
    with pytest.raises(ModelError, match=r"model\.safetensors\.index\.json can't be read: "):
        read_safetensors(folder)


def test_what_the_index_names_has_to_be_there(folder):
    index(folder, {"one": "model-3.safetensors"})
    with pytest.raises(ModelError, match=r"lacks model-3\.safetensors, which model\.safetensors"):
        read_safetensors(folder)
    index(folder, {"two": "model-1.safetensors"})
    with pytest.raises(ModelError, match=r"model-1\.safetensors lacks the tensor 'two'"):
        read_safetensors(folder)
    (folder / "model.safetensors.index.json").unlink()
    with pytest.raises(ModelError, match=r"holds neither model\.safetensors nor"):
        read_safetensors(folder)


def header(**entries):
    text = json.dumps(entries).encode()
    return len(text).to_bytes(8, "little") + text


ENTRY = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}
HOSTILE = {
    "nothing": b"",
    "endless header": (2**63).to_bytes(8, "little") + b"{}",
    "large header": (10**9).to_bytes(8, "little") + b"{}",
    "no JSON": (4).to_bytes(8, "little") + b"oops",
    "deep JSON": (90_000).to_bytes(8, "little") + b"[" * 90_000,
    "cut": header(one=ENTRY) + bytes(23),
    "longer": header(one=ENTRY) + bytes(25),
    "outside": header(one=ENTRY | {"data_offsets": [1000, 1024]}) + bytes(24),
    "backwards": header(one=ENTRY | {"data_offsets": [24, 0]}) + bytes(24),
    "overlapping": header(one=ENTRY, two=ENTRY) + bytes(24),
    "other size": header(one=ENTRY | {"shape": [2, 4]}) + bytes(24),
    "overflow": header(one=ENTRY | {"shape": [2**62, 2**62]}) + bytes(24),
    "negative": header(one=ENTRY | {"shape": [-2, -3]}) + bytes(24),
    "unknown type": header(one=ENTRY | {"dtype": "X9"}) + bytes(24),
    "pickle": b"\x80\x04\x95" + bytes(100),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_damaged_or_hostile_file_is_told(tmp_path, kind):
    (tmp_path / "model.safetensors").write_bytes(HOSTILE[kind])
    with pytest.raises(ModelError) as told:
        read_safetensors(tmp_path)
    assert str(told.value).startswith("model.safetensors is damaged or no safetensors file: ")
    assert "\n" not in str(told.value)


def test_bfloat16_is_read_to_the_bit(tmp_path):
    values = np.array([1.0, -2.5, 3.0e38, 1.0e-40, np.inf, 0.0], np.float32)
    bits = (values.view(np.uint32) >> 16).astype("<u2")
    entry = {"dtype": "BF16", "shape": [6], "data_offsets": [0, 12]}
    (tmp_path / "model.safetensors").write_bytes(header(x=entry) + bits.tobytes())
    read = read_safetensors(tmp_path).tensor("x", 6)
    assert np.array_equal(read.view(np.uint32), bits.astype(np.uint32) << 16)


def test_weights_in_a_pickle_are_read_and_nothing_else(tmp_path):
    import torch

    file = tmp_path / "pytorch_model.bin"
    for zipped in (True, False):  # as torch writes them, and as it did before 1.6
        state = {"one": torch.tensor(ONE, dtype=torch.bfloat16)}
        torch.save(state, file, _use_new_zipfile_serialization=zipped)
        assert is_pickled(tmp_path)
        assert np.array_equal(read_pickled(tmp_path).tensor("one", 2, 3), ONE)
    torch.save({"one": 5}, file)
    with pytest.raises(ModelError, match="something else than tensors"):
        read_pickled(tmp_path)
    torch.save({"one": print}, file)
    with pytest.raises(ModelError, match="damaged or hold code"):
        read_pickled(tmp_path)
