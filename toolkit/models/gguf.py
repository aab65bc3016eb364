"""GGUF files to CTranslate2 folders, without torch.

A GGUF file holds the weights, the tokenizer and the settings of a causal model. Conversion
dequantizes one layer at a time and quantizes it again to int8 at once, so the peak stays near the
size of the result rather than of the float weights.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import common_spec, transformer_spec
from gguf import GGUFReader
from gguf.quants import dequantize

from toolkit.errors import ModelError

# Attention halves are rotated as in the original checkpoints for Llama (adjacent pairs), and as in
# Hugging Face checkpoints for Qwen2 (split halves): llama.cpp permutes only the former.
ROTARY_INTERLEAVED = {"llama": True, "qwen2": False}

QWEN2_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CONTROL_TOKEN, USER_TOKEN = 3, 4
ROWS_AT_ONCE = 4096  # dequantizing makes several copies of what it is given


def convert_gguf(
    source: Path, model_folder: Path, tokenizer_folder: Path, *, compute_type: str
) -> None:
    """Write the existing folders `model_folder` (CTranslate2) and `tokenizer_folder`.

    Raises ModelError for an architecture or tokenizer that is not supported.
    """
    reader = GGUFReader(source)
    architecture = _field(reader, "general.architecture")
    if architecture not in ROTARY_INTERLEAVED:
        known = ", ".join(sorted(ROTARY_INTERLEAVED))
        raise ModelError(
            f"{source.name}: architecture '{architecture}' can't be converted (known: {known})"
        )
    tokens = [str(token) for token in _field(reader, "tokenizer.ggml.tokens")]
    eos = tokens[_field(reader, "tokenizer.ggml.eos_token_id")]
    spec = _build_spec(reader, architecture, compute_type)
    spec.register_vocabulary(tokens)
    spec.config.bos_token = tokens[_field(reader, "tokenizer.ggml.bos_token_id")]
    spec.config.eos_token = eos
    spec.config.unk_token = ""
    spec.config.layer_norm_epsilon = float(
        _field(reader, f"{architecture}.attention.layer_norm_rms_epsilon")
    )
    spec.validate()
    spec.save(str(model_folder))
    _save_tokenizer(reader, tokens, eos, tokenizer_folder)
    # transformers picks the tokenizer's class by this.
    config = {"model_type": architecture, "vocab_size": len(tokens)}
    (tokenizer_folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def _field(reader: GGUFReader, name: str, default: Any = None) -> Any:
    field = reader.get_field(name)
    if field is not None:
        return field.contents()
    if default is None:
        raise ModelError(f"the GGUF file lacks the field '{name}'")
    return default


def _build_spec(
    reader: GGUFReader, architecture: str, compute_type: str
) -> transformer_spec.TransformerDecoderModelSpec:
    tensors = {tensor.name: tensor for tensor in reader.tensors}

    def weight(name: str) -> Any:
        if name not in tensors:
            raise ModelError(f"the GGUF file lacks the tensor '{name}'")
        tensor = tensors[name]
        if tensor.data.ndim == 1:
            return dequantize(tensor.data, tensor.tensor_type).astype(np.float32, copy=False)
        rows, columns = (int(size) for size in reversed(tensor.shape))
        result = np.empty((rows, columns), np.float32)
        for start in range(0, rows, ROWS_AT_ONCE):
            block = slice(start, start + ROWS_AT_ONCE)
            result[block] = dequantize(tensor.data[block], tensor.tensor_type)
        return result

    def linear(spec: Any, *names: str) -> None:
        """Fill `spec` with the named matrices, stacked along their outputs."""
        matrices = [weight(f"{name}.weight") for name in names]
        spec.weight = matrices[0] if len(matrices) == 1 else np.concatenate(matrices)
        if f"{names[0]}.bias" in tensors:
            spec.bias = np.concatenate([weight(f"{name}.bias") for name in names])

    def finish(spec: Any) -> None:
        spec.validate()
        spec._quantize(compute_type)

    heads = int(_field(reader, f"{architecture}.attention.head_count"))
    kv_heads = int(_field(reader, f"{architecture}.attention.head_count_kv", heads))
    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        int(_field(reader, f"{architecture}.block_count")),
        heads,
        activation=common_spec.Activation.SWISH,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=0,
        rotary_interleave=ROTARY_INTERLEAVED[architecture],
        rotary_scaling_type=None,
        rotary_base=float(_field(reader, f"{architecture}.rope.freq_base", 10000.0)),
        num_heads_kv=None if kv_heads == heads else kv_heads,
    )
    decoder = spec.decoder
    decoder.scale_embeddings = False
    decoder.layer_norm.gamma = weight("output_norm.weight")
    # The largest matrices come first, while nothing else is held. Checkpoints with tied
    # embeddings have no output matrix.
    decoder.embeddings.weight = weight("token_embd.weight")
    finish(decoder.embeddings)
    linear(decoder.projection, "output" if "output.weight" in tensors else "token_embd")
    finish(decoder.projection)
    for index, layer in enumerate(decoder.layer):
        block = f"blk.{index}."
        layer.self_attention.layer_norm.gamma = weight(f"{block}attn_norm.weight")
        layer.ffn.layer_norm.gamma = weight(f"{block}ffn_norm.weight")
        linear(
            layer.self_attention.linear[0],
            f"{block}attn_q",
            f"{block}attn_k",
            f"{block}attn_v",
        )
        linear(layer.self_attention.linear[1], f"{block}attn_output")
        linear(layer.ffn.linear_0, f"{block}ffn_gate")
        linear(layer.ffn.linear_0_noact, f"{block}ffn_up")
        linear(layer.ffn.linear_1, f"{block}ffn_down")
        finish(layer)
    return spec


def _save_tokenizer(reader: GGUFReader, tokens: list[str], eos: str, target: Path) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
    from tokenizers import pre_tokenizers as pre
    from transformers import PreTrainedTokenizerFast

    kind = _field(reader, "tokenizer.ggml.pre")
    merges = [tuple(merge.split(" ")) for merge in _field(reader, "tokenizer.ggml.merges")]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    if kind == "qwen2":
        tokenizer.normalizer = normalizers.NFC()
        split = pre.Split(Regex(QWEN2_SPLIT), behavior="isolated")
        tokenizer.pre_tokenizer = pre.Sequence(
            [split, pre.ByteLevel(add_prefix_space=False, use_regex=False)]
        )
    elif kind == "smollm":
        tokenizer.pre_tokenizer = pre.Sequence(
            [pre.Digits(individual_digits=True), pre.ByteLevel(add_prefix_space=False)]
        )
    else:
        raise ModelError(f"the GGUF file's tokenizer '{kind}' is not supported")
    tokenizer.decoder = decoders.ByteLevel()
    types = _field(reader, "tokenizer.ggml.token_type")
    tokenizer.add_tokens(
        [
            AddedToken(token, special=kind == CONTROL_TOKEN, normalized=False)
            for token, kind in zip(tokens, types, strict=True)
            if kind in (CONTROL_TOKEN, USER_TOKEN)
        ]
    )
    padding = _field(reader, "tokenizer.ggml.padding_token_id", tokens.index(eos))
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        eos_token=eos,
        pad_token=tokens[padding],
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = _field(reader, "tokenizer.chat_template")
    fast.save_pretrained(target)
