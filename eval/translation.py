"""BLEU and chrF++ of a translator on sentences translated by hand. `make translation`.

Both are by sacrebleu, with their signatures and 95 % intervals from 1,000 bootstrap resamples.
"""

import argparse
import csv
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from sacrebleu.metrics import BLEU, CHRF

from toolkit.documents import Segment
from toolkit.pipeline import Pipeline
from toolkit.settings import resolve_settings

REFERENCES = Path(__file__).parent / "references"
FILES = ("news.fr-en.tsv", "diplomacy.fr-en.tsv")
RESAMPLES = 1000


def read_references() -> list[dict[str, str]]:
    """Rows of page, source and target, one sentence each, in the order of the pages."""
    rows = []
    for name in FILES:
        with (REFERENCES / name).open(encoding="utf-8", newline="") as stream:
            rows += csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
    return rows


def segments_of(rows: Sequence[Mapping[str, str]]) -> Iterator[Segment]:
    """The sources as the sentences of one document a page."""
    for _, of_page in groupby(rows, key=lambda row: row["page"]):
        start = 0
        for row in of_page:
            yield Segment(start, row["source"], "\n")
            start += len(row["source"]) + 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="another translator than the default")
    parser.add_argument("--glossary", help="another glossary than the default, or none")
    parser.add_argument("--prompt", help="another prompt than the default: a name or a file")
    parser.add_argument("--context", type=int, help="sentences before each that the model sees")
    parser.add_argument("--show", action="store_true", help="print every sentence")
    options = parser.parse_args()
    flags = {
        "translator": options.model,
        "glossary": options.glossary,
        "translation_prompt": options.prompt,
        "context_sentences": options.context,
        "cache": False,
    }
    rows = read_references()
    references = [row["target"] for row in rows]
    translator = Pipeline(resolve_settings(flags)[0]).translator
    started = time.perf_counter()
    results = translator.translate(tuple(segments_of(rows)))
    seconds = time.perf_counter() - started
    translated = [result.text for result in results]
    flagged = sum(bool(result.failed) for result in results)
    again = sum(result.tries > 1 for result in results)
    print(f"{len(rows)} sentences, {again} tried again, {flagged} flagged, {seconds:.0f} s")
    for metric in (BLEU(), CHRF(word_order=2)):
        score = metric.corpus_score(translated, [references], n_bootstrap=RESAMPLES)
        print(score.format(signature=str(metric.get_signature())))
        own = metric.corpus_score(translated[-30:], [references[-30:]])
        print("  diplomacy alone:", own.format(width=1, score_only=True))
    if options.show:
        for row, result in zip(rows, results, strict=True):
            sys.stdout.write(f"\n{row['source']}\n= {row['target']}\n> {result.text}\n")
            for check in result.failed:
                sys.stdout.write(f"! {check.name}: {check.detail}\n")


if __name__ == "__main__":
    main()
