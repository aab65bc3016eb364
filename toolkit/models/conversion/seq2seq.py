"""Encoder-decoder checkpoints to CTranslate2 folders, without torch.

As of a GGUF file, one layer at a time is read and quantized. What the configuration says is held
against the weights: each tensor has to be there in its shape, and none may be left over, since an
architecture that differs a little would answer nonsense without any error.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.models.boundary import SAFELY
from toolkit.models.conversion.weights import Array, Weights, unfit
from toolkit.models.ctranslate2_runtime import Activation, TransformerSpec

ACTIVATIONS = {
    "gelu": Activation.GELU,
    "gelu_new": Activation.GELUTanh,
    "gelu_pytorch_tanh": Activation.GELUTanh,
    "relu": Activation.RELU,
    "silu": Activation.SWISH,
    "swish": Activation.SWISH,
}
# What older checkpoints hold besides: other names for one matrix, positions that are computed,
# and what training left behind.
LEFT_BEHIND = re.compile(
    r"(?:shared|embed_tokens|lm_head|EncDecAttention\.relative_attention_bias)\.weight"
    r"|(?:^|\.)version|embed_positions\.(?:weights|_float_tensor)$"
)
MAX_POSITIONS = 1 << 16
NEVER = -1e9  # added to the score of what a model must not write


@dataclass(frozen=True, slots=True)
class _Layout:
    """How an architecture of BART's family differs from the others."""

    norm_first: bool
    norm_of_embeddings: bool
    positions: Callable[["_Filler", str, int, int], Array]


def convert_seq2seq(
    source: Path, weights: Weights, model_folder: Path, *, compute_type: str
) -> None:
    """Write the checkpoint in `source`, whose weights are given, into the folder `model_folder`.

    Raises ModelError for a configuration that isn't known and for weights that contradict it.
    """
    from transformers import AutoConfig, AutoTokenizer

    config = AutoConfig.from_pretrained(str(source), **SAFELY)
    filler = _Filler(weights, compute_type)
    layout = LAYOUTS.get(config.model_type)
    spec = _t5(config, filler) if layout is None else _bart(config, filler, layout)
    if left := [name for name in weights.left() if not LEFT_BEHIND.search(name)]:
        raise unfit(f"it has tensors that the architecture lacks, such as '{left[0]}'")
    tokenizer = AutoTokenizer.from_pretrained(str(source), **SAFELY)
    if getattr(tokenizer, "separate_vocabs", False):
        raise unfit("it has one vocabulary for each side")
    if max(tokenizer("Paris")["input_ids"]) >= config.vocab_size:
        raise unfit("its tokenizer puts tokens around a text that the model lacks")
    tokens = _vocabulary(tokenizer, config.vocab_size)
    said = _generation(source)
    start = said.get("decoder_start_token_id", getattr(config, "decoder_start_token_id", None))
    if not isinstance(start, int) or not 0 <= start < len(tokens):
        raise unfit(f"its decoder_start_token_id is {start!r}")
    never = [ids[0] for ids in said.get("bad_words_ids") or [] if len(ids) == 1]
    if config.model_type == "marian":
        never.append(tokenizer.pad_token_id)  # which transformers has added to begin with
    _forbid(spec.decoder.projection, never, len(tokens))
    spec.register_source_vocabulary(tokens)
    spec.register_target_vocabulary(tokens)
    spec.config.bos_token = tokenizer.bos_token or tokenizer.pad_token
    spec.config.eos_token = tokenizer.eos_token
    spec.config.unk_token = tokenizer.unk_token or ""
    spec.config.decoder_start_token = tokens[start]
    spec.validate()
    spec._alias_variables()
    spec.save(str(model_folder))


