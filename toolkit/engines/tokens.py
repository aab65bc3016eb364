"""The tokenizer both engines share, so that they see the same tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from toolkit.engines.base import Chat, Source
from toolkit.errors import ModelError


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFormat:
    """What a sequence-to-sequence model wants around its source text.

    `text_prefix` goes before the text (T5); `source_code` and `target_code` are the language
    tokens of multilingual models (NLLB, M2M100, mBART).
    """

    text_prefix: str = ""
    source_code: str | None = None
    target_code: str | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """A Hugging Face tokenizer loaded from a local folder."""

    tokenizer: Any
    format: SourceFormat = field(default_factory=SourceFormat)

    @classmethod
    def load(cls, folder: Path | str, source_format: SourceFormat | None = None) -> "Tokens":
        """Raises ModelError when the folder holds no readable tokenizer."""
        source_format = source_format or SourceFormat()
        from transformers import AutoTokenizer

        extra = {"src_lang": source_format.source_code} if source_format.source_code else {}
        try:
            tokenizer = AutoTokenizer.from_pretrained(str(folder), **extra)
        except (OSError, ValueError, KeyError, TypeError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise ModelError(f"no tokenizer can be read in {folder}: {reason}") from error
        return cls(tokenizer, source_format)

    def encode(self, source: Source) -> list[int]:
        if isinstance(source, str):
            encoded = self.tokenizer(self.format.text_prefix + source, truncation=False)
            return cast(list[int], encoded["input_ids"])
        return self._encode_chat(source)

    def _encode_chat(self, chat: Chat) -> list[int]:
        messages = [{"role": message.role, "content": message.content} for message in chat]
        if not self.tokenizer.chat_template:
            raise ModelError("the model has no chat template, so it can't follow prompts")
        begun = chat[-1].role == "assistant"
        ids = self.tokenizer.apply_chat_template(
            messages,
            add_generation_prompt=not begun,
            continue_final_message=begun,
            tokenize=True,
            return_dict=False,
        )
        return cast(list[int], ids)

    def decode(self, ids: Sequence[int]) -> str:
        text = self.tokenizer.decode(
            list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return cast(str, text).strip()

    def to_strings(self, ids: Sequence[int]) -> list[str]:
        return cast(list[str], self.tokenizer.convert_ids_to_tokens(list(ids)))

    def to_ids(self, tokens: Sequence[str]) -> list[int]:
        return cast(list[int], self.tokenizer.convert_tokens_to_ids(list(tokens)))

    @property
    def target_prefix(self) -> list[str]:
        return [self.format.target_code] if self.format.target_code else []
