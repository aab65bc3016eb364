from tests.models.helpers import pull
from toolkit.models.catalogue import ModelSpec


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
