"""Trains a low-rank adapter for translation and writes it as PEFT does: see README.md."""

import argparse
import itertools
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from model import FUSED, SCALE, Cache, Decoder
from pairs import Pair, encode, read_pairs
from safetensors.numpy import save_file
from torch import Tensor

from toolkit.engines.tokens import Tokens
from toolkit.models.conversion.adapter import CONFIG, PROJECTIONS, TENSORS
from toolkit.translation.glossary import load_glossary

RANK, FIRST_LAYER = 16, 6
AT_ONCE = 8  # pairs in a step
RATE, LEAST_RATE, WARM_UP = 4e-4, 0.03, 10  # of learning, the least of it, and steps until it
PREFIX = 32  # tokens that all prompts begin with
PREFIX_STEPS = 4  # after which their keys and values are computed anew
MOST_FREQUENT = 6000  # tokens that are always in the softmax
SENTENCES = Path(__file__).with_name("sentences")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gguf", type=Path, help="the default model's file")
    parser.add_argument("tokenizer", type=Path, help="the folder of its tokenizer")
    parser.add_argument("output", type=Path)
    parser.add_argument("--minutes", type=float, default=62)
    parser.add_argument("--held-out", type=Path, help="pairs whose loss is told as well")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.manual_seed(1)
    random.seed(1)
    tokens = Tokens.load(options.tokenizer)
    glossary = load_glossary("news", source_language="fr", target_language="en")
    pairs = [encode(*pair, tokens, glossary) for pair in read_pairs(SENTENCES)]
    random.shuffle(pairs)
    held_out = (
        {
            file.stem: [encode(*pair, tokens, glossary) for pair in read_pairs(file)]
            for file in sorted(options.held_out.glob("*.tsv"))
        }
        if options.held_out
        else {}
    )
    decoder = Decoder(options.gguf, first_layer=FIRST_LAYER, rank=RANK, device=options.device)
    trainer = Trainer(decoder, [*pairs, *itertools.chain.from_iterable(held_out.values())])
    trainer.tell(held_out)
    trainer.train(pairs, 60 * options.minutes)
    trainer.tell(held_out)
    save(decoder, options.output)


class Trainer:
    """The loss is that of the answers, over the tokens that occur in `known` and frequent ones."""

    def __init__(self, decoder: Decoder, known: Sequence[Pair]) -> None:
        self._decoder = decoder
        self._prefix_ids = known[0].asked[:PREFIX]
        assert all(pair.asked[:PREFIX] == self._prefix_ids for pair in known)
        occurring = {token for pair in known for token in pair.ids} | set(range(MOST_FREQUENT))
        self._vocabulary = torch.tensor(sorted(occurring), device=decoder.device)
        self._places = {token: place for place, token in enumerate(sorted(occurring))}

    def train(self, pairs: Sequence[Pair], seconds: float) -> None:
        """One pass, or as much of it as there is time for."""
        parameters = self._decoder.parameters
        optimizer = torch.optim.AdamW(parameters, weight_decay=0.0, betas=(0.9, 0.98))
        started, prefix = time.monotonic(), self._prefix()
        for step, batch in enumerate(_batches(pairs), start=1):
            passed = (time.monotonic() - started) / seconds
            if passed >= 1:
                break
            cosine = max(LEAST_RATE, (1 + math.cos(math.pi * passed)) / 2)
            optimizer.param_groups[0]["lr"] = RATE * min(1.0, step / WARM_UP) * cosine
            if step % PREFIX_STEPS == 1:
                prefix = self._prefix()
            loss, count = self._loss(batch, prefix)
            (loss / count).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            print(f"step {step}: {loss.item() / count:.3f}, {100 * passed:.0f} % of the time")

    def tell(self, held_out: dict[str, list[Pair]]) -> None:
        """The loss of a token of texts that nothing is learned from."""
        with torch.no_grad():
            for name, pairs in held_out.items():
                prefix = self._prefix()
                parts = [self._loss(batch, prefix) for batch in _batches(pairs)]
                total, count = (sum(part) for part in zip(*parts, strict=True))
                print(f"{name}: {float(total) / count:.4f} nats a token")

    def _prefix(self) -> Cache:
        with torch.no_grad():
            return self._decoder.read(
                torch.tensor([self._prefix_ids], device=self._decoder.device)
            )[1]

    def _loss(self, batch: Sequence[Pair], prefix: Cache) -> tuple[Tensor, int]:
        """The sum over the tokens of all answers, and their number."""
        device = self._decoder.device
        texts = [torch.tensor(pair.ids[PREFIX:], device=device) for pair in batch]
        ids = torch.nn.utils.rnn.pad_sequence(texts, batch_first=True)
        hidden, _ = self._decoder.read(ids[:, :-1], prefix)
        behind = [
            hidden[place, len(pair.asked) - PREFIX - 1 :][: len(pair.answer)]
            for place, pair in enumerate(batch)
        ]
        wanted = [self._places[token] for pair in batch for token in pair.answer]
        logits = self._decoder.logits(torch.cat(behind), self._vocabulary).float()
        loss = F.cross_entropy(logits, torch.tensor(wanted, device=device), reduction="sum")
        return loss, len(wanted)


def _batches(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Of like lengths, in any order."""
    for start in range(0, len(pairs), 16 * AT_ONCE):
        part = sorted(pairs[start : start + 16 * AT_ONCE], key=lambda pair: len(pair.ids))
        batches = [part[place : place + AT_ONCE] for place in range(0, len(part), AT_ONCE)]
        random.shuffle(batches)
        yield from batches


def save(decoder: Decoder, folder: Path, *, rank: int = 8) -> None:
    """With the `rank` largest singular values of each projection, in 16 bits."""
    tensors = {}
    for (layer, fused), (down, up) in decoder.adapters.items():
        rows = {"attn_q": decoder.heads, "attn_k": decoder.kv_heads, "attn_v": decoder.kv_heads}
        sizes = [rows.get(name, 0) * decoder.size for name in FUSED[fused]]
        if not sizes[0]:
            sizes = [len(up) // len(sizes)] * len(sizes)
        for name, part in zip(FUSED[fused], torch.split(up.detach(), sizes), strict=True):
            place = f"base_model.model.model.layers.{layer}.{PROJECTIONS[name]}"
            first, second = _largest(down.detach(), SCALE * part, rank)
            tensors[f"{place}.lora_A.weight"], tensors[f"{place}.lora_B.weight"] = first, second
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / TENSORS)
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": "Qwen/Qwen2.5-Coder-1.5B-Instruct",
        "r": rank,
        "lora_alpha": rank,
        "target_modules": [name.rpartition(".")[2] for name in PROJECTIONS.values()],
    }
    (folder / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _largest(down: Tensor, up: Tensor, rank: int) -> Iterator[np.ndarray[Any, Any]]:
    """Narrower matrices with nearly the same product."""
    first, rest = torch.linalg.qr(up.double().cpu())
    left, values, right = torch.linalg.svd(rest @ down.double().cpu(), full_matrices=False)
    roots = values[:rank].sqrt()
    for each in (roots[:, None] * right[:rank], first @ left[:, :rank] * roots):
        yield each.to(torch.float16).contiguous().numpy()


if __name__ == "__main__":
    main()
