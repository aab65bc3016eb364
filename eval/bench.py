"""What pooling documents gains: five articles in one call against five calls. `make bench`.

Seconds are of this machine at this moment; the ratio is taken side by side and can be compared.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from toolkit.assets import asset_folder

PROGRAM = [sys.executable, "-c", "from toolkit.cli.main import run; run()"]
KILOBYTE = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss


def main() -> None:
    seeds = sorted(asset_folder("seeds").glob("*.txt"))
    with tempfile.TemporaryDirectory() as folder:
        translate(seeds[:1], Path(folder))  # brings the model's file into memory for both sides
        together_s, sentences, tokens = translate(seeds, Path(folder) / "together")
        apart = [translate([seed], Path(folder) / seed.stem) for seed in seeds]
    apart_s = sum(seconds for seconds, _, _ in apart)
    print("                seconds  sentences/s  tokens/s")
    for name, seconds in (("one call", together_s), ("five calls", apart_s)):
        print(f"{name:<14} {seconds:8.1f} {sentences / seconds:12.2f} {tokens / seconds:9.1f}")
    print(f"one call is {apart_s / together_s:.2f} times as fast as five (model load included)")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * KILOBYTE
    print(f"peak memory of a call: {peak / 1e9:.2f} GB")


def translate(pages: Sequence[Path], target: Path) -> tuple[float, int, int]:
    """Seconds of a whole call, and the sentences and tokens that it translated."""
    started = time.perf_counter()
    arguments = ["translate", *map(str, pages), "--format", "json", "-q", "--no-cache"]
    arguments += ["-o", str(target)]
    subprocess.run([*PROGRAM, *arguments], check=True)
    seconds = time.perf_counter() - started
    segments = [
        segment
        for path in target.rglob("*.json")
        for segment in json.loads(path.read_text(encoding="utf-8"))["segments"]
    ]
    return seconds, len(segments), sum(segment["new_tokens"] for segment in segments)


if __name__ == "__main__":
    main()
