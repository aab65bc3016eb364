"""Qwen2's decoder in torch with a low-rank adapter on its projections, for training that."""

import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from toolkit.models.conversion.adapter import Adapter
from toolkit.models.conversion.gguf import GgufFile

SCALE = 2.0  # of what an adapter adds
# Projections that read the same are one matrix here, with one adapter.
FUSED = {
    "qkv": ("attn_q", "attn_k", "attn_v"),
    "o": ("attn_output",),
    "gate_up": ("ffn_gate", "ffn_up"),
    "down": ("ffn_down",),
}
Cache = list[tuple[Tensor, Tensor]]


class Frozen:
    """A matrix that isn't trained.

    On a CPU that multiplies bfloat16, it is multiplied as that, which is twice as quick (200 to 95
    GFLOP/s on two cores of an EPYC), and kept both ways, since torch is slow with a transposed one.
    On others numpy multiplies quicker than torch (134 to 90 with AVX2).
    """

    def __init__(self, weights: Tensor) -> None:
        self._rounded = weights.device.type == "cpu" and _multiplies_bfloat16()
        self.weights = weights.bfloat16() if self._rounded else weights
        self.transposed = self.weights.T.contiguous() if self._rounded else self.weights.T

    def times(self, values: Tensor) -> Tensor:
        """As a linear layer does."""
        return self._linear(values, self.weights, self.transposed)

    def times_transposed(self, values: Tensor) -> Tensor:
        """As its gradient is carried back."""
        return self._linear(values, self.transposed, self.weights)

    def _linear(self, values: Tensor, weights: Tensor, transposed: Tensor) -> Tensor:
        if self._rounded:
            return F.linear(values.detach().bfloat16(), weights).to(values.dtype)
        if values.device.type != "cpu":
            return F.linear(values, weights)
        flat = values.detach().reshape(-1, values.shape[-1]).contiguous().numpy()
        product = torch.from_numpy(flat @ transposed.numpy())
        return product.view(*values.shape[:-1], len(weights))


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, values: Tensor, matrix: Frozen) -> Tensor:
        context.matrix = matrix
        return matrix.times(values)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return context.matrix.times_transposed(gradient), None


@dataclass(frozen=True)
class Layer:
    norms: tuple[Tensor, Tensor]
    bias: Tensor
    matrices: dict[str, Frozen]


