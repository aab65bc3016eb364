"""Sentences a second of the transformers engine on a GPU: `python eval/bench_gpu.py`.

Models have random weights and the shapes of real ones, so nothing is downloaded. They hardly ever
end by themselves and give 32 new tokens a sentence. Prompts and sentences are real. For a causal
model name the tokenizer's folder of an installed one.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shapes import NEW_TOKENS, OPUS_BIG, QWEN

from toolkit.assets import asset_folder
from toolkit.engines.base import GenerationConfig, GenerationRequest, Source
from toolkit.engines.tokens import SourceFormat
from toolkit.engines.transformers import TransformersEngine
from toolkit.prompts import load_prompt

ROOT = Path(__file__).parent.parent


def sentences(count: int) -> list[str]:
    texts = []
    for name in ("news", "diplomacy"):
        table = asset_folder("eval") / "references" / f"{name}.fr-en.tsv"
        header, *rows = (line.split("\t") for line in table.read_text("utf-8").splitlines())
        texts += [row[header.index("source")] for row in rows]
    return [texts[place % len(texts)] for place in range(count)]


def build_causal(folder: Path, tokenizer: Path) -> None:
    import torch
    import transformers

    library: Any = transformers
    loaded = library.AutoTokenizer.from_pretrained(tokenizer)
    loaded.save_pretrained(folder)
    config = library.Qwen2Config(**QWEN, eos_token_id=loaded.eos_token_id)
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        model = library.Qwen2ForCausalLM(config).to(torch.bfloat16)
    model.save_pretrained(folder)


def build_seq2seq(folder: Path) -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from tiny_models import build_marian

    build_marian(folder, texts=sentences(400), **OPUS_BIG)


def measure(engine: TransformersEngine, texts: list[str]) -> tuple[float, int]:
    """Seconds, and new tokens."""
    prompt = load_prompt("translation", "news") if engine.info.family == "causal" else None

    def requests() -> Iterator[GenerationRequest]:
        for text in texts:
            source: Source = text
            if prompt:
                source = prompt.render(source=text, before="", terms=[], faults=[], hints=[])
            yield GenerationRequest(
                source=source, config=GenerationConfig(max_new_tokens=NEW_TOKENS), key=text
            )

    waiting = requests()
    started = time.perf_counter()
    tokens = sum(
        output.candidates[0].new_tokens for _, output in engine.stream(lambda: next(waiting, None))
    )
    return time.perf_counter() - started, tokens


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokenizer", type=Path, help="of a causal model; left out without it")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--compute-type", default="auto")
    parser.add_argument("--count", type=int, default=4096)
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[16, 128, 512])
    options = parser.parse_args()
    print(f"{'model':<22}{'numbers':>10}{'batch':>7}{'sentences/s':>13}{'tokens/s':>11}")
    with tempfile.TemporaryDirectory() as folder:
        built = {"opus-mt-tc-big": Path(folder, "seq2seq")}
        build_seq2seq(built["opus-mt-tc-big"])
        if options.tokenizer:
            built["Qwen2.5-1.5B"] = Path(folder, "causal")
            build_causal(built["Qwen2.5-1.5B"], options.tokenizer)
        for name, path in built.items():
            for size in options.batch_sizes:
                engine = TransformersEngine(
                    path,
                    name=name,
                    source_format=SourceFormat(),
                    device=options.device,
                    compute_type=options.compute_type,
                    batch_size=size,
                )
                measure(engine, sentences(size))  # the first run chooses its kernels
                count = min(options.count, 16 * size)
                seconds, tokens = measure(engine, sentences(count))
                print(
                    f"{name:<22}{engine.info.compute_type:>10}{size:>7}"
                    f"{count / seconds:>13.1f}{tokens / seconds:>11.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
