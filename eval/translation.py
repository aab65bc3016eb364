"""BLEU and chrF++ of a translator on sentences translated by hand. `make translation`.

Both are by sacrebleu, with their signatures and 95 % intervals from 1,000 bootstrap resamples.
"""

import argparse
import csv
import sys
from pathlib import Path

from sacrebleu.metrics import BLEU, CHRF

from toolkit.documents import Document
from toolkit.pipeline import Pipeline
from toolkit.settings import resolve_settings

REFERENCES = Path(__file__).parent / "references/news.fr-en.tsv"
RESAMPLES = 1000


def read_references() -> tuple[list[str], list[str]]:
    """Sources and their translations, one sentence each."""
    with REFERENCES.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row["source"] for row in rows], [row["target"] for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="another translator than the default")
    parser.add_argument("--glossary", help="another glossary than the default, or none")
    parser.add_argument("--show", action="store_true", help="print every sentence")
    options = parser.parse_args()
    flags = {"translator": options.model, "glossary": options.glossary, "cache": False}
    pipeline = Pipeline(resolve_settings(flags)[0])
    sources, references = read_references()
    articles = [
        pipeline.prepare(
            Document(name=str(number), text=source), cleaned=True, check_language=False
        )
        for number, source in enumerate(sources)
    ]
    results = pipeline.translate(articles)
    translated = [result.translation_text for result in results]
    flagged = sum(bool(result.flagged) for result in results)
    print(f"{len(sources)} sentences, {flagged} of them flagged")
    for metric in (BLEU(), CHRF(word_order=2)):
        score = metric.corpus_score(translated, [references], n_bootstrap=RESAMPLES)
        print(score.format(signature=str(metric.get_signature())))
    if options.show:
        for source, reference, target in zip(sources, references, translated, strict=True):
            sys.stdout.write(f"\n{source}\n= {reference}\n> {target}\n")


if __name__ == "__main__":
    main()
