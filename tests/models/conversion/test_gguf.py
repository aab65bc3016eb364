import json

import numpy as np
import pytest
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.quants import quantize
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.tiny_models import SENTENCES
from toolkit.errors import ModelError
from toolkit.models.conversion import gguf
from toolkit.models.conversion.gguf import GgufFile


@pytest.fixture
def written(tmp_path):
    """A file with these text fields and one matrix in 8 bits."""

    def write(architecture="qwen2", **fields):
        path = tmp_path / "own.gguf"
        writer = GGUFWriter(path, architecture)
        for name, value in fields.items():
            writer.add_string(name.replace("__", "."), value)
        numbers = np.random.default_rng(1).normal(size=(6, 64)).astype(np.float32)
        data = quantize(numbers, GGMLQuantizationType.Q8_0)
        writer.add_tensor("blk.0.attn_q.weight", data, raw_dtype=GGMLQuantizationType.Q8_0)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return GgufFile(path), numbers

    return write


@pytest.mark.parametrize("name", ["qwen2", "smollm", "qwen3"])
def test_a_file_has_the_settings_and_weights_of_its_checkpoint(tiny, gguf_of, name):
    file = GgufFile(gguf_of(name))
    model = AutoModelForCausalLM.from_pretrained(tiny(name))
    config = model.config
    assert file.architecture == config.model_type
    assert (file.layers, file.heads, file.kv_heads) == (2, 4, 2)
    assert file.rope_base == config.rope_parameters["rope_theta"]
    assert file.norm_epsilon == pytest.approx(config.rms_norm_eps)
    embeddings = model.get_input_embeddings().weight.detach().numpy()
    assert file.shape("token_embd.weight") == embeddings.shape
    assert np.array_equal(file.matrix("token_embd.weight"), embeddings)
    assert file.has("output.weight") != config.tie_word_embeddings


def test_quantized_weights_are_read_block_by_block(written, monkeypatch):
    file, numbers = written()
    monkeypatch.setattr(gguf, "ROWS_AT_ONCE", 4)
    blocks = [(place.start, rows.shape) for place, rows in file.rows("blk.0.attn_q.weight")]
    assert blocks == [(0, (4, 64)), (4, (2, 64))]
    found = file.matrix("blk.0.attn_q.weight")
    assert found.dtype == np.float32
    assert np.abs(found - numbers).max() < 0.02


def test_what_is_missing_or_unknown_is_named(written, tmp_path):
    file, _ = written("mamba", tokenizer__ggml__pre="llama-bpe")
    with pytest.raises(ModelError, match=r"lacks the tensor 'output\.weight'"):
        file.matrix("output.weight")
    with pytest.raises(ModelError, match=r"lacks the field 'mamba\.block_count'"):
        _ = file.layers
    with pytest.raises(ModelError, match="mamba"):
        file.refuse_unknown()
    written("qwen3")[0].refuse_unknown()


def test_more_layers_than_a_file_can_hold_are_told(gguf_file, monkeypatch):
    gguf = GgufFile(gguf_file)
    monkeypatch.setattr(gguf, "parameter", lambda name: 10**9)
    with pytest.raises(ModelError, match="says it has 1000000000 layers, but lacks their tensors"):
        _ = gguf.layers


def test_a_tokenizer_that_is_not_known_is_named(gguf_file, tmp_path, monkeypatch):
    file = GgufFile(gguf_file)
    real = GgufFile.field

    def other(self, name, default=None):
        return "other" if name == "tokenizer.ggml.pre" else real(self, name, default)

    monkeypatch.setattr(GgufFile, "field", other)
    with pytest.raises(ModelError, match="tokenizer 'other' is not supported"):
        file.save_tokenizer(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["qwen2", "smollm", "qwen3"])
def test_the_tokenizer_is_that_of_the_checkpoint(tiny, gguf_of, tmp_path, name):
    file = GgufFile(gguf_of(name))
    file.save_tokenizer(tmp_path)
    ours, theirs = (AutoTokenizer.from_pretrained(folder) for folder in (tmp_path, tiny(name)))
    for text in [*SENTENCES, "L'été 2024, 1 200 km…\n\n  « Oui »", "<|im_end|>", "e\u0301"]:
        assert ours(text)["input_ids"] == theirs(text)["input_ids"], text
        assert ours.decode(ours(text)["input_ids"]) == theirs.decode(theirs(text)["input_ids"])
    assert file.end_token == ours.eos_token == theirs.eos_token
    assert ours.pad_token == theirs.pad_token
    assert ours.chat_template == theirs.chat_template
    assert json.loads((tmp_path / "config.json").read_text("utf-8"))["vocab_size"] == len(theirs)
