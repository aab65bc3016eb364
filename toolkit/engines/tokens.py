"""The tokenizer both engines share, so that they see the same tokens."""

import json
import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from toolkit.engines.base import Chat, Message, Source, TokenScore
from toolkit.engines.controls import Controls, unused
from toolkit.engines.sentencepiece_tokenizer import SentencePieceTokenizer
from toolkit.errors import InputError, ModelError
from toolkit.models.boundary import SAFELY, model_errors, one_line

PLAIN = "Paris"  # stands in for a text where only what goes around it matters
SENTENCE = "Le président est arrivé lundi à Paris."  # what any model for these languages can read
THINKING, THOUGHT = "<think>", "</think>"  # where a model that thinks begins to, and has done so
# Of a model whose tokenizer knows them as text.
LEADING_THOUGHTS = re.compile(r"\A(?:\s*<think>.*?(?:</think>|\Z))+", re.DOTALL)
PLAIN_CLASS = "TokenizersBackend"
HALF_A_LETTER = "\ufffd"
LEFT_OUT = "the model's chat template leaves out a part of what it is given; give --model another"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFormat:
    """What a model wants around its source text.

    `text_prefix` goes before the text (T5); `source_code` and `target_code` are the language
    tokens of multilingual models (NLLB, M2M100, mBART). `chat_template_kwargs` is given to the
    chat template of a causal model, such as `enable_thinking` (Qwen3); `chat_template` stands in
    for the model's own.
    """

    text_prefix: str = ""
    source_code: str | None = None
    target_code: str | None = None
    chat_template_kwargs: Mapping[str, Any] = field(default_factory=dict)
    chat_template: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A tokenizer loaded from a local folder, and what it takes for control."""

    tokenizer: Any
    controls: Controls
    format: SourceFormat = field(default_factory=SourceFormat)
    begins_thinking: bool = False  # in the prompt, so that its answer only shows the end of it
    _frames: dict[Any, list[int]] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, folder: Path | str, source_format: SourceFormat | None = None) -> "Tokens":
        """Raises ModelError when the folder holds no readable tokenizer."""
        source_format = source_format or SourceFormat()

        def read() -> Any:
            if not source_format.source_code and _is_plain(Path(folder)):
                from transformers import PreTrainedTokenizerFast

                return PreTrainedTokenizerFast.from_pretrained(str(folder), **SAFELY)
            from transformers import AutoTokenizer

            extra = {"src_lang": source_format.source_code} if source_format.source_code else {}
            return AutoTokenizer.from_pretrained(str(folder), **SAFELY, **extra)

        return cls.of(read, folder, source_format)

    @classmethod
    def load_pieces(
        cls, folder: Path, model_folder: Path, source_format: SourceFormat | None = None
    ) -> "Tokens":
        """Those of a CTranslate2 model with plain SentencePiece models.

        Raises ModelError where one is missing or damaged.
        """
        read = partial(SentencePieceTokenizer.load, folder, model_folder)
        return cls.of(read, folder, source_format or SourceFormat())

    @classmethod
    def of(
        cls, read: Callable[[], Any], folder: Path | str, source_format: SourceFormat
    ) -> "Tokens":
        """The tokenizer that `read` finds in `folder`, once it has shown that it can be used."""
        with model_errors(f"no tokenizer can be read in {folder}"):
            tokenizer = read()
            if source_format.chat_template:
                tokenizer.chat_template = source_format.chat_template
            tokens = cls(tokenizer, Controls.of(tokenizer), source_format)
            if not tokenizer.model_max_length > 0:
                raise ModelError(f"the tokenizer in {folder} leaves no room for a text")
            if not tokens._knows_french():
                raise ModelError(
                    f"no tokenizer can be read in {folder}: it makes nothing of a French sentence"
                )
        return replace(tokens, begins_thinking=tokens._begins_thinking())

    def _begins_thinking(self) -> bool:
        try:
            return self._render((Message("user", PLAIN),)).rstrip().endswith(THINKING)
        except ModelError:  # which is told where a prompt is asked for
            return False

    def _knows_french(self) -> bool:
        """Where files are missing, the library makes a tokenizer with hardly any vocabulary."""
        ids = self._ids(SENTENCE)
        known = [each for each in ids if each != self.tokenizer.unk_token_id]
        # The ids of a source vocabulary of its own can't be decoded.
        read = SENTENCE if getattr(self.tokenizer, "separate_vocabs", False) else self.decode(known)
        return 2 * len(known) > len(ids) and 2 * _letters(read) > _letters(SENTENCE)

    def fits(self, vocabulary: Container[str]) -> bool:
        """Whether a model that knows the tokens of `vocabulary` can belong to this tokenizer."""
        return all(token in vocabulary for token in self.to_strings(self._ids(SENTENCE)))

    def encode(self, source: Source) -> list[int]:
        """The ids of `source`. Its texts are text, also where they read like control tokens.

        Raises InputError where the tokenizer can see nothing but control in a text, ModelError
        for a chat template that fails or leaves a text out.
        """
        if not self.controls.found_in(_texts(source)):
            ids = self.encode_unguarded(source)
            if self.controls.among(ids) == self._frame(source):
                return ids
        return self._encode_apart(source)

    def encode_unguarded(self, source: Source) -> list[int]:
        """The ids of `source`, whose texts must hold nothing that reads like a control token."""
        if isinstance(source, str):
            return self._ids(self.format.text_prefix + source, add_special_tokens=True)
        rendered = self._render(source)
        if not all(message.content.strip() in rendered for message in source):
            raise ModelError(LEFT_OUT)
        return self._ids(rendered)

    def _frame(self, source: Source) -> list[int]:
        """The control tokens that stand around any texts in the places of those of `source`."""
        shape: tuple[Any, ...] = ()
        plain: Source = PLAIN
        if not isinstance(source, str):
            shape = tuple((each.role, bool(each.content.strip())) for each in source)
            plain = tuple(replace(each, content=each.content.strip() and PLAIN) for each in source)
        if shape not in self._frames:
            self._frames[shape] = self.controls.among(self.encode_unguarded(plain))
        return self._frames[shape]

    def _encode_apart(self, source: Source) -> list[int]:
        """Each text is encoded apart from what goes around it, in pieces that hold no control."""
        edge, gap = unused(_texts(source), 2)

        def marked(text: str) -> str:
            bare = text.strip()
            return text.replace(bare, edge + self.controls.broken(bare, gap) + edge) if bare else ""

        if isinstance(source, str):
            before, after = self._around()
            parts = (self.format.text_prefix + marked(source)).split(edge)
        else:
            before, after = [], []
            chat = tuple(replace(each, content=marked(each.content)) for each in source)
            parts = self._render(chat).split(edge)
            rendered = {text.replace(gap, "") for text in parts[1::2]}
            if not all(each.content.strip() in rendered for each in source if each.content.strip()):
                raise ModelError(LEFT_OUT)
        ids = before
        for number, part in enumerate(parts):
            ids += self._text_ids(part.split(gap)) if number % 2 else self._ids(part)
        return ids + after

    def encode_target(self, text: str) -> list[int]:
        """The ids of `text` as the model would write it, and the end. All of it is text.

        Raises InputError where the tokenizer can see nothing but control in it.
        """
        (gap,) = unused([text], 1)
        pieces = self.controls.broken(text, gap).split(gap)
        return [*self._text_ids(pieces, target=True), self.end]

    def _text_ids(self, pieces: Sequence[str], *, target: bool = False) -> list[int]:
        """The ids of a text that may be encoded in `pieces`, or if need be letter by letter: some
        tokenizers put other letters for those of a text before they look for control tokens.
        """
        for each in (pieces, "".join(pieces)):
            ids = [id_ for piece in each for id_ in self._ids(piece, target=target)]
            if not self.controls.among(ids):
                return ids
        raise InputError("a text holds a character that this model's tokenizer takes for control")

    def _around(self) -> tuple[list[int], list[int]]:
        """What the tokenizer puts before and after the text of a sequence-to-sequence model."""
        bare, framed = self._ids(PLAIN), self._ids(PLAIN, add_special_tokens=True)
        start = len(framed) - len(bare)
        while start > 0 and framed[start : start + len(bare)] != bare:
            start -= 1
        return framed[:start], framed[start + len(bare) :]

    def _ids(
        self, text: str, *, add_special_tokens: bool = False, target: bool = False
    ) -> list[int]:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InputError("a text holds half a character (a lone surrogate)") from error
        # Marian's sides have tokenizers of their own.
        given = {"text_target": text} if target else {"text": text}
        encoded = self.tokenizer(**given, truncation=False, add_special_tokens=add_special_tokens)
        return cast(list[int], encoded["input_ids"])

    def _render(self, chat: Chat) -> str:
        if not self.tokenizer.chat_template:
            raise ModelError("the model has no chat template, so it can't follow prompts")
        begun = chat[-1].role == "assistant"
        try:
            rendered = self.tokenizer.apply_chat_template(
                [{"role": message.role, "content": message.content} for message in chat],
                add_generation_prompt=not begun,
                continue_final_message=begun,
                tokenize=False,
                **self.format.chat_template_kwargs,
            )
        except Exception as error:
            raise ModelError(f"the model's chat template fails: {one_line(error)}") from error
        return cast(str, rendered)

    def decode(self, ids: Sequence[int]) -> str:
        """The text that a model wrote, without what it thought first."""
        text = self._decoded(self._without_thinking(ids))
        return LEADING_THOUGHTS.sub("", text).strip()

    def scores(self, ids: Sequence[int], log_probs: Sequence[float]) -> tuple[TokenScore, ...]:
        """The tokens of `decode(ids)` with their places there; none where the model thought first,
        or where the tokenizer doesn't write them one after the other.
        """
        whole = self._decoded(ids)
        if self._without_thinking(ids) != list(ids) or LEADING_THOUGHTS.match(whole):
            return ()
        offset = len(whole) - len(whole.lstrip())
        scores, written = [], ""
        last = begun = 0  # of the token before, and of those that show something together
        for end in range(1, len(ids) + 1):
            # Some tokenizers write the space before a token only where another one stands there.
            before = self._decoded(ids[last:begun])
            piece = self._decoded(ids[last:end])[len(before) :]
            shown = piece.strip()
            if not shown or (shown.endswith(HALF_A_LETTER) and end < len(ids)):
                continue
            start = len(written) + piece.find(shown) - offset
            scores.append(TokenScore(start, start + len(shown), sum(log_probs[begun:end])))
            written += piece
            last, begun = begun, end
        return tuple(scores) if written.strip() == whole.strip() else ()

    def _decoded(self, ids: Sequence[int]) -> str:
        decoded = self.tokenizer.decode(
            list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return cast(str, decoded)

    def _without_thinking(self, ids: Sequence[int]) -> list[int]:
        """What stands between the tokens for thinking goes, to the end where it never came to one.

        The tokenizers of other models have no such tokens.
        """
        begin, end = self.tokenizer.convert_tokens_to_ids([THINKING, THOUGHT])
        if begin == end:  # both are unknown
            return list(ids)
        kept: list[int] = []
        thinking = self.begins_thinking
        for each in ids:
            if each in (begin, end):
                thinking = each == begin
            elif not thinking:
                kept.append(each)
        return kept

    def to_strings(self, ids: Sequence[int]) -> list[str]:
        return cast(list[str], self.tokenizer.convert_ids_to_tokens(list(ids)))

    def to_ids(self, tokens: Sequence[str]) -> list[int]:
        return cast(list[int], self.tokenizer.convert_tokens_to_ids(list(tokens)))

    @property
    def end(self) -> int:
        """The id that a model ends its output with. Raises ModelError when there is none."""
        if self.tokenizer.eos_token_id is None:
            raise ModelError("the model's tokenizer has no token for the end of an output")
        return cast(int, self.tokenizer.eos_token_id)

    @property
    def target_prefix(self) -> list[str]:
        return [self.format.target_code] if self.format.target_code else []


def _texts(source: Source) -> list[str]:
    return [source] if isinstance(source, str) else [message.content for message in source]


def _is_plain(folder: Path) -> bool:
    """Whether `tokenizer.json` says all there is to say, as in what conversion from GGUF writes.
    The class that reads it is imported in half the time of the one that chooses a class.
    """
    file = folder / "tokenizer_config.json"
    if not file.is_file() or not (folder / "tokenizer.json").is_file():
        return False
    config = json.loads(file.read_text(encoding="utf-8"))
    return isinstance(config, dict) and config.get("tokenizer_class") == PLAIN_CLASS


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))
