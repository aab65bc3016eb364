"""Results as text, Markdown or JSON. In Markdown no text is taken for markup."""

import json
from collections.abc import Callable
from typing import Literal

from toolkit.cleaning import Cleaning
from toolkit.cleaning.paywall import FREE_PART
from toolkit.documents import Summary
from toolkit.output.confidence import percent
from toolkit.output.evidence_page import evidence_page, multi_document_page
from toolkit.output.markdown import escaped, inline
from toolkit.results import Caution, MultiDocumentResult, Result
from toolkit.schema import Versioned, article_record, cleaning_record, multi_document_record

Format = Literal["text", "markdown", "json", "jsonl", "csv", "html", "tmx"]
SUFFIXES: dict[Format, str] = {
    "text": ".txt",
    "markdown": ".md",
    "json": ".json",
    "jsonl": ".jsonl",
    "csv": ".csv",
    "html": ".html",
    "tmx": ".tmx",
}


def render_cleaning(cleaning: Cleaning, form: Format) -> str:
    document = cleaning.document
    if form == "text":
        return document.text + "\n"
    if form == "markdown":
        return _markdown(cleaning.title, escaped(document.text), paywalled=cleaning.paywalled)
    return _json(cleaning_record(cleaning), form)


def render_translation(result: Result, form: Format) -> str:
    if form == "text":
        return result.translation_text + "\n"
    if form == "markdown":
        return _article(result, escaped(result.translation_text))
    return _json(article_record(result), form)


def render_summary(
    result: Result, form: Format, *, with_translation: bool = False, with_evidence: bool = False
) -> str:
    """`with_evidence` puts below the summary what each of its sentences rests on."""
    if form == "html":
        return evidence_page(result)
    if form not in ("text", "markdown"):
        return _json(article_record(result), form)
    plain = _plain(form)
    parts = [plain(result.summary.text) if result.summary else ""]
    if with_evidence and result.summary:
        parts.append(_evidence(result.summary, result.caution, plain))
    if with_translation:
        heading = "## Translation\n\n" if form == "markdown" else ""
        parts.append(heading + plain(result.translation_text))
    if form == "text":
        return "\n\n".join(parts) + "\n"
    return _article(result, "\n\n".join(parts))


def render_together(
    result: MultiDocumentResult,
    form: Format,
    *,
    with_translation: bool = False,
    with_evidence: bool = False,
) -> str:
    """The summary with the numbers of the documents behind each statement, and their names."""
    if form == "html":
        return multi_document_page(result)
    if form not in ("text", "markdown"):
        return _json(multi_document_record(result), form)
    plain = _plain(form)
    numbers = {name: number for number, name in enumerate(result.documents, start=1)}
    marked, rest = "", result.summary.text
    for statement in result.summary.statements:
        sources = sorted({numbers[source.document] for source in statement.evidence})
        before, found, rest = rest.partition(statement.text)
        marked += before + found + (f" [{', '.join(map(str, sources))}]" if sources else "")
    names = "\n".join(f"[{number}] {name}" for name, number in numbers.items())
    parts = [plain(marked + rest), plain(names)]
    if with_evidence:
        parts.append(_evidence(result.summary, result.caution, plain))
    if with_translation:
        heading = "## " if form == "markdown" else ""
        parts += [
            heading
            + plain(f"[{number}] {each.title_text}".rstrip())
            + f"\n\n{plain(each.translation_text)}"
            for number, each in enumerate(result.results, start=1)
        ]
    return "\n\n".join(parts) + "\n"


def _plain(form: Format) -> Callable[[str], str]:
    """How a text is written so that it is read as it is."""
    return escaped if form == "markdown" else str


def _evidence(summary: Summary, caution: Caution, plain: Callable[[str], str]) -> str:
    """Each sentence of a summary, and indented what is wrong with it, how sure it is where that is
    doubtful, and the sentences of the article that support it.
    """
    lines = []
    documents = {
        source.document for statement in summary.statements for source in statement.evidence
    }
    several = len(documents) > 1
    for statement in summary.statements:
        lines.append(plain(statement.text))
        lines += [f"    ! {plain(str(check))}" for check in statement.failed]
        if statement.confidence is not None and caution.is_doubtful(statement):
            lines.append(f"    ? confidence {percent(statement.confidence)}")
        for each in statement.evidence:
            place = f"{each.document} " if several else ""
            found = plain(f"[{place}{each.start}-{each.end}] {each.source}")
            lines.append(f"    {percent(each.score)} of its words: {found}")
    return "\n".join(lines)


def _article(result: Result, body: str) -> str:
    return _markdown(result.title_text, body, paywalled=result.article.paywalled)


def _markdown(title: str, body: str, *, paywalled: bool) -> str:
    head = (f"# {inline(title)}\n\n" if title else "") + (
        f"*{FREE_PART.capitalize()}.*\n\n" * paywalled
    )
    return head + body + "\n"


def _json(record: Versioned, form: Format) -> str:
    indent = 2 if form == "json" else None
    return json.dumps(record.to_dict(), ensure_ascii=False, indent=indent) + "\n"
