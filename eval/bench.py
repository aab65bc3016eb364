"""The five seed articles through the whole command: what engines, searching, pooling documents and
summaries cost and gain, and how many sentences come out in other words than at first. `make bench`.

Seconds are of this machine at this moment, model load included; the ratios are taken side by side
and can be compared.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from toolkit.assets import asset_folder

PROGRAM = [sys.executable, "-c", "from toolkit.cli.main import run; run()"]
KILOBYTE = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss
# Where the default model is installed for CTranslate2.
OTHER_MODELS = Path(
    os.environ.get(
        "BENCH_CTRANSLATE2_MODELS", Path(__file__).parent.parent / ".venv/ctranslate2-models"
    )
)


def main() -> None:
    seeds = sorted(asset_folder("seeds").glob("*.txt"))
    other = {"TOOLKIT_MODELS_FOLDER": str(OTHER_MODELS)}
    runs: list[tuple[str, list[list[Path]], str, str, dict[str, str]]] = [
        ("fast", [seeds], "translate", "fast", {}),
        ("fast, again", [seeds], "translate", "fast", {}),
        ("fast, five calls", [[seed] for seed in seeds], "translate", "fast", {}),
        ("standard", [seeds], "translate", "standard", {}),
        ("standard, summaries", [seeds], "summarize", "standard", {}),
        ("fast, CTranslate2", [seeds], "translate", "fast", other),
        ("standard, CTranslate2", [seeds], "translate", "standard", other),
        ("CTranslate2, summaries", [seeds], "summarize", "standard", other),
    ]
    timed(seeds[:1], "translate", "fast", {})  # brings the model's file into memory
    print(
        f"{'':<24}{'seconds':>9}{'sentences/s':>13}{'tokens/s':>10}{'peak GB':>9}{'fast is':>9}"
        f"{'other words':>13}"
    )
    base = 0.0
    first: dict[str, str] = {}
    for name, calls, command, quality, environment in runs:
        if environment and not OTHER_MODELS.is_dir():
            print(f"{name:<24} left out: no models in {OTHER_MODELS}")
            continue
        done = [timed(pages, command, quality, environment) for pages in calls]
        seconds, tokens = (sum(column) for column in list(zip(*done, strict=True))[:2])
        base = base or seconds
        texts = {place: text for *_, found in done for place, text in found.items()}
        first = first or texts
        other_words = sum(first[place] != text for place, text in texts.items())
        speeds = f"{len(texts) / seconds:>13.2f}{tokens / seconds:>10.1f}"
        if command == "summarize":  # the seconds are not those of the translations alone
            speeds = f"{'–':>13}{'–':>10}"
        print(
            f"{name:<24}{seconds:>9.1f}{speeds}"
            f"{max(peak for _, _, peak, _ in done) / 1e9:>9.2f}{seconds / base:>8.2f}x"
            f"{other_words:>13}",
            flush=True,
        )


def timed(
    pages: Sequence[Path], command: str, quality: str, environment: dict[str, str]
) -> tuple[float, int, int, dict[str, str]]:
    """Seconds of a whole call, the tokens of its translations, its peak memory, and each sentence's
    translation by its document and place.
    """
    with tempfile.TemporaryDirectory() as folder:
        arguments = [command, *map(str, pages), "--format", "json", "-q", "--no-cache"]
        arguments += ["--quality", quality, "-o", folder]
        started = time.perf_counter()
        child = subprocess.Popen([*PROGRAM, *arguments], env={**os.environ, **environment})
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        assert os.waitstatus_to_exitcode(status) == 0
        segments = {
            f"{path.name}:{number}": segment
            for path in Path(folder).rglob("*.json")
            for number, segment in enumerate(json.loads(path.read_text("utf-8"))["segments"])
        }
    tokens = sum(segment["new_tokens"] for segment in segments.values())
    texts = {place: segment["target"] for place, segment in segments.items()}
    return seconds, tokens, usage.ru_maxrss * KILOBYTE, texts


if __name__ == "__main__":
    main()
