import pytest
from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

from tests.models.helpers import pull
from toolkit.errors import ModelError
from toolkit.models.catalogue import ModelSpec
from toolkit.models.conversion import checkpoint
from toolkit.models.conversion.checkpoint import BY_CTRANSLATE2, convert_checkpoint
from toolkit.models.ctranslate2_runtime import ctranslate2


def test_checkpoints_convert_and_keep_their_tokenizers(tiny, tmp_path, spec):
    seq2seq = ModelSpec.model_validate(
        {
            **spec.model_dump(),
            "id": "tiny-marian",
            "family": "seq2seq",
            "format": "huggingface",
            "files": [],
            "sources": [],
        }
    )
    model = pull(seq2seq, tmp_path / "models", from_folder=tiny("marian"))
    assert {"model/model.bin", "tokenizer/source.spm"} <= model.files.keys()


def test_an_architecture_that_is_not_known_is_told_with_those_that_are(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "mamba"}')
    said = r"architecture 'mamba' can't be converted \(known: bart, gemma, .*, umt5\)$"
    with pytest.raises(ModelError, match=said):
        convert_checkpoint(tmp_path, tmp_path, tmp_path, compute_type="int8")


@pytest.mark.parametrize("architecture", BY_CTRANSLATE2)
def test_what_is_left_to_ctranslate2_it_can_convert(architecture):
    assert CONFIG_MAPPING_NAMES[architecture] in ctranslate2.converters.transformers._MODEL_LOADERS


def test_what_is_left_to_ctranslate2_needs_torch(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "has_torch", lambda: False)
    said = (
        r"architecture 'qwen2' is converted with torch; type: pip install 'toolkit-fr-en\[torch\]'$"
    )
    with pytest.raises(ModelError, match=said):
        convert_checkpoint(tiny("qwen2"), tmp_path, tmp_path, compute_type="int8")


def test_a_folder_without_weights_is_told(tiny, tmp_path):
    (tmp_path / "config.json").write_bytes((tiny("marian") / "config.json").read_bytes())
    with pytest.raises(ModelError, match=r"holds neither model\.safetensors nor"):
        convert_checkpoint(tmp_path, tmp_path, tmp_path, compute_type="int8")
