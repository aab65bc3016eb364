import json
import re

import numpy as np
import pytest

from tests.engines.helpers import log_probs, sources
from tests.helpers import engine_info
from tests.tiny_models import SENTENCES
from toolkit.engines.base import GenerationConfig, generate
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.engines.tokens import Tokens
from toolkit.errors import ModelError
from toolkit.models.conversion.gguf import GgufFile

pytest.importorskip("toolkit.models.openvino_runtime", reason="openvino-genai is not installed")


@pytest.fixture
def convert(gguf_of, tmp_path):
    from toolkit.models.conversion.openvino import convert_gguf

    def one(name, compute_type):
        folder = tmp_path / f"{name}-{compute_type}"
        for part in ("model", "tokenizer"):
            (folder / part).mkdir(parents=True)
        convert_gguf(
            gguf_of(name), folder / "model", folder / "tokenizer", compute_type=compute_type
        )
        return folder

    return one


@pytest.mark.parametrize("name", ["qwen2", "smollm", "qwen3"])
def test_weights_in_8_bits_score_nearly_like_those_of_the_checkpoint(
    tiny, openvino_of, convert, tmp_path, name
):
    from toolkit.engines.openvino import OpenVINOEngine

    folder = convert(name, "int8")
    info = engine_info("openvino", compute_type="int8")
    ours = OpenVINOEngine(
        folder / "model",
        tokens=lambda: Tokens.load(folder / "tokenizer"),
        info=info,
        max_source_tokens=512,
        threads=1,
        kv_cache_mb=16,
    )
    theirs = load_engine(str(tiny(name)), models_folder=tmp_path, options=EngineOptions(threads=1))
    chats = sources("qwen2")
    assert log_probs(ours, chats, SENTENCES) == pytest.approx(
        log_probs(theirs, chats, SENTENCES), rel=0.08
    )
    assert generate(ours, chats, GenerationConfig(max_new_tokens=5))
    sizes = [
        (each / "model/openvino_model.bin").stat().st_size for each in (folder, openvino_of(name))
    ]
    assert sizes[0] < 0.5 * sizes[1]


def test_the_shape_of_keys_and_values_is_written(openvino_of):
    for name, size in (("qwen2", 8), ("smollm", 8), ("qwen3", 16)):
        shape = json.loads((openvino_of(name) / "model/shape.json").read_text("utf-8"))
        assert shape == {"layers": 2, "kv_heads": 2, "head_size": size}


def test_rows_of_nothing_and_of_next_to_nothing_are_rounded_to_nothing(convert, monkeypatch):
    """Vocabularies hold tokens that were never learnt."""
    from toolkit.models.openvino_runtime import ov

    real = GgufFile.rows

    def rows(self, name):
        for place, numbers in real(self, name):
            if name == "token_embd.weight":
                numbers = numbers.copy()
                numbers[3], numbers[4] = 0, 1e-7
            yield place, numbers

    monkeypatch.setattr(GgufFile, "rows", rows)
    folder = convert("smollm", "int8")  # one matrix for what is read and written
    model = ov.Core().read_model(folder / "model/openvino_model.xml")
    constants = [each for each in model.get_ops() if each.get_type_name() == "Constant"]
    matrices = [each.get_data() for each in constants if each.get_element_type() == ov.Type.i8]
    (embeddings,) = (each for each in matrices if len(each) > 100)
    assert not embeddings[3:5].any()
    assert np.abs(embeddings[5:]).max(axis=1).min() == 127


def test_an_architecture_that_is_not_known_is_named(convert, monkeypatch):
    monkeypatch.setattr(GgufFile, "architecture", "mamba")
    with pytest.raises(ModelError, match=re.compile("mamba.*llama.*qwen2.*qwen3", re.DOTALL)):
        convert("qwen2", "int8")
