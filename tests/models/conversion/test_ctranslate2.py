import pytest

from tests.tiny_models import SENTENCES
from toolkit.engines.base import GenerationConfig, Message, generate
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.models.conversion.ctranslate2 import convert_gguf


@pytest.mark.parametrize("name", ["qwen2", "smollm", "qwen3"])
def test_a_converted_gguf_file_answers_like_the_checkpoint(tiny, gguf_of, tmp_path, name):
    folder, tokenizer = tmp_path / "model", tmp_path / "model/tokenizer"
    tokenizer.mkdir(parents=True)
    convert_gguf(gguf_of(name), folder, tokenizer, compute_type="float32")
    ours = load_engine(
        str(folder), models_folder=tmp_path, options=EngineOptions(compute_type="float32")
    )
    theirs = load_engine(str(tiny(name)), models_folder=tmp_path)
    chats = [(Message("user", sentence),) for sentence in SENTENCES]
    config = GenerationConfig(max_new_tokens=24)
    first, second = generate(ours, chats, config), generate(theirs, chats, config)
    assert [o.text for o in first] == [o.text for o in second]
    assert [o.source_tokens for o in first] == [o.source_tokens for o in second]
