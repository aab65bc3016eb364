"""GGUF files: the weights, the tokenizer and the settings of a causal model in one file."""

import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize

from toolkit.errors import ModelError
from toolkit.models.conversion.adapter import Adapter

MAGIC = b"GGUF"
QWEN2_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
# What the conversions know.
ARCHITECTURES = ("llama", "qwen2", "qwen3")
TOKENIZERS = ("qwen2", "smollm")
CONTROL_TOKEN, USER_TOKEN = 3, 4
# llama.cpp permutes the rows of queries and keys of Llama, so that adjacent halves are rotated; the
# others have them split as in Hugging Face checkpoints.
PAIRED = frozenset({"llama"})
ROWS_AT_ONCE = 4096  # dequantizing makes several copies of what it is given


class _HeadReader(GGUFReader):
    """Of a file without its weights: those are zeros, and take no memory."""

    def _build_tensors(self, *arguments: Any) -> None:
        vars(self)["_get"] = lambda offset, kind, count: np.broadcast_to(kind(0), count)
        super()._build_tensors(*arguments)


class GgufFile:
    """Fields, and tensors as float32 whatever their quantization."""

    def __init__(
        self, path: Path, *, only_head: bool = False, adapter: Adapter | None = None
    ) -> None:
        """`only_head` is for a file that ends where its weights begin, or somewhere in them. The
        matrices are those of the file with what `adapter` adds to them.

        Raises ModelError for what is none, or was cut short, and for an adapter of another model.
        """
        self.path, self._adapter = path, adapter
        with path.open("rb") as stream:
            if stream.read(len(MAGIC)) != MAGIC:
                raise ModelError(f"{path.name} is no GGUF file")
        try:
            self._reader = (_HeadReader if only_head else GGUFReader)(path)
        except (ValueError, IndexError) as error:  # it reads beyond the end
            raise ModelError(
                f"{path.name} is damaged or cut short, or GGUF of another version"
            ) from error
        self._tensors = {tensor.name: tensor for tensor in self._reader.tensors}
        if adapter:
            adapter.refuse_other(self._tensors)

    @cached_property
    def architecture(self) -> str:
        return str(self.field("general.architecture"))

    @cached_property
    def vocabulary(self) -> list[str]:
        return [str(token) for token in self.field("tokenizer.ggml.tokens")]

    @property
    def heads(self) -> int:
        return int(self.parameter("attention.head_count"))

    @property
    def kv_heads(self) -> int:
        return int(self.parameter("attention.head_count_kv", self.heads))

    @property
    def head_size(self) -> int:
        width = int(self.parameter("embedding_length"))
        return int(self.parameter("attention.key_length", width // self.heads))

    @property
    def layers(self) -> int:
        """Raises ModelError for more than the file can hold."""
        count = int(self.parameter("block_count"))
        if count > len(self._tensors):
            raise ModelError(f"the GGUF file says it has {count} layers, but lacks their tensors")
        return count

    @property
    def rope_base(self) -> float:
        return float(self.parameter("rope.freq_base", 10000.0))

    @property
    def rotates_pairs(self) -> bool:
        """Whether attention rotates adjacent values, not those half a head apart."""
        return self.architecture in PAIRED

    @property
    def norm_epsilon(self) -> float:
        return float(self.parameter("attention.layer_norm_rms_epsilon"))

    @property
    def head_bytes(self) -> int:
        """How far into the file its fields and the places of its tensors reach."""
        return int(self._reader.data_offset)

    @property
    def bytes(self) -> int:
        """How far into the file its tensors reach."""
        ends = (tensor.data_offset + tensor.n_bytes for tensor in self._reader.tensors)
        return int(max(ends, default=self.head_bytes))

    @property
    def parameters(self) -> int:
        """Their number."""
        return sum(int(tensor.n_elements) for tensor in self._reader.tensors)

    def field(self, name: str, default: Any = None) -> Any:
        """Raises ModelError for a field that isn't there and has no default."""
        field = self._reader.get_field(name)
        if field is not None:
            return field.contents()
        if default is None:
            raise ModelError(f"the GGUF file lacks the field '{name}'")
        return default

    def parameter(self, name: str, default: Any = None) -> Any:
        """A field of the model's architecture."""
        return self.field(f"{self.architecture}.{name}", default)

    def refuse_unknown(self) -> None:
        """Raises ModelError for an architecture that the conversions don't know."""
        if self.architecture not in ARCHITECTURES:
            raise ModelError(
                f"{self.path.name}: architecture '{self.architecture}' can't be converted "
                f"(known: {', '.join(ARCHITECTURES)})"
            )

    def has(self, name: str) -> bool:
        return name in self._tensors

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(int(size) for size in reversed(self._tensor(name).shape))

    def vector(self, name: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        tensor = self._tensor(name)
        return dequantize(tensor.data, tensor.tensor_type).astype(np.float32, copy=False)

    def rows(self, name: str) -> Iterator[tuple[slice, np.ndarray[Any, np.dtype[np.float32]]]]:
        """The rows of a matrix, a block at a time with its place."""
        tensor = self._tensor(name)
        for start in range(0, self.shape(name)[0], ROWS_AT_ONCE):
            block = slice(start, start + ROWS_AT_ONCE)
            rows = dequantize(tensor.data[block], tensor.tensor_type)
            rows = rows.astype(np.float32, copy=False)
            yield block, self._adapter.added(name, block, rows) if self._adapter else rows

    def matrix(self, name: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        result = np.empty(self.shape(name), np.float32)
        for block, rows in self.rows(name):
            result[block] = rows
        return result

    def _tensor(self, name: str) -> Any:
        if name not in self._tensors:
            raise ModelError(f"the GGUF file lacks the tensor '{name}'")
        return self._tensors[name]

    @property
    def end_token(self) -> str:
        return self.vocabulary[int(self.field("tokenizer.ggml.eos_token_id"))]

    def save_tokenizer(self, target: Path) -> None:
        """Write it as Hugging Face has it into the existing folder `target`.

        Raises ModelError for a kind of tokenizer that is not known.
        """
        from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
        from tokenizers import pre_tokenizers as pre
        from transformers import PreTrainedTokenizerFast

        tokens, end = self.vocabulary, self.end_token
        kind = self.field("tokenizer.ggml.pre")
        merges = [tuple(merge.split(" ")) for merge in self.field("tokenizer.ggml.merges")]
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
        types = self.field("tokenizer.ggml.token_type")
        tokenizer.add_tokens(
            [
                AddedToken(token, special=kind == CONTROL_TOKEN, normalized=False)
                for token, kind in zip(tokens, types, strict=True)
                if kind in (CONTROL_TOKEN, USER_TOKEN)
            ]
        )
        padding = self.field("tokenizer.ggml.padding_token_id", tokens.index(end))
        fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
            tokenizer_object=tokenizer,
            eos_token=end,
            pad_token=tokens[padding],
            clean_up_tokenization_spaces=False,
        )
        fast.chat_template = self.field("tokenizer.chat_template")
        fast.save_pretrained(target)
        # transformers picks the tokenizer's class by this.
        config = {"model_type": self.architecture, "vocab_size": len(tokens)}
        (target / "config.json").write_text(json.dumps(config), encoding="utf-8")
