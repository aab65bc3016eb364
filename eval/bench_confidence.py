"""What confidence costs, beside translating. Part of `make bench`.

The sentences of the seeds and as many of the judged ones, which are harder, are translated by the
default model with the second look at what is unsure and without it, in turns, in one process.
"""

import json
import time
from dataclasses import replace
from pathlib import Path

from toolkit.articles import prepare
from toolkit.assets import asset_folder
from toolkit.cleaning.steps import STEPS
from toolkit.documents import Segment
from toolkit.models.catalogue import DEFAULT_MODEL
from toolkit.pipeline import Pipeline
from toolkit.reading import read_document
from toolkit.settings import Settings
from toolkit.translation.translator import SentenceTranslator

MEANING = Path(__file__).parent / "gold/meaning"
TURNS = 2


def seed_sentences() -> list[Segment]:
    return [
        segment
        for path in sorted(asset_folder("seeds").glob("*.txt"))
        for segment in prepare(
            read_document(path), language="fr", steps=tuple(STEPS), max_chars=10**6
        ).segments
        if segment.text
    ]


def judged_sentences(count: int) -> list[Segment]:
    lines = (MEANING / "sources.jsonl").read_text("utf-8").splitlines()
    return [Segment(0, json.loads(line)["text"], "\n") for line in lines[:count]]


def seconds(translator: SentenceTranslator, segments: list[Segment]) -> float:
    started = time.perf_counter()
    translator.translate(segments)
    return time.perf_counter() - started


def main() -> None:
    settings = Settings(cache=False, translator=DEFAULT_MODEL)
    looking = Pipeline(settings).translator
    plain = replace(looking, reverse_prompt=None)
    seeds = seed_sentences()
    for name, segments in (("seeds", seeds), ("judged", judged_sentences(len(seeds)))):
        plain.translate(segments[:2])  # warms up
        turns = [(seconds(plain, segments), seconds(looking, segments)) for _ in range(TURNS)]
        without, with_look = (min(each) for each in zip(*turns, strict=True))
        print(
            f"{name}: {len(segments)} sentences in {without:.1f} s, with the second look "
            f"{with_look:.1f} s: {100 * (with_look / without - 1):.0f} % more"
        )


if __name__ == "__main__":
    main()
