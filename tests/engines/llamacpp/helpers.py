"""Tiny models for llama.cpp, loaded."""

from tests.helpers import engine_info
from tests.tiny_models import SENTENCES
from toolkit.engines.base import Message
from toolkit.engines.tokens import SourceFormat

CHATS = [(Message("user", sentence),) for sentence in SENTENCES]


def opened(folder, *, kv_cache_mb=16, max_source_tokens=512, source_format=None):
    """What `place_gguf` put into `model` and `tokenizer` there."""
    from toolkit.engines.llamacpp.engine import LlamaCppEngine

    return LlamaCppEngine(
        folder / "model",
        folder / "tokenizer",
        source_format=source_format or SourceFormat(),
        info=engine_info("llamacpp"),
        max_source_tokens=max_source_tokens,
        threads=1,
        kv_cache_mb=kv_cache_mb,
    )
