"""A translation beside its source: tables to read, and TMX for translators' tools."""

import html
import re
from collections.abc import Iterator
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from toolkit import __version__
from toolkit.documents import Translation
from toolkit.languages.identification import language_name
from toolkit.results import Result

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;"
    "max-width:72rem;padding:0 1rem}table{border-collapse:collapse;width:100%}"
    "td,th{padding:.4rem .8rem;text-align:left;vertical-align:top;width:50%}"
    "tr{border-top:1px solid color-mix(in srgb,currentColor 20%,transparent)}"
    "tr.paragraph{border-top-width:3px}"
    "mark{background:none;color:inherit;text-decoration:underline dotted;cursor:help}"
    ".flag{font-size:.85em;color:light-dark(#9a3412,#fdba74)}"
)


def side_by_side(result: Result, form: Literal["markdown", "html"]) -> str:
    """Source and translation in two columns, a row a sentence; failed checks stand below."""
    return _html(result) if form == "html" else _markdown(result)


def translation_memory(result: Result) -> str:
    """TMX 1.4b, a unit a sentence; a unit that failed a check says so in a note.

    Characters that XML can't hold, which stand for nothing, become replacement characters.
    """
    source, target = map(quoteattr, result.languages)
    units = []
    for translation in _sentences(result):
        notes = "".join(f"<note>{escape(note)}</note>" for note in _notes(translation))
        units.append(
            f"    <tu>{notes}\n"
            f"      <tuv xml:lang={source}><seg>{escape(translation.segment.text)}</seg></tuv>\n"
            f"      <tuv xml:lang={target}><seg>{escape(translation.text)}</seg></tuv>\n"
            "    </tu>\n"
        )
    return NOT_XML.sub(
        "\ufffd",
        '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n'
        f'  <header creationtool="toolkit" creationtoolversion={quoteattr(__version__)} '
        f'segtype="sentence" o-tmf="toolkit" adminlang="en" srclang={source} '
        'datatype="plaintext"/>\n'
        f"  <body>\n{''.join(units)}  </body>\n</tmx>\n",
    )


def _sentences(result: Result) -> Iterator[Translation]:
    return (each for each in (*result.title, *result.translations) if each.segment.text)


def _notes(translation: Translation) -> list[str]:
    return list(map(str, translation.failed))


def _marked(translation: Translation) -> str:
    """The source as HTML, with the words that nothing answers marked and what they can mean."""
    text, end, parts = translation.segment.text, 0, []
    for word in translation.unanswered:
        title = html.escape(", ".join(meaning.word for meaning in word.meanings))
        parts.append(html.escape(text[end : word.start]))
        parts.append(f'<mark title="{title}">{html.escape(text[word.start : word.end])}</mark>')
        end = word.end
    return "".join(parts) + html.escape(text[end:])


def _markdown(result: Result) -> str:
    source_name, target_name = map(language_name, result.languages)
    rows = [f"| {source_name} | {target_name} |", "|---|---|"]
    for translation in _sentences(result):
        notes = "".join(f"<br>({note})" for note in _notes(translation))
        source, target = translation.segment.text, translation.text + notes
        cells = (cell.replace("|", "\\|").replace("\n", " ") for cell in (source, target))
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _html(result: Result) -> str:
    source, target = result.languages
    title = html.escape(result.title_text or result.article.document.name)
    rows, paragraph = [], True
    for translation in _sentences(result):
        notes = "".join(
            f'<br><span class="flag">{html.escape(n)}</span>' for n in _notes(translation)
        )
        rows.append(
            f"<tr{' class=paragraph' if paragraph else ''}>"
            f'<td lang="{source}">{_marked(translation)}</td>'
            f'<td lang="{target}">{html.escape(translation.text)}{notes}</td></tr>'
        )
        paragraph = translation.segment.ends_paragraph or translation in result.title
    return (
        f'<!doctype html>\n<html lang="{target}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n<h1>{title}</h1>\n<table>\n"
        f"<tr><th>{language_name(source)}</th><th>{language_name(target)}</th></tr>\n"
        + "\n".join(rows)
        + "\n</table>\n</html>\n"
    )
