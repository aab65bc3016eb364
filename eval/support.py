"""How well the checks of summaries tell what an article doesn't say. `make support`.

Statements about pages, labelled by hand (`gold/support/README.md`). The checks see the French and
the translation that the default model made of it, as they do in use; that was recorded, so that no
model is needed here; so were the likelihoods of statements. Without the translation, they see the
French alone, as on the direct route.
"""

import argparse
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import get_args

from toolkit.evaluation.cleaning import GoldPage, GoldPart, load_gold_pages
from toolkit.evaluation.support import (
    EXCHANGED,
    LOOKED_UP,
    Detection,
    LabelledSentence,
    detections,
    index_page,
    load_likelihoods,
    load_sentences,
    load_translations,
    precision_of,
    recall_of,
    sentences_of,
    weighed_texts,
)
from toolkit.pipeline import Pipeline
from toolkit.prompts import load_prompt
from toolkit.settings import resolve_settings
from toolkit.summarization.abstractive import STATEMENT
from toolkit.summarization.extractive import ExtractiveSummarizer
from toolkit.summarization.faithfulness.evidence import EvidenceIndex
from toolkit.summarization.faithfulness.likelihood import likelihood_by
from toolkit.translation.glossary import load_glossary

HERE = Path(__file__).parent / "gold"
RECORDED = HERE / "support/translations.json"
LIKELIHOODS = HERE / "support/likelihoods.json"


def record(pages: Collection[GoldPage]) -> None:
    """Translate the pages that no recording has yet, and add that as one more."""
    known = load_translations(RECORDED)
    missing = [page for page in pages if page.name not in known]
    if not missing:
        return
    pipeline = Pipeline(resolve_settings({"cache": False})[0])
    found = {}
    for page in missing:
        title, article = sentences_of(page)
        translations = pipeline.translator.translate([*title, *article])
        found[page.name] = {
            translation.segment.text: translation.text for translation in translations
        }
    value = json.loads(RECORDED.read_text(encoding="utf-8"))
    value["recordings"].append({"provenance": pipeline.translation_provenance(), "pages": found})
    RECORDED.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def record_likelihoods(
    sentences: Collection[LabelledSentence], indexes: Mapping[str, EvidenceIndex]
) -> None:
    """Score what no recording has yet of the statements that a model is asked about."""
    known = load_likelihoods(LIKELIHOODS)
    pipeline = Pipeline(resolve_settings({"cache": False})[0])
    summarizer, prompt = pipeline.summarizer, load_prompt("summarization", STATEMENT)
    if isinstance(summarizer, ExtractiveSummarizer):
        raise SystemExit(f"{pipeline.settings.summarizer} scores nothing")
    likelihood = likelihood_by(summarizer.engine, prompt, "en")
    for sentence in sentences:
        index, found = indexes[sentence.page], known.setdefault(sentence.page, {})
        missing = [each for each in weighed_texts(sentence.text, index) if each not in found]
        if missing and likelihood:
            scores = likelihood(index, missing)
            found |= {each: round(score, 2) for each, score in zip(missing, scores, strict=True)}
    value = {
        "provenance": pipeline.summary_provenance()["summarization"],
        "pages": {page: found for page, found in known.items() if found},
    }
    LIKELIHOODS.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")


def show(name: str, found: Mapping[str, Detection]) -> None:
    recalls = (recall_of(found, faults) for faults in (LOOKED_UP, EXCHANGED))
    print(
        f"\n{name}: precision {precision_of(found):.3f}, recall on names, numbers and dates "
        "{:.3f}, on actors and places {:.3f}".format(*recalls)
    )
    for fault, each in sorted(found.items()):
        if fault:
            print(f"  {fault:<12}{each.flagged:>4} of {each.count}")
    print(f"  {'supported':<12}{found[''].flagged:>4} of {found[''].count} (wrongly)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--record", action="store_true", help="translate pages and score statements that are new"
    )
    parser.add_argument("--show", action="store_true", help="print mistakes of the part tune")
    options = parser.parse_args()
    sentences = load_sentences(HERE / "support/sentences.tsv")
    wanted = {sentence.page for sentence in sentences}
    pages = [page for page in load_gold_pages(HERE / "cleaning") if page.name in wanted]
    if options.record:
        record(pages)
    glossary = load_glossary("news", source_language="fr", target_language="en")
    translations = load_translations(RECORDED)
    for name, known in (("with the translation", translations), ("French alone", {})):
        indexes: dict[str, EvidenceIndex] = {
            page.name: index_page(page, glossary, known.get(page.name)) for page in pages
        }
        if options.record and known:
            record_likelihoods(sentences, indexes)
        likelihoods = load_likelihoods(LIKELIHOODS) if known else None
        for part in get_args(GoldPart):
            of_part = [each for each in sentences if each.part == part]
            show(f"{part}, {name}", detections(of_part, indexes, likelihoods))
            if not options.show or part == "test":
                continue
            for each in of_part:
                ((fault, outcome),) = detections([each], indexes, likelihoods).items()
                if bool(fault) != bool(outcome.flagged):
                    print(f"    {fault or 'supported'}: {each.text}")


if __name__ == "__main__":
    main()
