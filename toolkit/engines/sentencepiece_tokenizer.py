"""Plain SentencePiece models as tokenizers, which CTranslate2 folders of the hub bring."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import ModelError
from toolkit.models.ctranslate2_folder import (
    CONFIG_FILE,
    JOINT_PIECES,
    SOURCE_PIECES,
    TARGET_PIECES,
)

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

# Such models say nowhere how long their sources may be. This is how much quickmt's own library lets
# its models write.
MAX_TOKENS = 256
# Of a model's vocabulary and its tokenizer's: one may have a few control tokens or be filled up.
ENOUGH_SHARED = 0.9


class SentencePieceTokenizer:
    """What `Tokens` asks of a Hugging Face tokenizer. An id stands for one string on both sides."""

    model_max_length = MAX_TOKENS
    chat_template = None
    added_tokens_decoder: dict[int, Any] = {}  # noqa: RUF012

    def __init__(
        self,
        source: "SentencePieceProcessor",
        target: "SentencePieceProcessor",
        *,
        end: str = "</s>",
        ends_source: bool = True,
    ) -> None:
        """`ends_source` is false where the model itself puts `end` behind each source."""
        self._source, self._target = source, target
        self._ends_source = ends_source
        self._pieces = (_pieces(source), _pieces(target))
        strings = dict.fromkeys((end, *self._pieces[0], *self._pieces[1]))
        self._strings = list(strings)
        self._ids = {string: id_ for id_, string in enumerate(self._strings)}
        controls = [_special(side) for side in (source, target)]
        self.all_special_tokens = sorted({end}.union(*controls))
        self.eos_token_id = self._ids[end]
        self.bos_token_id = None
        self.unk_token_id = self._ids[target.id_to_piece(target.unk_id())]
        self._unwritten = {*self.all_special_tokens, self._strings[self.unk_token_id]}

    @classmethod
    def load(cls, folder: Path, model_folder: Path) -> "SentencePieceTokenizer":
        """The tokenizer in `folder` of the CTranslate2 model in `model_folder`.

        Raises ModelError where that of one side is missing, and whatever the library does about
        damaged files.
        """
        from sentencepiece import SentencePieceProcessor

        if (folder / JOINT_PIECES).is_file():
            source = target = SentencePieceProcessor(model_file=str(folder / JOINT_PIECES))
        else:
            paths = [folder / name for name in (SOURCE_PIECES, TARGET_PIECES)]
            for path in paths:
                if not path.is_file():
                    raise ModelError(f"{folder} lacks {path.name}")
            source, target = (SentencePieceProcessor(model_file=str(path)) for path in paths)
        config = model_folder / CONFIG_FILE
        settings = json.loads(config.read_text(encoding="utf-8")) if config.is_file() else {}
        return cls(
            source,
            target,
            end=settings.get("eos_token", "</s>"),
            ends_source=not settings.get("add_source_eos", False),
        )

    @property
    def separate_vocabs(self) -> bool:
        return self._source is not self._target

    def belongs_to(self, source: set[str], target: set[str]) -> bool:
        """Whether these are the vocabularies of a model that was trained with this tokenizer."""
        return all(
            len(vocabulary.intersection(pieces))
            >= ENOUGH_SHARED * max(len(vocabulary), len(pieces))
            for pieces, vocabulary in zip(self._pieces, (source, target), strict=True)
        )

    def __call__(
        self,
        text: str = "",
        *,
        text_target: str | None = None,
        add_special_tokens: bool = True,
        truncation: bool = False,
    ) -> dict[str, list[int]]:
        side = 0 if text_target is None else 1
        processor = (self._source, self._target)[side]
        found = processor.encode(text if text_target is None else text_target)
        ids = [self._ids[self._pieces[side][id_]] for id_ in found]
        if add_special_tokens and self._ends_source:
            ids.append(self.eos_token_id)
        return {"input_ids": ids}

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool = False, **_: bool) -> str:
        left_out = self._unwritten if skip_special_tokens else set()
        pieces = [string for string in self.convert_ids_to_tokens(ids) if string not in left_out]
        return str(self._target.decode_pieces(pieces))

    def convert_ids_to_tokens(self, ids: Sequence[int]) -> list[str]:
        return [self._strings[id_] for id_ in ids]

    def convert_tokens_to_ids(self, tokens: Sequence[str]) -> list[int]:
        return [self._ids.get(token, self.unk_token_id) for token in tokens]

    def get_vocab(self) -> dict[str, int]:
        return self._ids


def has_pieces(folder: Path) -> bool:
    return any((folder / name).is_file() for name in (JOINT_PIECES, SOURCE_PIECES, TARGET_PIECES))


def _pieces(processor: "SentencePieceProcessor") -> list[str]:
    return list(processor.id_to_piece(list(range(processor.get_piece_size()))))


def _special(processor: "SentencePieceProcessor") -> set[str]:
    ids = range(processor.get_piece_size())
    return {processor.id_to_piece(id_) for id_ in ids if processor.is_control(id_)}