@dataclass(slots=True)
class _Filler:
    """Fills specifications with weights."""

    weights: Weights
    compute_type: str
    _matrices: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def norm(self, spec: Any, name: str, width: int, *, rms: bool = False) -> None:
        spec.gamma = self.weights.tensor(f"{name}.weight", width)
        if not rms:
            spec.beta = self.weights.tensor(f"{name}.bias", width)

    def linear(
        self, spec: Any, names: Iterable[str], outputs: int, inputs: int, *, bias: bool = True
    ) -> None:
        """The named matrices, stacked along their outputs."""
        names = list(names)
        read = self.weights.tensor
        spec.weight = np.concatenate([read(f"{name}.weight", outputs, inputs) for name in names])
        if bias:
            spec.bias = np.concatenate([read(f"{name}.bias", outputs) for name in names])

    def attention(
        self, spec: Any, prefix: str, names: Sequence[str], inner: int, width: int, *, bias: bool
    ) -> None:
        """`names` are those of queries, keys, values and output."""
        *readers, writer = spec.linear
        queries, keys, values, output = (f"{prefix}.{name}" for name in names)
        stacked = [[queries, keys, values]] if len(readers) == 1 else [[queries], [keys, values]]
        for linear, parts in zip(readers, stacked, strict=True):
            self.linear(linear, parts, inner, width, bias=bias)
        self.linear(writer, [output], width, inner, bias=bias)

    def words(self, spec: Any, names: Sequence[str], rows: int, width: int) -> None:
        """The first of the named matrices that is there: checkpoints hold one that is used in
        several places only once.
        """
        name = next((name for name in names if self.weights.has(name)), names[0])
        if name not in self._matrices:
            spec.weight = self.weights.tensor(name, rows, width)
            self.finish(spec)
            self._matrices[name] = spec.weight, spec.weight_scale
        spec.weight, spec.weight_scale = self._matrices[name]

    def finish(self, spec: Any) -> None:
        spec.validate()
        spec._quantize(self.compute_type)


def _bart(config: Any, filler: _Filler, layout: _Layout) -> TransformerSpec:
    if not layout.norm_first and getattr(config, "normalize_before", False):
        raise unfit("its config.json says normalize_before")
    if not getattr(config, "share_encoder_decoder_embeddings", True):
        raise unfit("it has one vocabulary for each side")
    weights = filler.weights
    width, rows = _number(config, "d_model"), _number(config, "vocab_size")
    for side in ("encoder", "decoder"):
        _same_layers(weights, f"model.{side}.layers.", _number(config, f"{side}_layers"))
        heads = _number(config, f"{side}_attention_heads")
        if width % heads or width % 2:
            raise unfit(f"its width of {width} doesn't go with {heads} {side}_attention_heads")
    spec = TransformerSpec.from_config(
        (config.encoder_layers, config.decoder_layers),
        config.encoder_attention_heads,
        pre_norm=layout.norm_first,
        activation=_activation(config.activation_function),
        layernorm_embedding=layout.norm_of_embeddings,
    )
    spec.decoder.num_heads = np.int16(config.decoder_attention_heads)
    names: list[str] = []
    for side, other, embeddings in (
        ("encoder", "decoder", spec.encoder.embeddings[0]),
        ("decoder", "encoder", spec.decoder.embeddings),
    ):
        own, others = (f"model.{each}.embed_tokens.weight" for each in (side, other))
        names = [own, "model.shared.weight", others, "lm_head.weight"]
        filler.words(embeddings, names, rows, width)
    filler.words(spec.decoder.projection, ["lm_head.weight", *names], rows, width)
    if weights.has("final_logits_bias"):
        bias = weights.tensor("final_logits_bias", 1, rows)[0]
        if bias.any():
            spec.decoder.projection.bias = bias
    for side, part in (("encoder", spec.encoder), ("decoder", spec.decoder)):
        part.scale_embeddings = math.sqrt(width) if config.scale_embedding else 1.0
        most = _number(config, "max_position_embeddings", most=MAX_POSITIONS)
        part.position_encodings.encodings = layout.positions(filler, f"model.{side}", most, width)
        if layout.norm_first:
            filler.norm(part.layer_norm, f"model.{side}.layer_norm", width)
        if layout.norm_of_embeddings:
            filler.norm(part.layernorm_embedding, f"model.{side}.layernorm_embedding", width)
        inner = _number(config, f"{side}_ffn_dim")
        for index, layer in enumerate(part.layer):
            block = f"model.{side}.layers.{index}"
            attentions = {"self_attn": layer.self_attention}
            if side == "decoder":
                attentions["encoder_attn"] = layer.attention
            for name, attention in attentions.items():
                parts = ("q_proj", "k_proj", "v_proj", "out_proj")
                filler.attention(attention, f"{block}.{name}", parts, width, width, bias=True)
                filler.norm(attention.layer_norm, f"{block}.{name}_layer_norm", width)
            filler.linear(layer.ffn.linear_0, [f"{block}.fc1"], inner, width)
            filler.linear(layer.ffn.linear_1, [f"{block}.fc2"], width, inner)
            filler.norm(layer.ffn.layer_norm, f"{block}.final_layer_norm", width)
            filler.finish(layer)
    return spec


