"""A summary beside its article, with what each sentence rests on: one self-contained page."""

import html
from collections.abc import Iterable, Sequence

from toolkit.documents import Statement, Translation
from toolkit.output import confidence
from toolkit.output.confidence import classes, free_part, legend, marked, percent, sureness
from toolkit.results import Caution, MultiDocumentResult, Number, Result, numbered

STYLE = (
    ":root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 20%,transparent);"
    "--mark:light-dark(#fef08a,#713f12);--flag:light-dark(#9a3412,#fdba74)}"
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem}"
    "main{display:grid;gap:2rem;grid-template-columns:minmax(16rem,2fr) 3fr}"
    "@media(max-width:48rem){main{grid-template-columns:1fr}}"
    ".summary{position:sticky;top:1rem;align-self:start}"
    ".statement{cursor:default;margin:0 0 .4rem;padding:.2rem .4rem}"
    ".statement a{text-decoration:none;font-size:.8em}"
    ".source{color:color-mix(in srgb,currentColor 65%,transparent);font-size:.9em;display:block}"
    ".sentence{border-bottom:1px solid var(--line);padding:.4rem}"
    ".sentence.end{border-bottom-width:3px}"
    f"{confidence.STYLE}.on,:target{{background:var(--mark)}}"
    ".flag{color:var(--flag);font-size:.85em;display:block}"
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
    return _page(title, "Article", [result], result)


def multi_document_page(result: MultiDocumentResult) -> str:
    """The same for one summary of several articles, which stand below one another."""
    title = "Summary of several articles"
    return _page(title, "Articles", result.results, result)


def _page(
    title: str, heading: str, results: Sequence[Result], whole: Result | MultiDocumentResult
) -> str:
    caution = whole.caution
    several = len(results) > 1
    free = {result.article.document.name: free_part(result.article) for result in results}
    sentences = [
        (result.article.document.name, f"{at}.{number}" if several else str(number), each)
        for at, result in enumerate(results, start=1)
        for number, each in _numbered(result)
    ]
    places = {
        (name, each.segment.start): number
        for name, number, each in sentences
        if not number.endswith("title")
    }
    statements = whole.summary.statements if whole.summary else ()
    links = [
        [
            places[source.document, source.start]
            for source in statement.evidence
            if (source.document, source.start) in places
        ]
        for statement in statements
    ]
    summary_html = "\n".join(
        _statement(number, statement, found, caution)
        for number, (statement, found) in enumerate(zip(statements, links, strict=True), start=1)
    )
    article = []
    name = "" if several else results[0].article.document.name
    for document, number, each in sentences:
        if document != name:
            name = document
            article.append(f"<h3>{html.escape(name)}</h3>\n{free[name]}")
        resting = [at for at, found in enumerate(links, start=1) if number in found]
        article.append(_sentence(number, each, resting, caution))
    title = html.escape(title)
    known: list[Statement | Translation] = [*statements, *(each for _, _, each in sentences)]
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n<h1>{title}</h1>\n"
        f"{'' if several else free[name]}{legend(known, caution, whole.provenance)}<main>\n"
        f'<section class="summary">\n<h2>Summary</h2>\n{summary_html}\n</section>\n'
        f"<section>\n<h2>{heading}</h2>\n{chr(10).join(article)}\n</section>\n</main>\n"
        f"<script>{SCRIPT}</script>\n</html>\n"
    )


def _numbered(result: Result) -> Iterable[tuple[Number, Translation]]:
    if result.translations:
        return result.numbered
    return numbered(Translation(segment=segment, text="") for segment in result.article.segments)


def _statement(number: int, statement: Statement, places: list[str], caution: Caution) -> str:
    links = " ".join(f'<a href="#s{place}">{place}</a>' for place in places)
    flags = "".join(
        f'<span class="flag">{html.escape(str(check))}</span>' for check in statement.failed
    )
    targets = " ".join(f"s{place}" for place in places)
    hover = ""
    if statement.confidence is not None:
        hover = f' title="confidence {percent(statement.confidence)}"'
    return (
        f'<p{classes(statement, "statement")} id="t{number}" data-links="{targets}"{hover}>'
        f"{html.escape(statement.text)}{sureness(statement, caution)} {links}{flags}</p>"
    )


def _sentence(
    number: str, translation: Translation, statements: list[int], caution: Caution
) -> str:
    source = marked(translation)
    flags = "".join(
        f'<span class="flag">{html.escape(str(check))}</span>' for check in translation.failed
    )
    sure = sureness(translation, caution)
    both = f'{marked(translation, "target")}{sure}<span class="source">{source}</span>'
    targets = " ".join(f"t{statement}" for statement in statements)
    names = ["sentence", "end"] if translation.segment.ends_paragraph else ["sentence"]
    identifier = "" if number.endswith("title") else f' id="s{number}"'
    return (
        f'<div{classes(translation, *names)}{identifier} data-links="{targets}">'
        f'<span class="number">{number}</span> {both if translation.text else source}{flags}</div>'
    )
