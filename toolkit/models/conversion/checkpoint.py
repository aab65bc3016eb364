"""Hugging Face checkpoints to CTranslate2 folders. Needs torch, once."""

import json
import shutil
from pathlib import Path
from typing import Any

from toolkit.errors import ModelError
from toolkit.models.boundary import SAFELY, model_errors

# Those that CTranslate2 converts and that write text, by their `model_type`.
ARCHITECTURES = (
    *("bart", "m2m_100", "marian", "mbart", "mt5", "pegasus", "t5", "umt5"),
    *("gemma", "gemma2", "gemma3_text", "gpt2", "gpt_neox", "llama", "mistral", "opt"),
    *("phi", "phi3", "qwen2", "qwen3"),
)
TORCH_MISSING = "this needs the extra 'torch'; type: pip install 'toolkit-fr-en[torch]'"


def convert_checkpoint(
    source: Path, model_folder: Path, tokenizer_folder: Path, *, compute_type: str
) -> None:
    """Write the existing folders `model_folder` and `tokenizer_folder`.

    Raises ModelError without torch, and for an architecture that CTranslate2 doesn't know.
    """
    config = _config(source / "config.json")
    if (architecture := config.get("model_type")) not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise ModelError(
            f"a checkpoint of architecture '{architecture}' can't be converted (known: {known})"
        )
    try:
        import torch  # noqa: F401
    except ImportError:
        raise ModelError(f"a checkpoint can't be converted: {TORCH_MISSING}") from None
    from ctranslate2.converters import TransformersConverter

    class SafeConverter(TransformersConverter):  # type: ignore[misc]
        def load_model(self, model_class: Any, name: str, **options: Any) -> Any:
            return super().load_model(model_class, name, **{**options, **SAFELY})

        def load_tokenizer(self, tokenizer_class: Any, name: str, **options: Any) -> Any:
            return super().load_tokenizer(tokenizer_class, name, **{**options, **SAFELY})

    with model_errors(f"{source.name} can't be converted"):
        _complete(config, source / "config.json")
        SafeConverter(str(source)).convert(str(model_folder), quantization=compute_type, force=True)
    for path in source.iterdir():
        if path.is_file() and path.suffix not in (".safetensors", ".bin"):
            shutil.copyfile(path, tokenizer_folder / path.name)


def _config(path: Path) -> dict[str, Any]:
    with model_errors(f"{path} can't be read"):
        return dict(json.loads(path.read_text(encoding="utf-8")))


def _complete(config: dict[str, Any], path: Path) -> None:
    """CTranslate2's BART loader reads a key that transformers 5 no longer writes."""
    if config.get("model_type") == "bart" and "normalize_before" not in config:
        config |= {"normalize_before": False, "normalize_embedding": True}
        path.write_text(json.dumps(config, indent=2), encoding="utf-8")
