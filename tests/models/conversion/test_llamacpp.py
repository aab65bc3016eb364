import json

import pytest
from gguf import GGUFReader, GGUFWriter, LlamaFileType

from toolkit.errors import ModelError
from toolkit.models.conversion import llamacpp
from toolkit.models.conversion.llamacpp import place_gguf


@pytest.fixture
def parts(tmp_path):
    folders = tmp_path / "model", tmp_path / "tokenizer"
    for folder in folders:
        folder.mkdir()
    return folders


def special_tokens(parts):
    return json.loads((parts[1] / "special_tokens.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "values"), [("hunyuan", 128), ("gemma3", 384), ("smollm3", 128), ("qwen2", 64)]
)
def test_the_file_stays_as_it_is_and_takes_no_room_twice(gguf_of, parts, name, values):
    file = gguf_of(name)
    assert place_gguf(file, *parts) == "float32"
    assert (parts[0] / "model.gguf").samefile(file)
    shape = json.loads((parts[0] / "shape.json").read_text("utf-8"))
    assert shape == {"values_of_a_token": values}


def test_it_is_copied_where_it_can_not_be_at_two_places(gguf_of, parts, monkeypatch):
    def refuse(*places):
        raise OSError("another disk")

    monkeypatch.setattr(llamacpp.os, "link", refuse)
    place_gguf(gguf_of("gemma3"), *parts)
    assert (parts[0] / "model.gguf").read_bytes() == gguf_of("gemma3").read_bytes()


def test_the_tokens_that_are_control_are_written_down(gguf_of, parts):
    place_gguf(gguf_of("smollm3"), *parts)
    found = special_tokens(parts)
    assert "enable_thinking" in found["chat_template"]
    assert found["special"]["eos_token"] == "<|im_end|>"
    added = {each["content"]: each["special"] for each in found["added"]}
    assert (added["<|im_start|>"], added["<think>"]) == (True, False)


@pytest.fixture
def written(tmp_path):
    """A file of one architecture with these fields and one tensor."""
    import numpy as np

    def write(*, tensor="token_embd.weight", file_type=LlamaFileType.MOSTLY_Q4_K_M, **fields):
        writer = GGUFWriter(tmp_path / "own.gguf", "gemma4")
        writer.add_file_type(file_type)
        writer.add_block_count(3)
        writer.add_embedding_length(32)
        writer.add_head_count(4)
        writer.add_token_list(["<eos>", "a"])
        writer.add_token_types([3, 1])
        for name, value in fields.items():
            getattr(writer, f"add_{name}")(value)
        writer.add_tensor(tensor, np.zeros((2, 32), np.float32))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        assert GGUFReader(tmp_path / "own.gguf")
        return tmp_path / "own.gguf"

    return write


def test_layers_may_have_heads_of_their_own(written, parts):
    file = written(eos_token_id=0, head_count_kv=[2, 1, 0], key_length=16, value_length=8)
    assert place_gguf(file, *parts) == "q4_k_m"
    shape = json.loads((parts[0] / "shape.json").read_text("utf-8"))
    assert shape == {"values_of_a_token": (2 + 1) * (16 + 8)}
    assert special_tokens(parts)["chat_template"] == ""


def test_what_is_no_whole_model_is_told(written, parts):
    with pytest.raises(ModelError, match="no token for the end of an answer"):
        place_gguf(written(), *parts)
    with pytest.raises(ModelError, match=r"own\.gguf holds only a part of a model"):
        place_gguf(written(eos_token_id=0, tensor="blk.9.ffn_up.weight"), *parts)
    assert not list(parts[0].iterdir())


def test_a_type_of_numbers_that_nobody_knows_any_more_has_its_number(written, parts):
    file = written(eos_token_id=0, head_count_kv=[1, 1, 1], file_type=999)
    assert place_gguf(file, *parts) == "type 999"


def test_a_model_without_attention_is_refused(written, parts):
    with pytest.raises(ModelError, match=r"own\.gguf has no attention"):
        place_gguf(written(eos_token_id=0, head_count_kv=[0, 0, 0]), *parts)
