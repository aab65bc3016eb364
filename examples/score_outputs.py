"""Score translations by any system against references, one sentence per line.

python examples/score_outputs.py outputs.txt references.txt
"""

import sys
from pathlib import Path

from toolkit.evaluation.answers import Answer
from toolkit.evaluation.data import read_lines, read_parallel
from toolkit.evaluation.registry import score


def main(outputs: str, references: str) -> None:
    corpus = read_parallel(Path(references), [Path(references)])
    pairs = zip(corpus.items, read_lines(Path(outputs)), strict=True)
    answers = [Answer(item=item, text=text) for item, text in pairs]
    for each in score(["BLEU", "chrF2++"], answers):
        print(f"{each.metric} {each.value:.1f} [{each.low:.1f}, {each.high:.1f}]  {each.signature}")


if __name__ == "__main__":
    main(*sys.argv[1:])
