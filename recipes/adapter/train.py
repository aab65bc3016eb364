"""Trains a low-rank adapter for translation and summaries and writes it as PEFT does: see
README.md.
"""

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
from articles import Reading, encode_article, read_articles
from model import FUSED, SCALE, Cache, Decoder
from pairs import Pair, encode, read_pairs
from safetensors.numpy import save_file
from torch import Tensor

from toolkit.engines.tokens import Tokens
from toolkit.models.conversion.adapter import CONFIG, PROJECTIONS, TENSORS, Adapter
from toolkit.translation.glossary import load_glossary

RANK, FIRST_LAYER = 16, 6
AT_ONCE = 8  # pairs in a step
RATE, LEAST_RATE, WARM_UP = 4e-4, 0.03, 10  # of learning, the least of it, and steps until it
PREFIX = 32  # tokens that all prompts begin with
PREFIX_STEPS = 4  # after which their keys and values are computed anew
MOST_FREQUENT = 6000  # tokens that are always in the softmax
HERE = Path(__file__).parent
Step = Sequence[Pair] | Reading


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gguf", type=Path, help="the default model's file")
    parser.add_argument("tokenizer", type=Path, help="the folder of its tokenizer")
    parser.add_argument("output", type=Path)
    parser.add_argument("--begin-with", type=Path, help="an adapter to train further")
    parser.add_argument("--sentences", default="**/*.tsv", help="which files of pairs")
    parser.add_argument("--articles", default="*.md", help="which files of articles")
    parser.add_argument("--minutes", type=float, default=62)
    parser.add_argument("--held-out", type=Path, help="folder of files whose loss is told as well")
    parser.add_argument("--rank", type=int, default=8, help="of what is written")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.manual_seed(1)
    random.seed(1)
    tokens = Tokens.load(options.tokenizer)
    steps = _steps(HERE / "sentences", options.sentences, tokens)
    steps += _steps(HERE / "articles", options.articles, tokens)
    random.shuffle(steps)
    held_out = {
        file.name: _steps(options.held_out, file.name, tokens)
        for file in sorted(options.held_out.iterdir() if options.held_out else [])
        if file.suffix in (".md", ".tsv")
    }
    begun = Adapter(options.begin_with) if options.begin_with else None
    decoder = Decoder(
        options.gguf, begun, first_layer=FIRST_LAYER, rank=RANK, device=options.device
    )
    trainer = Trainer(decoder, [*steps, *itertools.chain.from_iterable(held_out.values())])
    trainer.tell(held_out)
    trainer.train(steps, 60 * options.minutes)
    trainer.tell(held_out)
    save(decoder, options.output, rank=options.rank)


def _steps(folder: Path, pattern: str, tokens: Tokens) -> list[Step]:
    """What is learned from at once: an article, or pairs of like lengths, in any order."""
    glossary = load_glossary("news", source_language="fr", target_language="en")
    files = sorted(folder.glob(pattern)) if pattern else []
    steps: list[Step] = []
    pairs = []
    for file in files:
        if file.suffix == ".md":
            steps += (encode_article(article, tokens) for article in read_articles(file))
        else:
            pairs += [encode(*pair, tokens, glossary) for pair in read_pairs(file)]
    random.shuffle(pairs)
    for start in range(0, len(pairs), 16 * AT_ONCE):
        part = sorted(pairs[start : start + 16 * AT_ONCE], key=lambda pair: len(pair.ids))
        steps += (part[place : place + AT_ONCE] for place in range(0, len(part), AT_ONCE))
    return steps


