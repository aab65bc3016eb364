"""What the summaries of 25 articles keep and break, beside the beginning of the article.

`make summaries`: the five seeds and twenty pages of our own, by the default model. Novel triples
are the share of word triples that the article's translation doesn't have, the longest run is of
words in a row copied from it; a summary that only copies has none and all.
"""

import argparse
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from toolkit.articles import Article
from toolkit.assets import asset_folder
from toolkit.documents import Document
from toolkit.evaluation.cleaning import load_gold_pages
from toolkit.evaluation.metrics import fragments, novel
from toolkit.pipeline import Pipeline
from toolkit.reading import read_document
from toolkit.results import Result
from toolkit.settings import resolve_settings
from toolkit.summarization.forms import END

GOLD = Path(__file__).parent / "gold/cleaning"
OWN_PAGES = 20


def articles(pipeline: Pipeline, most: int) -> list[Article]:
    """The seeds as they are scraped, then the longest of our own pages, cleaned by hand."""
    seeds = [read_document(path) for path in sorted(asset_folder("seeds").glob("*.txt"))]
    own = [page for page in load_gold_pages(GOLD) if not page.document]
    own = sorted(own, key=lambda page: (-len(page.article), page.name))[:OWN_PAGES]
    prepared = [pipeline.prepare(seed) for seed in seeds]
    prepared += [
        pipeline.prepare(Document(name=page.name, text=page.article), cleaned=True) for page in own
    ]
    return prepared[:most]


def report(name: str, results: Sequence[Result]) -> None:
    count = len(results)
    summaries = [each.summary for each in results if each.summary]
    kept = sum(summary.words <= summary.max_words for summary in summaries)
    headline = any(result.provenance["summarization"]["length"] == "headline" for result in results)
    whole = sum(headline or bool(END.search(each.text)) for each in summaries)
    faults = Counter(check.name for each in summaries for check in each.failed)
    revisions = Counter(
        re.sub(r":.*", "", revision) for each in summaries for revision in each.revisions
    )
    methods = Counter(each.method for each in summaries)
    words = sum(each.words for each in summaries) / count
    texts = [result.translation_text or result.article.document.text for result in results]
    pairs = list(zip(summaries, texts, strict=True))
    triples = sum(novel(each.text, text, 3) for each, text in pairs) / count
    runs = sorted(max(fragments(each.text, text), default=0) for each, text in pairs)
    print(f"\n{name}: {count} articles, {words:.0f} words on average")
    print(
        f"  limit kept {kept}, whole sentences {whole}, without any fault {count - _bad(results)}"
    )
    print(f"  faults left: {dict(faults) or 'none'}; revisions: {dict(revisions) or 'none'}")
    print(f"  made: {dict(methods)}; novel triples {triples:.2f}; longest run {runs[count // 2]}")


def _bad(results: Sequence[Result]) -> int:
    return sum(bool(result.summary and result.summary.failed) for result in results)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--length", default="brief")
    parser.add_argument("--route", default="translate-first")
    parser.add_argument("--most", type=int, default=5 + OWN_PAGES, help="articles; the seeds first")
    parser.add_argument("--show", action="store_true", help="print every summary")
    options = parser.parse_args()
    flags = {"length": options.length, "route": options.route}
    for summarizer in (None, "lead-3"):
        pipeline = Pipeline(resolve_settings({**flags, "summarizer": summarizer})[0])
        results = pipeline.summarize(articles(pipeline, options.most))
        report(f"{summarizer or 'the model'}, {options.length}, {options.route}", results)
        for result in results if options.show else ():
            summary = result.summary
            assert summary
            print(f"\n{result.article.document.name} ({summary.words} words, {summary.revisions})")
            print(summary.text)
            for check in summary.failed:
                print(f"! {check!s}")


if __name__ == "__main__":
    main()
