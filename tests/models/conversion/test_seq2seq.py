"""Encoder-decoders converted without torch, beside the transformers engine on the checkpoint."""

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from safetensors.torch import load_file as load_torch

from tests.models.hub import COMMIT, REPOSITORY, Repository, run_install
from tests.tiny_models import SENTENCES, perturb, teach
from toolkit.engines.base import EngineInfo, GenerationConfig, generate
from toolkit.engines.ctranslate2 import CTranslate2Engine
from toolkit.engines.tokens import SourceFormat, Tokens
from toolkit.engines.transformers import TransformersEngine
from toolkit.engines.tryout import FRENCH
from toolkit.errors import ModelError
from toolkit.models.catalogue import ModelSpec
from toolkit.models.conversion import checkpoint
from toolkit.models.conversion.checkpoint import convert_checkpoint

BEAMS = GenerationConfig(max_new_tokens=14, num_beams=4, num_return_sequences=4)
CODES = {"nllb": ("fra_Latn", "eng_Latn"), "mbart50": ("fr_XX", "en_XX")}
NAMES = ["marian", "bart", "barthez", "mbart50", "nllb", "t5", "t5_gated", "mt5"]


@pytest.fixture(autouse=True)
def _no_torch(monkeypatch):
    """The transformers engine has imported it already."""
    monkeypatch.setattr(checkpoint, "has_torch", lambda: False)


def entry(task):
    return ModelSpec.model_validate(
        {
            "id": "tiny-hub",
            "description": "for tests",
            "family": "seq2seq",
            "tasks": [task],
            "languages": ["fr", "en"],
            "licence": "CC0-1.0",
            "publisher": "nobody",
            "format": "huggingface",
            "parameters": "1K",
            "max_context_tokens": 128,
            "installed_bytes": 1000,
            "sources": [{"kind": "hub", "repository": REPOSITORY}],
        }
    )


def pickle_weights(folder):
    """Put the weights of `folder` into pickles, as older checkpoints have them."""
    for file in folder.glob("model*.safetensors"):
        name = file.name.replace("model", "pytorch_model").replace(".safetensors", ".bin")
        torch.save(load_torch(file), folder / name)
        file.unlink()
    for index in folder.glob("*.index.json"):
        text = index.read_text("utf-8").replace(".safetensors", ".bin")
        text = text.replace('"model-', '"pytorch_model-')
        (folder / "pytorch_model.bin.index.json").write_text(text, "utf-8")
        index.unlink()
    return folder


def convert(source, target):
    folder, tokenizer = target / "model", target / "tokenizer"
    for each in (folder, tokenizer):
        each.mkdir(parents=True)
    convert_checkpoint(source, folder, tokenizer, compute_type="float32")
    return folder, tokenizer


def both_engines(source, target, codes=(None, None)):
    """On a checkpoint, and on what it is converted to."""
    wanted = SourceFormat(source_code=codes[0], target_code=codes[1])
    folder, tokenizer = convert(source, target)
    info = EngineInfo(
        engine="ctranslate2",
        engine_version="",
        model="tiny",
        family="seq2seq",
        compute_type="float32",
        device="cpu",
    )
    ours = CTranslate2Engine(
        folder,
        tokens=Tokens.load(tokenizer, wanted),
        info=info,
        max_source_tokens=128,
        threads=1,
        batch_size=3,
    )
    theirs = TransformersEngine(source, name="tiny", source_format=wanted, threads=1, batch_size=3)
    return ours, theirs


def assert_same(engines, written):
    """The same ids, in the same order and nearly as likely."""
    found = []
    for engine in engines:
        written.clear()
        outputs = generate(engine, SENTENCES, BEAMS)
        found.append((outputs, sorted(written)))
    (ours, our_ids), (theirs, their_ids) = found
    assert our_ids == their_ids
    for one, other in zip(ours, theirs, strict=True):
        pairs = list(zip(one.candidates, other.candidates, strict=True))
        assert [ours.text for ours, _ in pairs] == [theirs.text for _, theirs in pairs]
        for ours, theirs in pairs:
            assert ours.log_prob == pytest.approx(theirs.log_prob, abs=1e-3)


@pytest.fixture
def written(monkeypatch):
    """The ids of all that models wrote."""
    ids = []
    decode = Tokens.decode

    def noted(self, answer):
        known = len(self.tokenizer)  # models have ids that no token was made for
        ids.append([each if each < known else self.tokenizer.unk_token_id for each in answer])
        return decode(self, answer)

    monkeypatch.setattr(Tokens, "decode", noted)
    return ids


