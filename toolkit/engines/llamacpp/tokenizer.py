"""The tokenizer inside a GGUF file, as llama.cpp runs it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.models.conversion.llamacpp import SPECIAL_TOKENS_FILE

# Takes the path of a call to llama.cpp's server and its body.
Ask = Callable[[str, dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class AddedToken:
    """As `tokenizers` calls it: a string that is one token wherever it stands."""

    content: str
    special: bool


class LlamaCppTokenizer:
    """What `Tokens` asks of a Hugging Face tokenizer. Ids are those of the model."""

    model_max_length = 1 << 30  # the model has the limit
    # Pieces of text are made of letters; none but the added tokens are matched as a whole.
    joins_letters = True

    def __init__(self, folder: Path, ask: Ask) -> None:
        """`folder` holds what `place_gguf` wrote."""
        written = json.loads((folder / SPECIAL_TOKENS_FILE).read_text(encoding="utf-8"))
        self._ask = ask
        self.chat_template: str = written["chat_template"]
        self.added_tokens_decoder = {
            each["id"]: AddedToken(each["content"], each["special"]) for each in written["added"]
        }
        self._ids = {each.content: id_ for id_, each in self.added_tokens_decoder.items()}
        self._special: dict[str, str] = written["special"]
        self.all_special_tokens = sorted(set(self._special.values()))
        self.eos_token_id = self._id_of("eos_token")
        self.bos_token_id = self._id_of("bos_token")
        self.unk_token_id = self._id_of("unk_token")
        self.pad_token_id = self._id_of("pad_token")

    def _id_of(self, name: str) -> int | None:
        return self._ids.get(self._special.get(name, ""))

    def __call__(
        self, text: str, *, add_special_tokens: bool = False, truncation: bool = False
    ) -> dict[str, list[int]]:
        body = {"content": text, "add_special": add_special_tokens, "parse_special": True}
        return {"input_ids": self._ask("/tokenize", body)["tokens"]}

    def apply_chat_template(
        self,
        messages: Sequence[dict[str, str]],
        *,
        add_generation_prompt: bool,
        continue_final_message: bool,
        tokenize: bool = False,
        **template_kwargs: Any,
    ) -> str:
        from transformers.utils.chat_template_utils import render_jinja_template

        options: dict[str, Any] = {**self._special, **template_kwargs}
        rendered = render_jinja_template(
            [list(messages)],
            chat_template=self.chat_template,
            add_generation_prompt=add_generation_prompt,
            continue_final_message=continue_final_message,
            **options,
        )
        return str(rendered[0][0])

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool = False, **_: bool) -> str:
        added = self.added_tokens_decoder
        kept = [
            id_ for id_ in ids if not (skip_special_tokens and id_ in added and added[id_].special)
        ]
        return str(self._ask("/detokenize", {"tokens": kept})["content"])

    def convert_tokens_to_ids(self, tokens: Sequence[str]) -> list[int | None]:
        """Only of tokens that are matched as a whole."""
        return [self._ids.get(token, self.unk_token_id) for token in tokens]
