"""Low-rank adapters (LoRA: Hu et al. 2021, arXiv 2106.09685), as the library PEFT writes them."""

import json
import re
from collections.abc import Iterable
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
SIDE = re.compile(r"\.lora_[AB]\.weight$")
Array = np.ndarray[Any, np.dtype[np.float32]]


class Adapter:
    """What is added to the matrices of a model: to each a product of two narrow ones."""

    def __init__(self, folder: Path) -> None:
        """Raises ModelError for a folder that holds none."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
            rank = int(config["r"])
            self._scale = np.float32(float(config["lora_alpha"]) / rank)
            tensors = load_file(folder / TENSORS)
            self._pairs = {
                place: (tensors[f"{place}.lora_A.weight"], tensors[f"{place}.lora_B.weight"])
                for place in {SIDE.sub("", name) for name in tensors}
            }
        except (
            OSError,
            ArithmeticError,
            ValueError,
            LookupError,
            TypeError,
            SafetensorError,
        ) as error:
            raise ModelError(f"{folder} holds no adapter: {error}") from error
        for place, (down, up) in self._pairs.items():
            if down.ndim != 2 or up.ndim != 2 or (len(down), up.shape[1]) != (rank, rank):
                raise ModelError(f"{folder} holds no adapter: {place} isn't of rank {rank}")

    def refuse_other(self, names: Iterable[str]) -> None:
        """Raises ModelError where something would be added to a matrix that is not among `names`,
        as GGUF files call them.
        """
        if others := self._pairs.keys() - set(map(_theirs, names)):
            raise ModelError(f"the adapter is for another model: this one has no {min(others)}")

    def added(self, name: str, rows: slice, weights: Array) -> Array:
        """`weights`, which are those `rows` of the matrix that GGUF files call `name`, with what is
        added to them, if anything is.

        Raises ModelError where they have another shape than the adapter was made for.
        """
        pair = self.pair(name)
        if pair is None:
            return weights
        down, up = pair
        product = up[rows] @ down
        if product.shape != weights.shape:
            raise ModelError(f"the adapter doesn't fit the model's {name}")
        return weights + product

    def pair(self, name: str) -> tuple[Array, Array] | None:
        """The two matrices whose product, the second times the first, is added to that `name`."""
        if (pair := self._pairs.get(_theirs(name))) is None:
            return None
        down, up = (each.astype(np.float32) for each in pair)
        return down, self._scale * up


def _theirs(name: str) -> str:
    block, _, layer_and_part = name.removesuffix(".weight").partition(".")
    layer, _, part = layer_and_part.partition(".")
    place = f"layers.{layer}.{PROJECTIONS.get(part)}" if block == "blk" else block
    return f"base_model.model.model.{place}"