class Decoder:
    """The weights stay as they are, those of the file with what `begun` adds to them; `adapters`
    holds (down, up) by layer and fused projection.
    """

    def __init__(
        self, path: Path, begun: Adapter | None, *, first_layer: int, rank: int, device: str
    ) -> None:
        gguf = GgufFile(path, adapter=begun)
        self._begun = begun
        self.device = torch.device(device)
        kind = torch.float32 if device == "cpu" else torch.bfloat16
        self.heads, self.kv_heads, self.size = gguf.heads, gguf.kv_heads, gguf.head_size
        self.epsilon, self.base = gguf.norm_epsilon, gguf.rope_base

        def given(array: np.ndarray[Any, Any]) -> Tensor:
            return torch.from_numpy(np.array(array)).to(self.device, kind)

        def joined(layer: int, names: Sequence[str], end: str) -> Tensor:
            read = gguf.matrix if end == "weight" else gguf.vector
            return given(np.concatenate([read(f"blk.{layer}.{name}.{end}") for name in names]))

        self.embeddings, self.output = (
            given(gguf.matrix(f"{name}.weight")) for name in ("token_embd", "output")
        )
        self.last_norm = given(gguf.vector("output_norm.weight"))
        self.layers = [
            Layer(
                (
                    given(gguf.vector(f"blk.{layer}.attn_norm.weight")),
                    given(gguf.vector(f"blk.{layer}.ffn_norm.weight")),
                ),
                joined(layer, FUSED["qkv"], "bias"),
                {fused: Frozen(joined(layer, names, "weight")) for fused, names in FUSED.items()},
            )
            for layer in range(gguf.layers)
        ]
        self.adapters = {
            (number, fused): self._new_adapter(rank, *matrix.weights.shape)
            for number, layer in enumerate(self.layers)
            for fused, matrix in layer.matrices.items()
            if number >= first_layer
        }

    def _new_adapter(self, rank: int, outputs: int, inputs: int) -> tuple[Tensor, Tensor]:
        """It adds nothing as yet."""
        down = torch.randn(rank, inputs, device=self.device) / math.sqrt(inputs)
        up = torch.zeros(outputs, rank, device=self.device)
        return down.requires_grad_(), up.requires_grad_()

    def with_begun(self, layer: int, name: str, down: Tensor, up: Tensor) -> tuple[Tensor, Tensor]:
        """The adapter of a projection, as GGUF files call it, with the one it was `begun` with."""
        down, up = down.detach(), up.detach()
        pair = self._begun and self._begun.pair(f"blk.{layer}.{name}")
        if not pair:
            return down, up
        old_down, old_up = (torch.from_numpy(each).to(down) for each in pair)
        return torch.cat([down, old_down]), torch.cat([up, old_up], 1)

    @property
    def parameters(self) -> list[Tensor]:
        return [each for pair in self.adapters.values() for each in pair]

    def read(self, ids: Tensor, before: Cache | None = None) -> tuple[Tensor, Cache]:
        """What stands behind the last layer, (texts, tokens, width), and the keys and values of all
        layers. `before` is what all texts begin with.
        """
        count = ids.shape[1]
        start = before[0][0].shape[2] if before else 0
        hidden = F.embedding(ids, self.embeddings)
        rotation = self._rotation(torch.arange(start, start + count, device=self.device))
        visible = torch.ones(count, start + count, dtype=torch.bool, device=self.device).tril(start)
        cache: Cache = []
        for number, layer in enumerate(self.layers):
            normed = self._norm(hidden, layer.norms[0])
            projected = self._project(normed, number, "qkv") + layer.bias
            queries, keys, values = self._heads(projected)
            queries, keys = _rotated(queries, rotation), _rotated(keys, rotation)
            cache.append((keys, values))
            if before:
                keys, values = (
                    torch.cat([old.expand(len(ids), -1, -1, -1), new], 2)
                    for old, new in zip(before[number], (keys, values), strict=True)
                )
            attended = F.scaled_dot_product_attention(
                queries, self._repeated(keys), self._repeated(values), attn_mask=visible
            )
            joined = attended.transpose(1, 2).flatten(2)
            hidden = hidden + self._project(joined, number, "o")
            normed = self._norm(hidden, layer.norms[1])
            gate, up = self._project(normed, number, "gate_up").chunk(2, -1)
            hidden = hidden + self._project(F.silu(gate) * up, number, "down")
        return self._norm(hidden, self.last_norm), cache

    def logits(self, hidden: Tensor, tokens: Tensor) -> Tensor:
        """Of these `tokens` alone."""
        return F.linear(hidden, self.output[tokens])

    def _project(self, values: Tensor, layer: int, fused: str) -> Tensor:
        result = _product(values, self.layers[layer].matrices[fused])
        if (layer, fused) not in self.adapters:
            return result
        down, up = (each.to(values.dtype) for each in self.adapters[layer, fused])
        return result + SCALE * F.linear(F.linear(values, down), up)

    def _heads(self, projected: Tensor) -> Iterator[Tensor]:
        counts = (self.heads, self.kv_heads, self.kv_heads)
        for part, count in zip(
            torch.split(projected, [count * self.size for count in counts], -1), counts, strict=True
        ):
            yield part.reshape(*part.shape[:-1], count, self.size).transpose(1, 2)

    def _repeated(self, heads: Tensor) -> Tensor:
        return heads.repeat_interleave(self.heads // self.kv_heads, 1)

    def _norm(self, values: Tensor, weights: Tensor) -> Tensor:
        return F.rms_norm(values, weights.shape, weights, self.epsilon)

    def _rotation(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        steps = torch.arange(self.size // 2, device=self.device).double() * 2 / self.size
        angles = torch.outer(positions.double(), 1 / self.base**steps).repeat(1, 2)
        kind = self.embeddings.dtype
        return angles.cos().to(kind), angles.sin().to(kind)


def _product(values: Tensor, matrix: Frozen) -> Tensor:
    return _Product.apply(values, matrix)  # type: ignore[no-untyped-call,no-any-return]


@functools.cache
def _multiplies_bfloat16() -> bool:
    return bool(torch.cpu.get_capabilities().get("avx512_bf16"))


def _rotated(heads: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    first, second = heads.chunk(2, -1)
    return heads * rotation[0] + torch.cat([-second, first], -1) * rotation[1]
