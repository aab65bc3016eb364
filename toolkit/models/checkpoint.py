"""Hugging Face checkpoints to CTranslate2 folders. Needs torch, once."""

import json
import shutil
from pathlib import Path

from toolkit.errors import ModelError

TORCH_MISSING = "this needs the extra 'torch'; type: pip install 'toolkit-fr-en[torch]'"


def convert_checkpoint(
    source: Path, model_folder: Path, tokenizer_folder: Path, *, compute_type: str
) -> None:
    """Write the existing folders `model_folder` and `tokenizer_folder`.

    Raises ModelError without torch, and for an architecture that CTranslate2 doesn't know.
    """
    try:
        import torch  # noqa: F401
    except ImportError:
        raise ModelError(f"a checkpoint can't be converted: {TORCH_MISSING}") from None
    from ctranslate2.converters import TransformersConverter

    _complete_config(source / "config.json")
    try:
        TransformersConverter(str(source)).convert(
            str(model_folder), quantization=compute_type, force=True
        )
    except (ValueError, KeyError, OSError, NotImplementedError) as error:
        raise ModelError(f"{source.name} can't be converted: {error}") from error
    for path in source.iterdir():
        if path.is_file() and path.suffix not in (".safetensors", ".bin"):
            shutil.copyfile(path, tokenizer_folder / path.name)


def _complete_config(path: Path) -> None:
    """CTranslate2's BART loader reads a key that transformers 5 no longer writes."""
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} can't be read: {error}") from error
    if config.get("model_type") == "bart" and "normalize_before" not in config:
        config |= {"normalize_before": False, "normalize_embedding": True}
        path.write_text(json.dumps(config, indent=2), encoding="utf-8")
