"""GGUF files for llama.cpp, which reads them as they are."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from gguf import LlamaFileType

from toolkit.errors import ModelError
from toolkit.models.conversion.gguf import CONTROL_TOKEN, USER_TOKEN, GgufFile

WEIGHTS_FILE, SHAPE_FILE = "model.gguf", "shape.json"
SPECIAL_TOKENS_FILE = "special_tokens.json"
UNKNOWN_TOKEN = 2
# What chat templates and tokenizers call them.
SPECIAL = {
    "eos_token": "tokenizer.ggml.eos_token_id",
    "bos_token": "tokenizer.ggml.bos_token_id",
    "unk_token": "tokenizer.ggml.unknown_token_id",
    "pad_token": "tokenizer.ggml.padding_token_id",
}


def place_gguf(source: Path, model_folder: Path, tokenizer_folder: Path) -> str:
    """Put the file, and what the toolkit wants to know of it, into these existing folders. Returns
    the type of its numbers, such as `q4_k_m`.

    Raises ModelError for a file that holds no whole model.
    """
    gguf = GgufFile(source)
    if int(gguf.field("split.count", 1)) > 1 or not gguf.has("token_embd.weight"):
        raise ModelError(f"{source.name} holds only a part of a model; join the parts to one file")
    special = _special_tokens(gguf)
    values = _values_of_a_token(gguf)
    if values < 1:
        raise ModelError(f"{source.name} has no attention, and models without aren't run here")
    shape = {"values_of_a_token": values}
    _link(source, model_folder / WEIGHTS_FILE)
    (model_folder / SHAPE_FILE).write_text(json.dumps(shape), encoding="utf-8")
    (tokenizer_folder / SPECIAL_TOKENS_FILE).write_text(
        json.dumps(special, ensure_ascii=False), encoding="utf-8"
    )
    return _number_type(gguf)


def _link(source: Path, target: Path) -> None:
    """The file at both places, but once on the disk where that is possible."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _special_tokens(gguf: GgufFile) -> dict[str, Any]:
    tokens, types = gguf.vocabulary, gguf.field("tokenizer.ggml.token_type")
    ids = {name: int(gguf.field(field, -1)) for name, field in SPECIAL.items()}
    if ids["eos_token"] < 0:
        raise ModelError("the GGUF file names no token for the end of an answer")
    named = {id_ for id_ in ids.values() if id_ >= 0}
    return {
        "chat_template": str(gguf.field("tokenizer.chat_template", "")),
        "special": {name: tokens[id_] for name, id_ in ids.items() if id_ >= 0},
        "added": [
            {"id": id_, "content": token, "special": kind != USER_TOKEN}
            for id_, (token, kind) in enumerate(zip(tokens, types, strict=True))
            if kind in (CONTROL_TOKEN, USER_TOKEN, UNKNOWN_TOKEN) or id_ in named
        ],
    }


def _values_of_a_token(gguf: GgufFile) -> int:
    """The numbers that are kept of each token in all layers, keys and values."""
    heads = gguf.parameter("attention.head_count_kv", gguf.parameter("attention.head_count"))
    width = int(gguf.parameter("embedding_length"))
    keys = int(gguf.parameter("attention.key_length", width // max(1, _most(gguf, "head_count"))))
    values = int(gguf.parameter("attention.value_length", keys))
    of_layers = heads if isinstance(heads, list) else [heads] * gguf.layers
    return sum(map(int, of_layers)) * (keys + values)


def _most(gguf: GgufFile, name: str) -> int:
    """A number of heads, which a file may give for each layer."""
    heads = gguf.parameter(f"attention.{name}")
    return int(max(heads)) if isinstance(heads, list) else int(heads)


def _number_type(gguf: GgufFile) -> str:
    number = int(gguf.field("general.file_type", LlamaFileType.GUESSED))
    try:
        name = LlamaFileType(number).name
    except ValueError:  # older or newer than the package
        return f"type {number}"
    if name == "ALL_F32":
        return "float32"
    return name.removeprefix("MOSTLY_").lower()
