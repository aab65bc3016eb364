"""Low-rank adapters (LoRA: Hu et al. 2021, arXiv 2106.09685), as the library PEFT writes them."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.errors import ModelError

CONFIG, TENSORS = "adapter_config.json", "adapter_model.safetensors"
# What GGUF files and Hugging Face checkpoints call the same matrix.
PROJECTIONS = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
Array = np.ndarray[Any, np.dtype[np.float32]]


class Adapter:
    """What is added to the matrices of a model: to each a product of two narrow ones."""

    def __init__(self, folder: Path) -> None:
        """Raises ModelError for a folder that holds none."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
            self._scale = float(config["lora_alpha"]) / int(config["r"])
            self._tensors = load_file(folder / TENSORS)
        except (
            OSError,
            ArithmeticError,
            ValueError,
            LookupError,
            TypeError,
            SafetensorError,
        ) as error:
            raise ModelError(f"{folder} holds no adapter: {error}") from error

    def added(self, name: str, rows: slice, weights: Array) -> Array:
        """`weights`, which are those `rows` of the matrix that GGUF files call `name`, with what is
        added to them, if anything is.

        Raises ModelError where they have another shape than the adapter was made for.
        """
        down, up = (self._tensors.get(f"{_theirs(name)}.lora_{side}.weight") for side in "AB")
        if down is None or up is None:
            return weights
        product = up[rows].astype(np.float32) @ down.astype(np.float32)
        if product.shape != weights.shape:
            raise ModelError(f"the adapter doesn't fit the model's {name}")
        return weights + np.float32(self._scale) * product


def _theirs(name: str) -> str:
    block, _, layer_and_part = name.removesuffix(".weight").partition(".")
    layer, _, part = layer_and_part.partition(".")
    place = f"layers.{layer}.{PROJECTIONS.get(part)}" if block == "blk" else block
    return f"base_model.model.model.{place}"
