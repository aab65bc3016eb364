"""Systems at work: items of a corpus through a pipeline to answers."""

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from toolkit.assets import asset_folder
from toolkit.checks import Check
from toolkit.documents import Document, Segment, join_translations
from toolkit.errors import InputError
from toolkit.evaluation.answers import Answer
from toolkit.evaluation.cleaning import (
    GoldPage,
    load_gold_pages,
    score_page,
    toolkit_cleaner,
)
from toolkit.evaluation.data import (
    Corpus,
    Item,
    pages_with_facts,
    read_parallel,
    read_public,
    read_table,
    seed_articles,
    seed_sentences,
    translated_articles,
)
from toolkit.evaluation.suites import TRANSLATED, Part
from toolkit.pipeline import Pipeline
from toolkit.progress import Progress
from toolkit.results import Result
from toolkit.translation.checks import lost_terms
from toolkit.translation.glossary import Glossary, load_glossary

TERMS = "news"


def corpus_of(part: Part) -> Corpus:
    """What a part is measured on; several files are one corpus. Raises InputError for data that
    can't be used.
    """
    corpora = [_corpus(part, each) for each in part.data]
    items = tuple(item for each in corpora for item in each.items)
    counts = Counter(item.id for item in items)
    if twice := [each for each, count in counts.items() if count > 1]:
        raise InputError(f"{', '.join(part.data)}: two items are called {twice[0]}; rename a file")
    return Corpus("+".join(each.name for each in corpora), items)


def _corpus(part: Part, data: str) -> Corpus:
    root = asset_folder("eval")
    if part.task == "cleaning":
        pages = load_gold_pages(root / "gold/cleaning")
        wanted = [
            page for page in pages if (data == "seeds" and page.document) or page.part == data
        ]
        if not wanted:
            raise InputError(f"{data}: no labelled pages; there are: seeds, tune, test")
        return Corpus(data, tuple(_page_item(page) for page in wanted))
    if data == "seeds":
        references = root / "references/seeds"
        if part.task == "translation":
            return seed_sentences(references)
        length = "brief_fr" if part.language == "fr" else part.length
        return seed_articles(references, asset_folder("seeds"), length=length)
    if part.task == "summaries" and data == TRANSLATED:
        return translated_articles(root / "references/seeds", length=part.length)
    if part.task == "summaries" and data.startswith("facts:"):
        return pages_with_facts(root / "gold", data.removeprefix("facts:"), language=part.language)
    if data.startswith("sacrebleu:"):
        return read_public(data.removeprefix("sacrebleu:"))
    whole = _located(data)
    source, *references_beside = [whole] if _is_there(whole) else map(_located, data.split("="))
    return read_parallel(source, references_beside) if references_beside else read_table(source)


def _located(name: str) -> Path:
    """As it is written, or in eval/, out of which it can't lead."""
    path = Path(name)
    inside = asset_folder("eval") / path
    leads_out = path.is_absolute() or ".." in path.parts
    return inside if not leads_out and not _is_there(path) and _is_there(inside) else path


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long, a folder that can't be read: reported when it is read
        return False


def _page_item(page: GoldPage) -> Item:
    return Item(id=page.name, document=page.name, source=page.text, references=(page.article,))


def answers_of(
    part: Part, corpus: Corpus, pipeline: Pipeline, progress: Progress
) -> Iterator[Answer]:
    """One answer for each item, in order. Raises InputError for an article that can't be used."""
    if part.task == "translation":
        yield from _translations(corpus.items, pipeline, progress)
    elif part.task == "summaries":
        yield from _summaries(part, corpus.items, pipeline, progress)
    else:
        yield from _cleanings(corpus.items, progress)


def _translations(
    items: Sequence[Item], pipeline: Pipeline, progress: Progress
) -> Iterator[Answer]:
    """All at once, each document's sentences in their order, as the toolkit would."""
    segments: list[Segment] = []
    for _, of_document in groupby(items, key=lambda item: item.document):
        start = 0
        for item in of_document:
            segments.append(Segment(start, item.source, "\n"))
            start += len(item.source) + 1
    glossary = _expected_terms(pipeline)
    _ = pipeline.translator  # loading it isn't timed
    started = time.perf_counter()
    translations = pipeline.translate_segments(segments, progress)
    seconds = (time.perf_counter() - started) / max(1, len(items))
    for item, translation in zip(items, translations, strict=True):
        terms = glossary.occurring(item.source)
        wanted = sum(term.kind == "term" for term in terms)
        yield Answer(
            item=item,
            text=translation.text,
            failed=translation.failed,
            confidence=translation.confidence,
            terms=wanted,
            terms_kept=wanted - len(lost_terms(translation.text, terms)),
            new_tokens=translation.new_tokens,
            seconds=seconds,
        )


def _expected_terms(pipeline: Pipeline) -> Glossary:
    """The bundled glossary, for systems without one too; none for other languages than its own."""
    source, target = pipeline.settings.languages
    name = TERMS if (source, target) == ("fr", "en") else pipeline.settings.glossary
    return load_glossary(name, source_language=source, target_language=target)


def _summaries(
    part: Part, items: Sequence[Item], pipeline: Pipeline, progress: Progress
) -> Iterator[Answer]:
    if pipeline.settings.same_language:
        _ = pipeline.summarizer  # loading it isn't timed
    for number, item in enumerate(items):
        progress(number, len(items))
        article = pipeline.prepare(Document(name=item.document, text=item.source))
        started = time.perf_counter()
        [result] = pipeline.summarize([article])
        seconds = time.perf_counter() - started
        own = result.article.document.text if pipeline.settings.same_language else ""
        yield _summary(item, result, join_translations(result.translations) or own, seconds)
    progress(len(items), len(items))


def _summary(item: Item, result: Result, copied_from: str, seconds: float) -> Answer:
    summary = result.summary
    assert summary
    return Answer(
        item=item,
        text=summary.text,
        failed=summary.failed,
        copied_from=copied_from,
        max_words=summary.max_words,
        seconds=seconds,
        method=summary.method,
        revisions=summary.revisions,
    )


def _cleanings(items: Sequence[Item], progress: Progress) -> Iterator[Answer]:
    pages = {page.name: page for page in load_gold_pages(asset_folder("eval") / "gold/cleaning")}
    for number, item in enumerate(items):
        progress(number, len(items))
        started = time.perf_counter()
        kept = toolkit_cleaner(pages[item.id])
        seconds = time.perf_counter() - started
        score = score_page(pages[item.id], kept)
        yield Answer(
            item=item,
            text=re.sub(r"\n{2,}", "\n\n", kept),
            precision=score.precision,
            recall=score.recall,
            failed=tuple(
                Check(name="lost", relation="sentence", values=(each,)) for each in score.lost
            ),
            seconds=seconds,
        )
    progress(len(items), len(items))
