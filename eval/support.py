"""How well the checks of summaries tell what an article doesn't say. `make support`.

147 sentences about 17 pages, labelled by hand. The checks see the French and the translation that
the default model made of it, as they do in use; that was recorded, so that no model is needed here
(`--record` does it again). Without it, they see the French alone, as on the direct route.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from toolkit.evaluation.cleaning import load_gold_pages
from toolkit.evaluation.support import (
    Detection,
    detections,
    index_page,
    load_sentences,
    load_translations,
    sentences_of,
)
from toolkit.pipeline import Pipeline
from toolkit.settings import Settings
from toolkit.summarization.faithfulness.evidence import EvidenceIndex
from toolkit.translation.glossary import load_glossary

HERE = Path(__file__).parent / "gold"
RECORDED = HERE / "support/translations.json"
LOOKED_UP = ("name", "number", "date")  # what must be found


def record(pages: Mapping[str, object]) -> None:
    """Translate the pages with the default model and write that down."""
    pipeline = Pipeline(Settings(cache=False))
    translator = pipeline.translator
    found = {}
    for page in load_gold_pages(HERE / "cleaning"):
        if page.name in pages:
            title, article = sentences_of(page)
            translations = translator.translate([*title, *article])
            found[page.name] = {
                translation.segment.text: translation.text for translation in translations
            }
    value = {"provenance": pipeline.translation_provenance(), "pages": found}
    RECORDED.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def show(name: str, found: Mapping[str, Detection]) -> None:
    faults = {fault: each for fault, each in found.items() if fault}
    flagged = sum(each.flagged for each in faults.values())
    precision = flagged / (flagged + found[""].flagged)
    looked_up = [found[fault] for fault in LOOKED_UP]
    recall = sum(each.flagged for each in looked_up) / sum(each.count for each in looked_up)
    print(f"\n{name}: precision {precision:.3f}, recall on names, numbers and dates {recall:.3f}")
    for fault, each in sorted(faults.items()):
        print(f"  {fault:<12}{each.flagged:>4} of {each.count}")
    print(f"  {'supported':<12}{found[''].flagged:>4} of {found[''].count} (wrongly)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="translate the pages again")
    parser.add_argument("--show", action="store_true", help="print what was judged wrongly")
    options = parser.parse_args()
    sentences = load_sentences(HERE / "support/sentences.tsv")
    wanted = {sentence.page for sentence in sentences}
    if options.record:
        record(dict.fromkeys(wanted))
    glossary = load_glossary("diplomacy", source_language="fr", target_language="en")
    translations = load_translations(RECORDED)
    pages = [page for page in load_gold_pages(HERE / "cleaning") if page.name in wanted]
    for name, known in (("with the translation", translations), ("French alone", {})):
        indexes: dict[str, EvidenceIndex] = {
            page.name: index_page(page, glossary, known.get(page.name)) for page in pages
        }
        show(name, detections(sentences, indexes))
        if options.show:
            for each in sentences:
                ((fault, outcome),) = detections([each], indexes).items()
                if bool(fault) != bool(outcome.flagged):
                    print(f"    {fault or 'supported'}: {each.text}")


if __name__ == "__main__":
    main()
