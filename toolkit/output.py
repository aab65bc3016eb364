"""Results as text, Markdown or JSON."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Literal

from toolkit.cleaning import Cleaning
from toolkit.documents import Block, Check, Summary, Translation
from toolkit.evidence import digest_page, evidence_page
from toolkit.results import Digest, Result

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
        return _markdown(cleaning.title, document.text)
    return _json(
        {
            "document": _document(document.name, document.encoding, cleaning.title),
            "metadata": dict(document.metadata),
            "record": dict(document.record),
            "text": document.text,
            "digest": cleaning.digest,
            "title": cleaning.title,
            "steps": list(cleaning.steps),
            "changes": [
                {"step": each.step, "line": each.line, "before": each.before, "after": each.after}
                for each in cleaning.changes
            ],
            "unsure": [{"line": line, "word": word} for line, word in cleaning.unsure],
            "lines": _lines(cleaning.blocks),
        },
        form,
    )


def render_translation(result: Result, form: Format) -> str:
    if form == "text":
        return result.translation_text + "\n"
    if form == "markdown":
        return _markdown(result.title_text, result.translation_text)
    return _json(_result(result), form)


def render_summary(
    result: Result, form: Format, *, with_translation: bool = False, with_evidence: bool = False
) -> str:
    """`with_evidence` puts below the summary what each of its sentences rests on."""
    if form == "html":
        return evidence_page(result)
    if form not in ("text", "markdown"):
        return _json(_result(result), form)
    parts = [result.summary.text if result.summary else ""]
    if with_evidence and result.summary:
        parts.append(_evidence(result.summary))
    if with_translation:
        heading = "## Translation\n\n" if form == "markdown" else ""
        parts.append(heading + result.translation_text)
    if form == "text":
        return "\n\n".join(parts) + "\n"
    return _markdown(result.title_text, "\n\n".join(parts))


def render_digest(
    digest: Digest, form: Format, *, with_translation: bool = False, with_evidence: bool = False
) -> str:
    """The summary with the numbers of the documents behind each statement, and their names."""
    if form == "html":
        return digest_page(digest)
    if form not in ("text", "markdown"):
        return _json(_digest(digest), form)
    numbers = {name: number for number, name in enumerate(digest.documents, start=1)}
    marked, rest = "", digest.summary.text
    for statement in digest.summary.statements:
        told = sorted({numbers[each.document] for each in statement.evidence})
        before, found, rest = rest.partition(statement.text)
        marked += before + found + (f" [{', '.join(map(str, told))}]" if told else "")
    names = "\n".join(f"[{number}] {name}" for name, number in numbers.items())
    parts = [marked + rest, names]
    if with_evidence:
        parts.append(_evidence(digest.summary))
    if with_translation:
        heading = "## " if form == "markdown" else ""
        parts += [
            f"{heading}[{number}] {result.title_text}".rstrip() + f"\n\n{result.translation_text}"
            for number, result in enumerate(digest.results, start=1)
        ]
    return "\n\n".join(parts) + "\n"


def _evidence(summary: Summary) -> str:
    """Each sentence of a summary, and indented the sentences of the article that support it."""
    lines = []
    several = len({each.document for told in summary.statements for each in told.evidence}) > 1
    for statement in summary.statements:
        lines.append(statement.text)
        lines += [f"    ! {check.name}: {check.detail}" for check in statement.failed]
        for each in statement.evidence:
            place = f"{each.document} " if several else ""
            lines.append(f"    {each.score:.2f}  [{place}{each.start}-{each.end}] {each.source}")
    return "\n".join(lines)


def _markdown(title: str, body: str) -> str:
    return (f"# {title}\n\n" if title else "") + body + "\n"


def _json(value: dict[str, Any], form: Format) -> str:
    indent = 2 if form == "json" else None
    return json.dumps(value, ensure_ascii=False, indent=indent) + "\n"


def _result(result: Result) -> dict[str, Any]:
    value = _article(result)
    if result.summary:
        value["summary"] = _summary(result.summary)
    return value | _made(result)


def _article(result: Result) -> dict[str, Any]:
    article = result.article
    title = "".join(segment.text + segment.after for segment in article.title)
    return {
        "document": _document(article.document.name, article.document.encoding, title),
        "metadata": dict(article.document.metadata),
        "record": dict(article.document.record),
        "cleaning": {"steps": list(article.steps), "lines": _lines(article.blocks)},
        "source": article.document.text,
        "title": result.title_text,
        "translation": result.translation_text,
        "segments": [_segment(translation) for translation in result.translations],
    }


def _digest(digest: Digest) -> dict[str, Any]:
    documents = [_article(result) for result in digest.results]
    told = {"summary": _summary(digest.summary), "strangers": list(digest.strangers)}
    return {"documents": documents} | told | _made(digest)


def _made(made: Result | Digest) -> dict[str, Any]:
    seconds = {stage: round(seconds, 3) for stage, seconds in made.seconds.items()}
    return {"provenance": dict(made.provenance), "seconds": seconds}


def _summary(summary: Summary) -> dict[str, Any]:
    return {
        "text": summary.text,
        "words": summary.words,
        "max_words": summary.max_words,
        "method": summary.method,
        "attempts": summary.attempts,
        "guards": list(summary.guards),
        "failed": _checks(summary.failed),
        "statements": [asdict(each) for each in summary.statements],
    }


def _document(name: str, encoding: str, title: str) -> dict[str, str]:
    return {"name": name, "encoding": encoding, "title": title}


def _lines(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    return [
        {
            "line": block.line,
            "kept": block.kept,
            "reason": block.reason,
            "score": block.score,
            "evidence": dict(block.evidence),
            "text": block.text,
        }
        for block in blocks
    ]


def _segment(translation: Translation) -> dict[str, Any]:
    segment = translation.segment
    return {
        "start": segment.start,
        "source": segment.text,
        "target": translation.text,
        "new_tokens": translation.new_tokens,
        "tries": translation.tries,
        "ends_paragraph": segment.ends_paragraph,
        "failed": _checks(translation.failed),
        "unanswered": [asdict(each) for each in translation.unanswered],
    }


def _checks(checks: Iterable[Check]) -> list[dict[str, str]]:
    return [{"name": check.name, "detail": check.detail} for check in checks]