@pytest.mark.parametrize("name", NAMES)
def test_a_converted_checkpoint_finds_the_same_candidates(tiny, tmp_path, written, name):
    folder = perturb(tiny(name), tmp_path / "checkpoint")
    assert_same(both_engines(folder, tmp_path, CODES.get(name, (None, None))), written)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", ["marian", "bart"])
def test_numbers_of_half_the_length_are_read(tiny, tmp_path, written, name, dtype):
    folder = perturb(tiny(name), tmp_path / "checkpoint", dtype=dtype)
    assert_same(both_engines(folder, tmp_path), written)


@pytest.mark.parametrize("kind", ["safetensors", "pickled"])
def test_a_checkpoint_in_several_files_is_read(tiny, tmp_path, written, kind, monkeypatch):
    folder = perturb(tiny("marian"), tmp_path / "checkpoint", max_shard_size="50KB")
    if kind == "pickled":
        pickle_weights(folder)
        monkeypatch.setattr(checkpoint, "has_torch", lambda: True)
    assert len(list(folder.glob("*-of-*"))) > 2
    assert_same(both_engines(folder, tmp_path), written)


def test_matrices_that_the_checkpoint_holds_twice_are_kept_once(tiny, tmp_path, written):
    """As older checkpoints do, and with the positions that are computed."""
    folder = perturb(tiny("marian"), tmp_path / "checkpoint")
    convert(folder, tmp_path / "once")
    weights = load_file(folder / "model.safetensors")
    for name in ("model.encoder.embed_tokens", "model.decoder.embed_tokens", "lm_head"):
        weights[f"{name}.weight"] = weights["model.shared.weight"]
    weights["model.encoder.version"] = np.ones(1, np.float32)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    assert_same(both_engines(folder, tmp_path / "twice"), written)
    sizes = [(tmp_path / each / "model/model.bin").stat().st_size for each in ("once", "twice")]
    assert sizes[0] == sizes[1]


def test_what_a_checkpoint_forbids_is_never_written(tiny, tmp_path, written):
    folder = perturb(tiny("bart"), tmp_path / "checkpoint")
    said = json.loads((folder / "generation_config.json").read_text("utf-8"))
    before, _ = both_engines(folder, tmp_path / "free")
    generate(before, SENTENCES, BEAMS)
    liked = max({each for answer in written for each in answer}, key=written[0].count)
    said["bad_words_ids"] = [[liked], [5, 6]]
    (folder / "generation_config.json").write_text(json.dumps(said), "utf-8")
    engines = both_engines(folder, tmp_path / "forbidding")
    assert_same(engines, written)
    assert not any(liked in answer for answer in written)


def with_keys(path, **changed):
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changed), "utf-8")


def refusal(folder, tmp_path):
    shutil.rmtree(tmp_path / "refused", ignore_errors=True)
    with pytest.raises(ModelError) as refused:
        convert(folder, tmp_path / "refused")
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "changed", "said"),
    [
        ("bart", {"normalize_before": True}, "normalize_before; the transformers engine may"),
        ("bart", {"activation_function": "tanh"}, "the activation 'tanh' is not known (known: "),
        ("marian", {"share_encoder_decoder_embeddings": False}, "one vocabulary for each side"),
        (
            "marian",
            {"encoder_attention_heads": 5},
            "width of 32 doesn't go with 5 encoder_attention",
        ),
        ("marian", {"encoder_attention_heads": 0}, "has 0 for encoder_attention_heads"),
        (
            "marian",
            {"decoder_layers": 3},
            "should have 3 layers called model.decoder.layers.N, not 2",
        ),
        ("marian", {"encoder_layers": 10**9}, "should have 1000000000 layers called model.encoder"),
        ("marian", {"d_model": 64}, "should be 90×64, not 90×32; the transformers engine may"),
        ("marian", {"vocab_size": 91}, "'model.shared.weight' should be 91×32, not 90×32"),
        ("marian", {"max_position_embeddings": 10**9}, "has 1000000000 for max_position"),
        ("bart", {"max_position_embeddings": 64}, "should be 66×32"),
        ("bart", {"d_model": "32"}, "can't be converted: "),
        ("bart", {"model_type": "mbart"}, "lacks the tensor 'model.encoder.layer_norm.weight'"),
        ("mbart50", {"model_type": "bart"}, "tensors that the architecture lacks, such as 'model."),
        ("t5", {"is_gated_act": True}, "lacks the tensor 'encoder.block.0.layer.1."),
        ("t5", {"d_kv": 9}, "should be 36×32"),
    ],
)
def test_a_configuration_that_is_not_known_or_lies_is_told(tiny, tmp_path, name, changed, said):
    folder = shutil.copytree(tiny(name), tmp_path / "checkpoint")
    with_keys(folder / "config.json", **changed)
    assert said in refusal(folder, tmp_path)


