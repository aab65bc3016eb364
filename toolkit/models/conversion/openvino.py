"""GGUF files to OpenVINO folders, without torch and without the library's own GGUF reader.

Weights become 8 bits with one scale for each output channel: of the forms that were tried it is the
quickest, and it rounds the file's weights less than 4 bits would. docs/decisions/0014.
"""

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np

from toolkit.models.conversion.adapter import Adapter
from toolkit.models.conversion.gguf import GgufFile
from toolkit.models.openvino_runtime import Variable, VariableInfo, op, ov

MODEL_FILE, WEIGHTS_FILE, SHAPE_FILE = "openvino_model.xml", "openvino_model.bin", "shape.json"
LOWEST = -65504.0  # of 16-bit floats, for what attention must not see
LARGEST_SCALE = 127
Node = Any
WeightType = Literal["int8", "float32"]


def convert_gguf(
    source: Path,
    model_folder: Path,
    tokenizer_folder: Path,
    *,
    compute_type: WeightType,
    adapter: Adapter | None = None,
) -> None:
    """Write the existing folders `model_folder` (OpenVINO) and `tokenizer_folder`.

    Raises ModelError for an architecture or tokenizer that is not supported.
    """
    gguf = GgufFile(source, adapter=adapter)
    gguf.refuse_unknown()
    graph = _Decoder(gguf, compute_type)
    ov.save_model(graph.build(), model_folder / MODEL_FILE, compress_to_fp16=False)
    shape = {"layers": gguf.layers, "kv_heads": gguf.kv_heads, "head_size": graph.head_size}
    (model_folder / SHAPE_FILE).write_text(json.dumps(shape), encoding="utf-8")
    gguf.save_tokenizer(tokenizer_folder)