def _t5(config: Any, filler: _Filler) -> TransformerSpec:
    weights = filler.weights
    width, rows = _number(config, "d_model"), _number(config, "vocab_size")
    heads, ffn = _number(config, "num_heads"), _number(config, "d_ff")
    inner = heads * _number(config, "d_kv")
    layers = _number(config, "num_layers"), _number(config, "num_decoder_layers")
    for side, number in zip(("encoder", "decoder"), layers, strict=True):
        _same_layers(weights, f"{side}.block.", number)
    gated = config.is_gated_act
    spec = TransformerSpec.from_config(
        layers,
        heads,
        pre_norm=True,
        activation=_activation(config.dense_act_fn),
        ffn_glu=gated,
        relative_attention_bias=True,
        rms_norm=True,
    )
    spec.config.layer_norm_epsilon = config.layer_norm_epsilon
    names: list[str] = []
    for side, embeddings in (
        ("encoder", spec.encoder.embeddings[0]),
        ("decoder", spec.decoder.embeddings),
    ):
        names = [f"{side}.embed_tokens.weight", "shared.weight", "lm_head.weight"]
        filler.words(embeddings, names, rows, width)
    filler.words(spec.decoder.projection, ["lm_head.weight", *names], rows, width)
    if config.model_type == "t5" and _scales_outputs(config):
        spec.decoder.scale_outputs = np.float32(width**-0.5)
    buckets = _number(config, "relative_attention_num_buckets")
    distance = np.int32(_number(config, "relative_attention_max_distance"))
    parts = ("q", "k", "v", "o")
    for side, part in (("encoder", spec.encoder), ("decoder", spec.decoder)):
        part.scale_embeddings = False
        filler.norm(part.layer_norm, f"{side}.final_layer_norm", width, rms=True)
        for index, layer in enumerate(part.layer):
            block = f"{side}.block.{index}.layer"
            kinds = [(layer.self_attention, "SelfAttention")]
            if side == "decoder":
                kinds.append((layer.attention, "EncDecAttention"))
            for number, (attention, kind) in enumerate(kinds):
                attention.queries_scale = 1.0
                filler.attention(
                    attention, f"{block}.{number}.{kind}", parts, inner, width, bias=False
                )
                filler.norm(attention.layer_norm, f"{block}.{number}.layer_norm", width, rms=True)
            # The first layer's is that of all.
            bias = f"{side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"
            layer.self_attention.relative_attention_bias = weights.tensor(bias, buckets, heads)
            layer.self_attention.relative_attention_max_distance = distance
            dense = f"{block}.{len(kinds)}.DenseReluDense"
            reading = ["wi_0", "wi_1"] if gated else ["wi"]
            linears = [layer.ffn.linear_0]
            if gated:
                linears.append(layer.ffn.linear_0_noact)
            for linear, name in zip(linears, reading, strict=True):
                filler.linear(linear, [f"{dense}.{name}"], ffn, width, bias=False)
            filler.linear(layer.ffn.linear_1, [f"{dense}.wo"], width, ffn, bias=False)
            filler.norm(layer.ffn.layer_norm, f"{block}.{len(kinds)}.layer_norm", width, rms=True)
            filler.finish(layer)
    return spec