class Trainer:
    """The loss is that of the answers, over the tokens that occur in `known` and frequent ones."""

    def __init__(self, decoder: Decoder, known: Sequence[Step]) -> None:
        self._decoder = decoder
        occurring = set(range(MOST_FREQUENT))
        self._prefix_ids: tuple[int, ...] = ()
        for step in known:
            if isinstance(step, Reading):
                occurring.update(step.article, *(pair.ids for pair in step.pairs))
            else:
                occurring.update(*(pair.ids for pair in step))
                self._prefix_ids = self._prefix_ids or step[0].asked[:PREFIX]
                assert all(pair.asked[:PREFIX] == self._prefix_ids for pair in step)
        self._vocabulary = torch.tensor(sorted(occurring), device=decoder.device)
        self._places = {token: place for place, token in enumerate(sorted(occurring))}

    def train(self, steps: Sequence[Step], seconds: float) -> None:
        """One pass, or as much of it as there is time for."""
        parameters = self._decoder.parameters
        optimizer = torch.optim.AdamW(parameters, weight_decay=0.0, betas=(0.9, 0.98))
        started, prefix = time.monotonic(), self._prefix()
        for number, step in enumerate(steps, start=1):
            passed = (time.monotonic() - started) / seconds
            if passed >= 1:
                break
            cosine = max(LEAST_RATE, (1 + math.cos(math.pi * passed)) / 2)
            optimizer.param_groups[0]["lr"] = RATE * min(1.0, number / WARM_UP) * cosine
            if number % PREFIX_STEPS == 1:
                prefix = self._prefix()
            loss, count = self._loss(step, prefix)
            (loss / count).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            kind = "article" if isinstance(step, Reading) else "pairs"
            print(
                f"step {number}, {kind}: {loss.item() / count:.3f}, {100 * passed:.0f} % of time",
                flush=True,
            )

    def tell(self, held_out: dict[str, list[Step]]) -> None:
        """The loss of a token of texts that nothing is learned from."""
        with torch.no_grad():
            prefix = self._prefix()
            for name, steps in held_out.items():
                parts = [self._loss(step, prefix) for step in steps]
                total, count = (sum(part) for part in zip(*parts, strict=True))
                print(f"{name}: {float(total) / count:.4f} nats a token", flush=True)

    def _prefix(self) -> Cache:
        if not self._prefix_ids:
            return []
        with torch.no_grad():
            return self._decoder.read(
                torch.tensor([self._prefix_ids], device=self._decoder.device)
            )[1]

    def _loss(self, step: Step, prefix: Cache) -> tuple[Tensor, int]:
        """The sum over the tokens of all answers, and their number."""
        if isinstance(step, Reading):
            with torch.no_grad():  # it costs most of the time, and what is written matters more
                _, article = self._decoder.read(self._tensor([step.article]))
            parts = [self._pairs_loss([pair], article, 0) for pair in step.pairs]
            return sum((loss for loss, _ in parts), torch.zeros(())), sum(n for _, n in parts)
        return self._pairs_loss(step, prefix, PREFIX)

    def _pairs_loss(self, pairs: Sequence[Pair], before: Cache, known: int) -> tuple[Tensor, int]:
        """Of pairs whose first `known` tokens are read `before`."""
        texts = [self._tensor(pair.ids[known:]) for pair in pairs]
        ids = torch.nn.utils.rnn.pad_sequence(texts, batch_first=True)
        hidden, _ = self._decoder.read(ids[:, :-1], before)
        behind = [
            hidden[place, len(pair.asked) - known - 1 :][: len(pair.answer)]
            for place, pair in enumerate(pairs)
        ]
        wanted = [self._places[token] for pair in pairs for token in pair.answer]
        logits = self._decoder.logits(torch.cat(behind), self._vocabulary).float()
        loss = F.cross_entropy(logits, self._tensor(wanted), reduction="sum")
        return loss, len(wanted)

    def _tensor(self, values: Sequence[Any]) -> Tensor:
        return torch.tensor(values, device=self._decoder.device)


def save(decoder: Decoder, folder: Path, *, rank: int) -> None:
    """With the `rank` largest singular values of each projection, in 16 bits."""
    tensors = {}
    for (layer, fused), (down, up) in decoder.adapters.items():
        rows = {"attn_q": decoder.heads, "attn_k": decoder.kv_heads, "attn_v": decoder.kv_heads}
        sizes = [rows.get(name, 0) * decoder.size for name in FUSED[fused]]
        if not sizes[0]:
            sizes = [len(up) // len(sizes)] * len(sizes)
        for name, part in zip(FUSED[fused], torch.split(up.detach(), sizes), strict=True):
            place = f"base_model.model.model.layers.{layer}.{PROJECTIONS[name]}"
            first, second = _largest(*decoder.with_begun(layer, name, down, SCALE * part), rank)
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