def test_layers_that_are_only_numbered_are_told_before_they_are_made(tiny, tmp_path):
    folder = shutil.copytree(tiny("marian"), tmp_path / "checkpoint")
    weights = load_file(folder / "model.safetensors")
    last = {"model.encoder.layers.999999.x": np.zeros(1, np.float32)}
    save_file(weights | last, folder / "model.safetensors", metadata={"format": "pt"})
    with_keys(folder / "config.json", encoder_layers=1_000_000)
    assert "should have 1000000 layers called model.encoder.layers.N, not 3" in refusal(
        folder, tmp_path
    )


def test_where_the_decoder_begins_has_to_be_known(tiny, tmp_path):
    folder = shutil.copytree(tiny("mbart50"), tmp_path / "checkpoint")
    with_keys(folder / "config.json", decoder_start_token_id=None)
    for start in (None, 10**6, "</s>"):
        with_keys(folder / "generation_config.json", decoder_start_token_id=start)
        assert f"its decoder_start_token_id is {start!r}; the transformers" in refusal(
            folder, tmp_path
        )


def test_a_tokenizer_that_is_taken_for_another_is_told(tiny, tmp_path):
    """Only its class keeps BARThez's from being mBART's, which puts languages behind a text."""
    folder = shutil.copytree(tiny("barthez"), tmp_path / "checkpoint")
    (folder / "tokenizer_config.json").unlink()
    assert "its tokenizer puts tokens around a text that the model lacks" in refusal(
        folder, tmp_path
    )


def test_weights_that_are_missing_or_of_another_shape_are_told(tiny, tmp_path):
    folder = shutil.copytree(tiny("marian"), tmp_path / "checkpoint")
    weights = load_file(folder / "model.safetensors")
    name = "model.decoder.layers.1.encoder_attn.k_proj.weight"
    for changed, said in (
        ({}, f"it lacks the tensor '{name}'; the transformers engine may"),
        ({name: weights[name][:-1]}, f"'{name}' should be 32×32, not 31×32"),
        ({name: weights[name].ravel()}, f"'{name}' should be 32×32, not 1024"),
        ({name: weights[name].astype(np.int8)}, f"'{name}' is of I8 (known: F32, F16, BF16)"),
    ):
        rest = {each: tensor for each, tensor in weights.items() if each != name}
        save_file(rest | changed, folder / "model.safetensors")
        assert said in refusal(folder, tmp_path)


NO_TORCH = "import sys; sys.modules['torch'] = None\n"  # importing it fails


@pytest.mark.parametrize(
    ("name", "dtype", "task"),
    [
        ("marian", "float16", "translation"),
        ("bart", "bfloat16", "summarization"),
    ],
)
def test_a_pull_from_the_hub_ends_in_the_golden_sentence_without_torch(
    hub, tiny, tmp_path, name, dtype, task
):
    folder = shutil.copytree(tiny(name), tmp_path / "taught")
    teach(folder, {FRENCH: SENTENCES[5]}, dtype=dtype)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    repository = Repository(files | {"pytorch_model.bin": b"pickled"})
    hub.repositories[REPOSITORY] = repository
    done = run_install(hub, entry(task), tmp_path / "models", before=NO_TORCH)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith(SENTENCES[5])
    assert "pytorch_model.bin" not in {name for name, _ in repository.downloads}
    record = json.loads((tmp_path / "models/tiny-hub/installed.json").read_text("utf-8"))
    assert (record["revision"], record["compute_type"]) == (COMMIT, "int8")


def test_without_torch_pickled_weights_are_refused_before_they_are_fetched(hub, tiny, tmp_path):
    folder = pickle_weights(shutil.copytree(tiny("marian"), tmp_path / "pickled"))
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    hub.repositories[REPOSITORY] = repository = Repository(files)
    done = run_install(hub, entry("translation"), tmp_path / "models", before=NO_TORCH)
    said = "has only pickled weights, which need the extra torch; type: pip install"
    assert f"the hub's {REPOSITORY} {said}" in done.stderr
    assert repository.downloads == []
    assert said in refusal(folder, tmp_path)
