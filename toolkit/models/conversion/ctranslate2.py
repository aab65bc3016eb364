"""GGUF files to CTranslate2 folders, without torch.

Conversion dequantizes one layer at a time and quantizes it again to int8 at once, so the peak stays
near the size of the result rather than of the float weights.
"""

from pathlib import Path
from typing import Any

import numpy as np

from toolkit.models.conversion.adapter import Adapter
from toolkit.models.conversion.gguf import GgufFile
from toolkit.models.ctranslate2_runtime import Activation, transformer_spec


def convert_gguf(
    source: Path,
    model_folder: Path,
    tokenizer_folder: Path,
    *,
    compute_type: str,
    adapter: Adapter | None = None,
) -> None:
    """Write the existing folders `model_folder` (CTranslate2) and `tokenizer_folder`.

    Raises ModelError for an architecture or tokenizer that is not supported.
    """
    gguf = GgufFile(source, adapter=adapter)
    gguf.refuse_unknown()
    tokens = gguf.vocabulary
    spec = _build_spec(gguf, compute_type)
    spec.register_vocabulary(tokens)
    spec.config.bos_token = tokens[gguf.field("tokenizer.ggml.bos_token_id")]
    spec.config.eos_token = gguf.end_token
    spec.config.unk_token = ""
    spec.config.layer_norm_epsilon = gguf.norm_epsilon
    spec.validate()
    spec.save(str(model_folder))
    gguf.save_tokenizer(tokenizer_folder)


def _build_spec(gguf: GgufFile, compute_type: str) -> transformer_spec.TransformerDecoderModelSpec:
    def linear(spec: Any, *names: str) -> None:
        """Fill `spec` with the named matrices, stacked along their outputs."""
        matrices = [gguf.matrix(f"{name}.weight") for name in names]
        spec.weight = matrices[0] if len(matrices) == 1 else np.concatenate(matrices)
        if gguf.has(f"{names[0]}.bias"):
            spec.bias = np.concatenate([gguf.vector(f"{name}.bias") for name in names])

    def finish(spec: Any) -> None:
        spec.validate()
        spec._quantize(compute_type)

    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        gguf.layers,
        gguf.heads,
        activation=Activation.SWISH,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=0,
        rotary_interleave=gguf.rotates_pairs,
        rotary_scaling_type=None,
        rotary_base=gguf.rope_base,
        num_heads_kv=None if gguf.kv_heads == gguf.heads else gguf.kv_heads,
        head_dim=gguf.head_size,
        qk_norm=gguf.has("blk.0.attn_q_norm.weight"),  # Qwen3
    )
    decoder = spec.decoder
    decoder.scale_embeddings = False
    decoder.layer_norm.gamma = gguf.vector("output_norm.weight")
    # The largest matrices come first, while nothing else is held. Checkpoints with tied
    # embeddings have no output matrix.
    decoder.embeddings.weight = gguf.matrix("token_embd.weight")
    finish(decoder.embeddings)
    linear(decoder.projection, "output" if gguf.has("output.weight") else "token_embd")
    finish(decoder.projection)
    for index, layer in enumerate(decoder.layer):
        block = f"blk.{index}."
        layer.self_attention.layer_norm.gamma = gguf.vector(f"{block}attn_norm.weight")
        layer.ffn.layer_norm.gamma = gguf.vector(f"{block}ffn_norm.weight")
        linear(
            layer.self_attention.linear[0],
            f"{block}attn_q",
            f"{block}attn_k",
            f"{block}attn_v",
        )
        for norm in ("q_norm", "k_norm"):
            if gguf.has(f"{block}attn_{norm}.weight"):
                getattr(layer.self_attention, norm).gamma = gguf.vector(
                    f"{block}attn_{norm}.weight"
                )
        linear(layer.self_attention.linear[1], f"{block}attn_output")
        linear(layer.ffn.linear_0, f"{block}ffn_gate")
        linear(layer.ffn.linear_0_noact, f"{block}ffn_up")
        linear(layer.ffn.linear_1, f"{block}ffn_down")
        finish(layer)
    return spec