def _learned(filler: _Filler, side: str, most: int, width: int) -> Array:
    """BART leaves the first two rows to padding."""
    return filler.weights.tensor(f"{side}.embed_positions.weight", most + 2, width)[2:]


def _marian(filler: _Filler, side: str, most: int, width: int) -> Array:
    if filler.weights.has(name := f"{side}.embed_positions.weight"):
        return filler.weights.tensor(name, most, width)
    steps = 10000 ** (-2 * np.arange(width // 2) / width)
    return _sinusoids(np.arange(most), steps)


def _m2m(filler: _Filler, side: str, most: int, width: int) -> Array:
    """Padding takes up the first two."""
    steps = np.exp(np.arange(width // 2) * -math.log(10000) / (width // 2 - 1))
    return _sinusoids(np.arange(2, most + 2), steps)


def _sinusoids(places: np.ndarray[Any, Any], steps: np.ndarray[Any, Any]) -> Array:
    angles = np.outer(places, steps)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)


LAYOUTS = {
    "bart": _Layout(norm_first=False, norm_of_embeddings=True, positions=_learned),
    "m2m_100": _Layout(norm_first=True, norm_of_embeddings=False, positions=_m2m),
    "marian": _Layout(norm_first=False, norm_of_embeddings=False, positions=_marian),
    "mbart": _Layout(norm_first=True, norm_of_embeddings=True, positions=_learned),
}
ARCHITECTURES = (*LAYOUTS, "mt5", "t5")


def _vocabulary(tokenizer: Any, size: int) -> list[str]:
    """The tokens of all ids; models have some that no token was made for."""
    names = {id_: token for token, id_ in tokenizer.get_vocab().items()}
    tokens = [names.get(id_, f"<unused{id_}>") for id_ in range(size)]
    if len(set(tokens)) < size:
        raise unfit("its tokenizer has a token twice")
    return tokens


def _generation(source: Path) -> dict[str, Any]:
    """What the checkpoint says of how it writes; older ones say it in config.json."""
    said: dict[str, Any] = {}
    for path in (source / "config.json", source / "generation_config.json"):
        if path.is_file():
            said |= json.loads(path.read_text(encoding="utf-8"))
    return said


def _forbid(projection: Any, ids: Sequence[int], size: int) -> None:
    """Let the model never write the tokens `ids`."""
    if ids:
        bias = projection.bias if projection.has_bias() else np.zeros(size, np.float32)
        bias[ids] = NEVER
        projection.bias = bias


def _scales_outputs(config: Any) -> bool:
    """T5 before 1.1. Newer configurations say so by a name of its own."""
    return bool(getattr(config, "scale_decoder_outputs", config.tie_word_embeddings))


def _activation(name: str) -> Activation:
    if name not in ACTIVATIONS:
        raise unfit(f"the activation '{name}' is not known (known: {', '.join(ACTIVATIONS)})")
    return ACTIVATIONS[name]


def _number(config: Any, name: str, *, most: int = 1 << 31) -> int:
    value = getattr(config, name, None)
    if not isinstance(value, int) or not 0 < value < most:
        raise unfit(f"its config.json has {value!r} for {name}")
    return value


def _same_layers(weights: Weights, prefix: str, number: int) -> None:
    if (found := weights.count(prefix)) != number:
        raise unfit(
            f"by its config.json it should have {number} layers called {prefix}N, not {found}"
        )
