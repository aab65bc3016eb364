import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.engines.helpers import log_probs, sources
from tests.helpers import engine_info
from tests.models.helpers import write_adapter
from tests.tiny_models import SENTENCES
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.engines.tokens import Tokens
from toolkit.errors import ModelError
from toolkit.models.catalogue import ADAPTERS, catalogue
from toolkit.models.conversion.adapter import CONFIG, PROJECTIONS, TENSORS, Adapter
from toolkit.models.conversion.gguf import GgufFile

PLACE = "base_model.model.model.layers.1"


@pytest.fixture
def adapted(tiny, gguf_of, tmp_path):
    """An adapter for the tiny Qwen2, and that model with it in its weights."""
    import torch

    folder, merged = tmp_path / "adapter", tmp_path / "merged"
    write_adapter(folder, gguf_of("qwen2"))
    tensors = {name: each.astype(np.float32) for name, each in load_file(folder / TENSORS).items()}
    model = AutoModelForCausalLM.from_pretrained(tiny("qwen2"))
    with torch.no_grad():
        for name in PROJECTIONS.values():
            down, up = (tensors[f"{PLACE}.{name}.lora_{side}.weight"] for side in "AB")
            model.model.layers[1].get_submodule(name).weight += torch.from_numpy(0.5 * up @ down)
    model.save_pretrained(merged)
    AutoTokenizer.from_pretrained(tiny("qwen2")).save_pretrained(merged)
    return folder, merged


@pytest.mark.parametrize("form", ["openvino", "ctranslate2"])
def test_a_converted_model_scores_as_one_with_the_adapter_in_its_weights(
    adapted, tiny, gguf_of, tmp_path, form
):
    from toolkit.engines.ctranslate2 import CTranslate2Engine
    from toolkit.models.conversion import ctranslate2

    if form == "openvino":
        pytest.importorskip("toolkit.models.openvino_runtime", reason="no openvino-genai")
        from toolkit.engines.openvino import OpenVINOEngine
        from toolkit.models.conversion import openvino

    adapter, merged = adapted
    for part in ("model", "tokenizer"):
        (tmp_path / part).mkdir()
    convert = openvino.convert_gguf if form == "openvino" else ctranslate2.convert_gguf
    convert(
        gguf_of("qwen2"),
        tmp_path / "model",
        tmp_path / "tokenizer",
        compute_type="float32",
        adapter=Adapter(adapter),
    )
    options = {"info": engine_info(form), "max_source_tokens": 512, "threads": 1}
    tokens = Tokens.load(tmp_path / "tokenizer")
    if form == "openvino":
        ours = OpenVINOEngine(tmp_path / "model", tokens=lambda: tokens, kv_cache_mb=16, **options)
    else:
        ours = CTranslate2Engine(tmp_path / "model", tokens=tokens, batch_size=4, **options)
    merged_scores, plain_scores = (
        log_probs(
            load_engine(str(folder), models_folder=tmp_path, options=EngineOptions(threads=1)),
            sources("qwen2"),
            SENTENCES,
        )
        for folder in (merged, tiny("qwen2"))
    )
    scores = log_probs(ours, sources("qwen2"), SENTENCES)
    assert scores == pytest.approx(merged_scores, rel=1e-3)
    assert scores != pytest.approx(plain_scores, rel=1e-2)


def test_what_an_adapter_has_nothing_for_stays(adapted, gguf_of):
    file, plain = GgufFile(gguf_of("qwen2"), adapter=Adapter(adapted[0])), gguf_of("qwen2")
    same = [
        np.array_equal(file.matrix(name), GgufFile(plain).matrix(name))
        for name in ("token_embd.weight", "blk.0.ffn_up.weight", "blk.1.ffn_up.weight")
    ]
    assert same == [True, True, False]


def test_an_adapter_of_another_model_is_refused(adapted, gguf_of):
    tensors = {
        f"{PLACE}.mlp.up_proj.lora_{side}.weight": np.zeros(shape, np.float16)
        for side, shape in (("A", (2, 4)), ("B", (4, 2)))
    }
    save_file(tensors, adapted[0] / TENSORS)
    file = GgufFile(gguf_of("qwen2"), adapter=Adapter(adapted[0]))
    with pytest.raises(ModelError, match=r"doesn't fit the model's blk\.1\.ffn_up\.weight"):
        file.matrix("blk.1.ffn_up.weight")


@pytest.mark.parametrize("place", [f"{PLACE}0.mlp.up_proj", f"{PLACE}.mlp.router", "lm_head"])
def test_an_adapter_for_what_the_model_lacks_is_refused(adapted, gguf_of, place):
    tensors = load_file(adapted[0] / TENSORS)
    for side in "AB":
        tensors[f"{place}.lora_{side}.weight"] = np.zeros((2, 2), np.float16)
    save_file(tensors, adapted[0] / TENSORS)
    with pytest.raises(ModelError, match=f"another model: this one has no {place}"):
        GgufFile(gguf_of("qwen2"), adapter=Adapter(adapted[0]))


@pytest.mark.parametrize(
    "change",
    [
        {"lora_B": None},
        {"lora_A": np.zeros((1, 64), np.float16)},
        {"lora_A": np.zeros(64, np.float16)},
        {"lora_A": np.zeros((1, 64), np.float16), "lora_B": np.zeros((64, 1), np.float16)},
        {"lora_magnitude_vector": np.zeros(64, np.float16)},
    ],
)
def test_matrices_that_make_no_product_of_the_rank_are_told(adapted, change):
    tensors = load_file(adapted[0] / TENSORS)
    for part, tensor in change.items():
        name = f"{PLACE}.self_attn.q_proj.{part}.weight"
        if tensor is None:
            del tensors[name]
        else:
            tensors[name] = tensor
    save_file(tensors, adapted[0] / TENSORS)
    with pytest.raises(ModelError, match="holds no adapter"):
        Adapter(adapted[0])


def test_weights_that_are_missing_or_cut_short_are_told(adapted):
    file = adapted[0] / TENSORS
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ModelError, match="holds no adapter"):
        Adapter(adapted[0])
    file.unlink()
    with pytest.raises(ModelError, match="holds no adapter"):
        Adapter(adapted[0])


@pytest.mark.parametrize("content", ["", "{", "[]", '{"r": 0, "lora_alpha": 1}', '{"r": 2}'])
def test_a_folder_without_an_adapter_is_told(adapted, content):
    (adapted[0] / CONFIG).write_text(content)
    with pytest.raises(ModelError, match="holds no adapter"):
        Adapter(adapted[0])
    (adapted[0] / CONFIG).unlink()
    with pytest.raises(ModelError, match="holds no adapter"):
        Adapter(adapted[0])


def test_the_adapters_of_the_catalogue_are_there():
    named = {spec.adapter for spec in catalogue().values() if spec.adapter}
    assert named
    for name in named:
        assert Adapter(ADAPTERS / name)
        assert "licence" in (ADAPTERS / name / "README.md").read_text("utf-8").lower()
