"""Speed of cleaning on one core, and that it grows with the length alone. Part of `make bench`.

The text is made of the seed pages, every line of the articles changed a little, so that nothing is
remembered from one copy to the next but the pages' furniture, as with pages of one site.
"""

import itertools
import time
from pathlib import Path

from toolkit.cleaning import judge
from toolkit.documents import Document

SEEDS = sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))
SIZES = (10_000, 1_000_000, 50_000_000)  # bytes
LONG_CHARS = 60


def changed(line: str, number: int) -> str:
    """`line` with a word of its own, made of letters."""
    letters = "".join(chr(97 + int(digit)) for digit in str(number))
    return f"{line[:-1]} {letters}{line[-1:]}" if len(line) >= LONG_CHARS else line


def text_of(size: int) -> str:
    pages = [path.read_text(encoding="utf-8").split("\n") for path in SEEDS]
    lines, length = [], 0
    for number, line in enumerate(line for page in itertools.cycle(pages) for line in page):
        lines.append(changed(line, number))
        length += len(lines[-1].encode()) + 1
        if length >= size:
            return "\n".join(lines)
    raise AssertionError("the seeds hold no text")


def seconds_for(text: str) -> float:
    started = time.process_time()
    judge(Document(name="bench", text=text))
    return time.process_time() - started


def main() -> None:
    seconds_for(text_of(3 * SIZES[0]))  # loads the word list and the language model
    base = 0.0
    print(f"{'':<24}{'MB':>8}{'seconds':>10}{'MB/s':>8}{'s/MB, 1 MB = 1':>18}")
    for size in SIZES:
        text = text_of(size)
        megabytes = len(text.encode()) / 1e6
        repeats = max(1, 3_000_000 // size)
        seconds = sum(seconds_for(text) for _ in range(repeats)) / repeats
        rate = seconds / megabytes
        base = rate if size == SIZES[1] else base
        ratio = f"{rate / base:.2f}" if base else ""
        print(f"{'lines of pages':<24}{megabytes:>8.2f}{seconds:>10.3f}{1 / rate:>8.2f}{ratio:>18}")
    line = text_of(SIZES[-1]).replace("\n", " ")
    seconds = seconds_for(line)
    megabytes = len(line.encode()) / 1e6
    print(f"{'one line':<24}{megabytes:>8.2f}{seconds:>10.3f}{megabytes / seconds:>8.2f}")


if __name__ == "__main__":
    main()
