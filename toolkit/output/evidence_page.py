"""A summary beside its article, with what each sentence rests on: one self-contained page."""

import html
from collections.abc import Sequence

from toolkit.documents import Statement, Summary, Translation
from toolkit.results import MultiDocumentResult, Result

STYLE = (
    ":root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 20%,transparent);"
    "--mark:light-dark(#fef08a,#713f12);--flag:light-dark(#9a3412,#fdba74)}"
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem}"
    "main{display:grid;gap:2rem;grid-template-columns:minmax(16rem,2fr) 3fr}"
    "@media(max-width:48rem){main{grid-template-columns:1fr}}"
    ".summary{position:sticky;top:1rem;align-self:start}"
    ".statement{cursor:default;margin:0 0 .8rem}.statement a{text-decoration:none;font-size:.8em}"
    ".source{color:color-mix(in srgb,currentColor 65%,transparent);font-size:.9em;display:block}"
    ".sentence{border-bottom:1px solid var(--line);padding:.4rem}"
    ".sentence.end{border-bottom-width:3px}"
    ".on,:target{background:var(--mark)}.flag{color:var(--flag);font-size:.85em;display:block}"
)
# Pointing at a sentence of the summary marks what it rests on, and the other way round.
SCRIPT = """
for (const one of document.querySelectorAll("[data-links]")) {
  const ids = one.dataset.links.split(" ").filter(Boolean);
  const others = ids.map(id => document.getElementById(id));
  const mark = on => [one, ...others].forEach(each => each.classList.toggle("on", on));
  one.addEventListener("mouseenter", () => mark(true));
  one.addEventListener("mouseleave", () => mark(false));
}
"""


def evidence_page(result: Result) -> str:
    """The page as HTML. Without scripts the numbers behind each statement lead to its sentences."""
    title = result.title_text or result.article.document.name
    return _page(title, "Article", result.summary, [result])


def multi_document_page(result: MultiDocumentResult) -> str:
    """The same for one summary of several articles, which stand below one another."""
    return _page("Summary of several articles", "Articles", result.summary, result.results)


def _page(title: str, heading: str, summary: Summary | None, results: Sequence[Result]) -> str:
    sentences = [
        (result.article.document.name, sentence)
        for result in results
        for sentence in _sentences(result)
        if sentence.segment.text
    ]
    places = {
        (name, each.segment.start): number for number, (name, each) in enumerate(sentences, start=1)
    }
    statements = summary.statements if summary else ()
    links = [
        [
            places[source.document, source.start]
            for source in statement.evidence
            if (source.document, source.start) in places
        ]
        for statement in statements
    ]
    summary_html = "\n".join(
        _statement(number, statement, found)
        for number, (statement, found) in enumerate(zip(statements, links, strict=True), start=1)
    )
    article = []
    name = sentences[0][0] if len(results) == 1 and sentences else ""
    for number, (document, each) in enumerate(sentences, start=1):
        if document != name:
            name = document
            article.append(f"<h3>{html.escape(name)}</h3>")
        resting = [at for at, found in enumerate(links, start=1) if number in found]
        article.append(_sentence(number, each, resting))
    title = html.escape(title)
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n<h1>{title}</h1>\n<main>\n"
        f'<section class="summary">\n<h2>Summary</h2>\n{summary_html}\n</section>\n'
        f"<section>\n<h2>{heading}</h2>\n{chr(10).join(article)}\n</section>\n</main>\n"
        f"<script>{SCRIPT}</script>\n</html>\n"
    )


def _sentences(result: Result) -> list[Translation]:
    if result.translations:
        return list(result.translations)
    return [Translation(segment=segment, text="") for segment in result.article.segments]


def _statement(number: int, statement: Statement, places: list[int]) -> str:
    links = " ".join(f'<a href="#s{place}">{place}</a>' for place in places)
    flags = "".join(
        f'<span class="flag">{html.escape(str(check))}</span>' for check in statement.failed
    )
    targets = " ".join(f"s{place}" for place in places)
    return (
        f'<p class="statement" id="t{number}" data-links="{targets}">'
        f"{html.escape(statement.text)} {links}{flags}</p>"
    )


def _sentence(number: int, translation: Translation, statements: list[int]) -> str:
    source = html.escape(translation.segment.text)
    flags = "".join(
        f'<span class="flag">{html.escape(str(check))}</span>' for check in translation.failed
    )
    both = f'{html.escape(translation.text)}<span class="source">{source}</span>'
    targets = " ".join(f"t{statement}" for statement in statements)
    end = " end" if translation.segment.ends_paragraph else ""
    return (
        f'<div class="sentence{end}" id="s{number}" data-links="{targets}">'
        f"{both if translation.text else source}{flags}</div>"
    )
