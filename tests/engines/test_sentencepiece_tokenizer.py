import json
import shutil

import pytest
from sentencepiece import SentencePieceProcessor

from tests.engines.helpers import log_probs
from tests.tiny_models import SENTENCES, train_sentencepiece
from toolkit.engines.base import GenerationConfig, generate
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.engines.sentencepiece_tokenizer import SentencePieceTokenizer
from toolkit.engines.tokens import Tokens
from toolkit.errors import ModelError, TooLongError

FILES = {"quickmt": ("joint", "joint"), "quickmt_pair": ("src", "tgt")}


@pytest.fixture(params=FILES)
def folder(request, tiny, tmp_path):
    return shutil.copytree(tiny(request.param), tmp_path / request.param)


def sides(folder):
    for name in FILES[folder.name]:
        yield SentencePieceProcessor(model_file=str(folder / f"{name}.spm.model"))


def test_a_source_is_its_pieces_and_an_end(folder):
    source, target = sides(folder)
    tokens = Tokens.load_pieces(folder, folder)
    for sentence in SENTENCES:
        wanted = source.id_to_piece(source.encode(sentence))
        assert tokens.to_strings(tokens.encode(sentence)) == [*wanted, "</s>"]
    written = tokens.to_ids([*target.encode(SENTENCES[5], out_type=str), "</s>"])
    assert (tokens.decode(written), written[-1]) == (SENTENCES[5], tokens.end)
    assert tokens.encode_target(SENTENCES[5]) == written


def test_a_model_that_adds_the_end_is_given_none(folder):
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"add_source_eos": True}), "utf-8")
    tokens = Tokens.load_pieces(folder, folder)
    assert "</s>" not in tokens.to_strings(tokens.encode(SENTENCES[0]))


def test_tokens_that_no_tokenizer_knows_are_left_out_of_what_is_read(folder):
    tokens = Tokens.load_pieces(folder, folder)
    written = tokens.to_ids(["<blank>", "<s>", *tokens.to_strings(tokens.encode_target("Paris"))])
    assert tokens.decode(written) == "Paris"


def test_markup_that_is_one_piece_is_text_all_the_same(tmp_path):
    file = train_sentencepiece(tmp_path, vocab_size=100, user_defined_symbols=["<br>"])
    file.rename(tmp_path / "joint.spm.model")
    tokens = Tokens.load_pieces(tmp_path, tmp_path)
    assert "<br>" in SentencePieceProcessor(model_file=str(tmp_path / "joint.spm.model")).encode(
        "Paris<br>Lundi", out_type=str
    )
    assert "<br>" not in tokens.to_strings(tokens.encode("Paris<br>Lundi"))


def test_a_folder_translates_and_scores(folder):
    engine = load_engine(str(folder), models_folder=folder, options=EngineOptions(threads=1))
    outputs = generate(engine, SENTENCES, GenerationConfig(max_new_tokens=100, num_beams=2))
    assert {output.text for output in outputs} == {SENTENCES[5]}
    assert log_probs(engine, [SENTENCES[0]], [SENTENCES[5]]) == pytest.approx(
        [outputs[0].candidates[0].log_prob], abs=1e-3
    )
    assert engine.max_source_tokens == 256
    with pytest.raises(TooLongError):
        generate(engine, [SENTENCES[0] * 20], GenerationConfig(max_new_tokens=10))


def test_a_tokenizer_of_another_model_is_refused(folder, tmp_path):
    name = FILES[folder.name][-1]
    other = train_sentencepiece(tmp_path, texts=[sentence[::-1] for sentence in SENTENCES])
    shutil.copyfile(other, folder / f"{name}.spm.model")
    with pytest.raises(ModelError, match="belongs to another model"):
        load_engine(str(folder), models_folder=folder)


def test_what_is_missing_or_damaged_is_named(folder):
    for name in {*FILES[folder.name]}:
        file = folder / f"{name}.spm.model"
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(ModelError, match=f"no tokenizer can be read in .*{file.name}"):
            load_engine(str(folder), models_folder=folder)
        file.write_bytes(whole)
    vocabulary = next(folder.glob("*_vocabulary.json"))
    vocabulary.rename(folder / "kept")
    with pytest.raises(ModelError, match=r"holds no vocabulary beside its model\.bin"):
        load_engine(str(folder), models_folder=folder)
    (folder / "kept").rename(vocabulary)
    weights = folder / "model.bin"
    weights.write_bytes(weights.read_bytes()[:50_000])
    with pytest.raises(ModelError, match=r"model\.bin is damaged or was downloaded only in part"):
        load_engine(str(folder), models_folder=folder)


def test_the_tokenizer_of_one_side_is_not_enough(tiny, tmp_path):
    folder = shutil.copytree(tiny("quickmt_pair"), tmp_path / "model")
    (folder / "tgt.spm.model").unlink()
    with pytest.raises(ModelError, match=r"model lacks tgt\.spm\.model"):
        SentencePieceTokenizer.load(folder, folder)
