"""Hugging Face checkpoints to CTranslate2 folders.

Those of encoder-decoders need torch only for pickled weights, all others always.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from toolkit.errors import ModelError
from toolkit.models.boundary import SAFELY, model_errors
from toolkit.models.conversion import seq2seq
from toolkit.models.conversion.weights import is_pickled, read_pickled, read_safetensors
from toolkit.models.machine import INSTALL_TORCH, ONLY_PICKLED, has_torch

# Those that CTranslate2 converts and that write text, by their `model_type`.
BY_CTRANSLATE2 = (
    *("gemma", "gemma2", "gemma3_text", "gpt2", "gpt_neox", "llama", "mistral", "opt"),
    *("pegasus", "phi", "phi3", "qwen2", "qwen3", "umt5"),
)
ARCHITECTURES = tuple(sorted((*seq2seq.ARCHITECTURES, *BY_CTRANSLATE2)))


def convert_checkpoint(
    source: Path, model_folder: Path, tokenizer_folder: Path, *, compute_type: str
) -> None:
    """Write the existing folders `model_folder` and `tokenizer_folder`.

    Raises ModelError for an architecture that isn't known, where torch is needed and missing, and
    for files that are damaged or contradict each other.
    """
    architecture = _architecture(source / "config.json")
    if architecture not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise ModelError(
            f"a checkpoint of architecture '{architecture}' can't be converted (known: {known})"
        )
    pickled = is_pickled(source)
    if pickled and not has_torch():
        raise ModelError(f"{source} {ONLY_PICKLED}")
    with model_errors(f"{source.name} can't be converted"):
        if architecture in seq2seq.ARCHITECTURES:
            weights = read_pickled(source) if pickled else read_safetensors(source)
            seq2seq.convert_seq2seq(source, weights, model_folder, compute_type=compute_type)
        elif has_torch():
            _convert_with_torch(source, model_folder, compute_type)
        else:
            raise ModelError(
                f"a checkpoint of architecture '{architecture}' is converted with torch; "
                f"{INSTALL_TORCH}"
            )
    for path in source.iterdir():
        if path.is_file() and path.suffix not in (".safetensors", ".bin"):
            shutil.copyfile(path, tokenizer_folder / path.name)


def _convert_with_torch(source: Path, model_folder: Path, compute_type: str) -> None:
    from toolkit.models.ctranslate2_runtime import TransformersConverter

    class SafeConverter(TransformersConverter):  # type: ignore[misc]
        def load_model(self, model_class: Any, name: str, **options: Any) -> Any:
            return super().load_model(
                model_class, name, **{**options, **SAFELY, "weights_only": True}
            )

        def load_tokenizer(self, tokenizer_class: Any, name: str, **options: Any) -> Any:
            return super().load_tokenizer(tokenizer_class, name, **{**options, **SAFELY})

    SafeConverter(str(source)).convert(str(model_folder), quantization=compute_type, force=True)


def _architecture(path: Path) -> str:
    with model_errors(f"{path} can't be read"):
        return str(dict(json.loads(path.read_text(encoding="utf-8"))).get("model_type"))
