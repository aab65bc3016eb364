"""BERTScore with an encoder from a local folder: needs the extra `torch`, and is off by default."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from toolkit.engines.transformers import TORCH_MISSING
from toolkit.errors import InputError, ModelError, UsageError
from toolkit.evaluation.answers import Answer
from toolkit.evaluation.metrics import Score, mean_score
from toolkit.models.boundary import SAFELY, model_errors
from toolkit.settings import resolve_settings


@dataclass(frozen=True)
class BertScore:
    """The F-measure of greedy matching of token vectors by their cosine (Zhang et al. 2020), from
    the encoder's last layer, without weights by rarity and without rescaling; of several references
    the best counts. The folder is the setting `bertscore_model`.
    """

    name: str = "BERTScore"

    def score(self, answers: Sequence[Answer]) -> Score:
        """Raises UsageError without the setting, ModelError without torch or a usable folder."""
        folder = resolve_settings({})[0].bertscore_model
        if folder is None:
            raise UsageError(
                f"{self.name} needs an encoder: set bertscore_model in toolkit.toml, or "
                "TOOLKIT_BERTSCORE_MODEL, to its folder in Hugging Face layout"
            )
        encoder = load_encoder(folder)
        values = [
            100 * max(encoder.f1(answer.text, reference) for reference in answer.item.references)
            for answer in answers
        ]
        count = max(len(each.item.references) for each in answers)
        signature = f"{self.name}|nrefs:{count}|max|f1|{folder.name}|layer:last|idf:no|rescale:no"
        return mean_score(
            self.name, values, signature=f"{signature}|transformers:{version('transformers')}"
        )


@lru_cache(maxsize=1)
def load_encoder(folder: Path) -> "Encoder":
    return Encoder(folder)


class Encoder:
    """A text encoder with its tokenizer. Raises ModelError when it can't be loaded."""

    def __init__(self, folder: Path) -> None:
        try:
            import torch
        except ImportError:
            raise ModelError(TORCH_MISSING) from None
        from transformers import AutoModel, AutoTokenizer

        with model_errors(f"{folder}: no encoder can be loaded from it"):
            self._tokenizer: Any = AutoTokenizer.from_pretrained(str(folder), **SAFELY)
            model: Any = AutoModel.from_pretrained(str(folder), weights_only=True, **SAFELY)
            self._model = model.eval()
        self._torch = torch

    def f1(self, text: str, reference: str) -> float:
        """From -1 to 1; 0 when one of them has no token of its own.

        As in the authors' package a token may match a special one, but those don't count.
        """
        (candidate, kept), (wanted, asked) = self._vectors(text), self._vectors(reference)
        if not kept.any() or not asked.any():
            return 0.0
        similar = candidate @ wanted.T
        precision = float(similar.max(dim=1).values[kept].mean())
        recall = float(similar.max(dim=0).values[asked].mean())
        both = precision + recall
        return 2 * precision * recall / both if both else 0.0

    def _vectors(self, text: str) -> tuple[Any, Any]:
        """A row of length 1 for each token, and which of them are not special. Raises InputError
        for a text that the encoder would have to cut.
        """
        encoded = self._tokenizer(text, return_tensors="pt", return_special_tokens_mask=True)
        special = encoded.pop("special_tokens_mask")[0].bool()
        limit = getattr(self._model.config, "max_position_embeddings", len(special))
        if len(special) > limit:
            raise InputError(f"a text of {len(special)} tokens is over the encoder's {limit}")
        with self._torch.inference_mode():
            hidden = self._model(**encoded).last_hidden_state[0]
        return self._torch.nn.functional.normalize(hidden, dim=-1), ~special