class _Decoder:
    """The graph of a decoder with grouped-query attention, as the library's paged attention wants
    it: keys and values are states that `beam_idx` reorders.
    """

    def __init__(self, gguf: GgufFile, weights: WeightType) -> None:
        self._gguf = gguf
        self._weights = weights
        self._built: dict[str, Node] = {}
        self._assignments: list[Node] = []
        self.head_size = gguf.head_size
        self._ids = _parameter("input_ids", [-1, -1], np.int64)
        self._mask = _parameter("attention_mask", [-1, -1], np.int64)
        self._positions = _parameter("position_ids", [-1, -1], np.int64)
        self._beams = _parameter("beam_idx", [-1], np.int32)
        self._batch = op.gather(op.shape_of(self._ids), _longs(0), _constant(0, np.int64))

    def build(self) -> ov.Model:
        gguf = self._gguf
        ids = op.convert(self._ids, "i32")
        hidden = op.gather(self._matrix("token_embd.weight"), ids, _constant(0, np.int32))
        cosine, sine = self._rotation()
        visible = self._visible()
        for layer in range(gguf.layers):
            block = f"blk.{layer}."
            attended = self._attention(
                self._norm(hidden, f"{block}attn_norm"), layer, cosine, sine, visible
            )
            hidden = op.add(hidden, self._linear(attended, f"{block}attn_output"))
            normed = self._norm(hidden, f"{block}ffn_norm")
            gate = op.swish(self._linear(normed, f"{block}ffn_gate"))
            gated = op.multiply(gate, self._linear(normed, f"{block}ffn_up"))
            hidden = op.add(hidden, self._linear(gated, f"{block}ffn_down"))
        # Checkpoints with tied embeddings have no output matrix.
        output = "output" if gguf.has("output.weight") else "token_embd"
        logits = self._linear(self._norm(hidden, "output_norm"), output)
        logits.output(0).get_tensor().set_names({"logits"})
        inputs = [self._ids, self._mask, self._positions, self._beams]
        return ov.Model([op.result(logits)], self._assignments, inputs, gguf.architecture)

    def _attention(self, hidden: Node, layer: int, cosine: Node, sine: Node, visible: Node) -> Node:
        gguf, block = self._gguf, f"blk.{layer}."
        queries = self._heads(hidden, f"{block}attn_q", gguf.heads)
        keys = self._heads(hidden, f"{block}attn_k", gguf.kv_heads)
        values = self._heads(hidden, f"{block}attn_v", gguf.kv_heads)
        queries, keys = (self._rotated(each, cosine, sine) for each in (queries, keys))
        keys = self._with_past(keys, f"past_key_values.{layer}.keypresent.{layer}.key")
        values = self._with_past(values, f"past_key_values.{layer}.valuepresent.{layer}.key")
        attended = op.scaled_dot_product_attention(
            queries, self._for_each_query(keys), self._for_each_query(values), visible
        )
        joined = _longs(0, 0, gguf.heads * self.head_size)
        return op.reshape(op.transpose(attended, _longs(0, 2, 1, 3)), joined, special_zero=True)

    def _heads(self, hidden: Node, name: str, heads: int) -> Node:
        """(batch, heads, length, head size)"""
        split = _longs(0, 0, heads, self.head_size)
        apart = op.reshape(self._linear(hidden, name), split, special_zero=True)
        if self._gguf.has(f"{name}_norm.weight"):  # Qwen3
            apart = self._norm(apart, f"{name}_norm")
        return op.transpose(apart, _longs(0, 2, 1, 3))

    def _rotation(self) -> tuple[Node, Node]:
        """Cosine and sine of each position's angles: Su et al. 2021, RoFormer, arXiv 2104.09864."""
        half = self.head_size // 2
        steps = np.arange(half, dtype=np.float64) * 2 / self.head_size
        frequencies = op.constant(
            (1 / self._gguf.rope_base**steps).astype(np.float32).reshape(1, half, 1)
        )
        shape = op.concat([self._batch, _longs(half), _longs(1)], 0)
        positions = op.convert(op.unsqueeze(self._positions, _longs(1)), "f32")
        angles = op.matmul(op.broadcast(frequencies, shape), positions, False, False)
        angles = op.transpose(angles, _longs(0, 2, 1))
        both = op.concat([angles, angles], -1)
        return op.unsqueeze(op.cos(both), _longs(1)), op.unsqueeze(op.sin(both), _longs(1))

    def _rotated(self, heads: Node, cosine: Node, sine: Node) -> Node:
        half = self.head_size // 2
        first = op.slice(heads, _longs(0), _longs(half), _longs(1), _longs(3))
        second = op.slice(heads, _longs(half), _longs(2 * half), _longs(1), _longs(3))
        turned = op.concat([op.multiply(second, _constant(-1.0)), first], -1)
        return op.add(op.multiply(heads, cosine), op.multiply(turned, sine))

    def _with_past(self, heads: Node, name: str) -> Node:
        info = VariableInfo()
        info.data_shape = ov.PartialShape([-1, self._gguf.kv_heads, -1, self.head_size])
        info.data_type = ov.Type.f32
        info.variable_id = name
        variable = Variable(info)
        sizes = [_longs(self._gguf.kv_heads), _longs(0), _longs(self.head_size)]
        empty = op.broadcast(_constant(0.0), op.concat([self._batch, *sizes], 0))
        past = op.gather(op.read_value(empty, variable), self._beams, _constant(0, np.int32))
        joined = op.concat([past, heads], 2)
        self._assignments.append(op.assign(joined, variable))
        return joined

    def _for_each_query(self, heads: Node) -> Node:
        """Keys or values, as often as there are queries for each."""
        kv_heads, queries = self._gguf.kv_heads, self._gguf.heads // self._gguf.kv_heads
        if queries == 1:
            return heads
        sizes = [_longs(kv_heads), _longs(queries), _longs(1), _longs(1)]
        repeated = op.broadcast(
            op.unsqueeze(heads, _longs(2)),
            op.concat([self._batch, *sizes], 0),
            broadcast_spec="BIDIRECTIONAL",
        )
        merged = _longs(0, self._gguf.heads, -1, self.head_size)
        return op.reshape(repeated, merged, special_zero=True)

    def _visible(self) -> Node:
        """Zero for what a position may attend to, itself and what stands before it."""
        length = op.squeeze(
            op.gather(op.shape_of(self._mask), _longs(1), _constant(0, np.int64)), _longs(0)
        )
        places = op.range(_constant(0, np.int64), length, _constant(1, np.int64), "i64")
        before = op.less_equal(
            op.unsqueeze(places, _longs(0, 1, 2)), op.unsqueeze(self._positions, _longs(1, 3))
        )
        real = op.convert(op.unsqueeze(self._mask, _longs(1, 2)), "boolean")
        return op.select(op.logical_and(before, real), _constant(0.0), _constant(LOWEST))

    def _norm(self, hidden: Node, name: str) -> Node:
        """Root mean square: Zhang and Sennrich 2019, arXiv 1910.07467."""
        squares = op.reduce_mean(op.power(hidden, _constant(2.0)), _longs(-1), keep_dims=True)
        root = op.sqrt(op.add(squares, _constant(self._gguf.norm_epsilon)))
        scaled = op.multiply(hidden, op.divide(_constant(1.0), root))
        return op.multiply(scaled, _constant(self._gguf.vector(f"{name}.weight")))

    def _linear(self, hidden: Node, name: str) -> Node:
        product = op.matmul(hidden, self._matrix(f"{name}.weight"), False, True)
        bias = f"{name}.bias"
        if not self._gguf.has(bias):
            return product
        return op.add(product, _constant(self._gguf.vector(bias)))

    def _matrix(self, name: str) -> Node:
        if name not in self._built:
            self._built[name] = self._quantized(name) if self._weights == "int8" else None
            if self._weights == "float32":
                self._built[name] = op.constant(self._reordered(name, self._gguf.matrix(name)))
        return self._built[name]

    def _quantized(self, name: str) -> Node:
        """8 bits, symmetric, with a scale for each row."""
        shape = self._gguf.shape(name)
        integers, scales = np.empty(shape, np.int8), np.empty((shape[0], 1), np.float16)
        for block, rows in self._gguf.rows(name):
            scale = (np.abs(rows).max(axis=1, keepdims=True) / LARGEST_SCALE).astype(np.float16)
            scale[scale == 0] = 1
            rounded = np.rint(rows / scale.astype(np.float32))
            integers[block] = rounded.clip(-LARGEST_SCALE, LARGEST_SCALE)
            scales[block] = scale
        integers, scales = (self._reordered(name, each) for each in (integers, scales))
        weights = op.convert(op.constant(integers, shared_memory=True), "f16")
        return op.convert(op.multiply(weights, op.constant(scales)), "f32")

    def _reordered(self, name: str, rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The rows of queries and keys with halves split as in Hugging Face checkpoints."""
        part = name.rpartition(".attn_")[2]
        heads = {"q.weight": self._gguf.heads, "k.weight": self._gguf.kv_heads}.get(part)
        if heads is None or not self._gguf.rotates_pairs:
            return rows
        pairs = rows.reshape(heads, self.head_size // 2, 2, -1)
        return np.ascontiguousarray(pairs.swapaxes(1, 2).reshape(rows.shape))


def _parameter(name: str, shape: list[int], kind: type) -> Node:
    parameter = op.parameter(shape, kind, name=name)
    parameter.output(0).get_tensor().set_names({name})
    return parameter


def _constant(value: Any, kind: type = np.float32) -> Node:
    return op.constant(np.asarray(value, dtype=kind))


def _longs(*values: int) -> Node:
    return op.constant(np.array(values, dtype=np.int64))
