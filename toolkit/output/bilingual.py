"""A translation beside its source: tables to read, and TMX for translators' tools."""

import html
import re
from collections.abc import Iterator
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from toolkit import __version__
from toolkit.cleaning.paywall import FREE_PART
from toolkit.documents import Statement, Translation
from toolkit.languages.identification import language_name
from toolkit.output import confidence
from toolkit.output.confidence import classes, free_part, legend, marked, percent, sureness
from toolkit.output.markdown import cell
from toolkit.results import Caution, Result

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;"
    "max-width:72rem;padding:0 1rem}table{border-collapse:collapse;width:100%}"
    "td,th{padding:.4rem .8rem;text-align:left;vertical-align:top}td[lang]{width:50%}"
    "tr{border-top:1px solid color-mix(in srgb,currentColor 20%,transparent)}"
    "tr.paragraph{border-top-width:3px}"
    ".flag{font-size:.85em;color:light-dark(#9a3412,#fdba74)}"
    "@media(max-width:30rem){table,tbody,tr,td{display:block}th{display:none}"
    "td{padding:.1rem .4rem}td[lang]{width:auto}"
    "td:nth-child(2){color:color-mix(in srgb,currentColor 65%,transparent)}}" + confidence.STYLE
)


def side_by_side(result: Result, form: Literal["markdown", "html"]) -> str:
    """Source and translation in two columns, a numbered row a sentence.

    Below a translation stand the checks that it failed; a doubtful one shows its confidence.
    """
    return _html(result) if form == "html" else _markdown(result)


def translation_memory(result: Result) -> str:
    """TMX 1.4b, a unit a sentence; a unit that failed a check says so in a note, and its confidence
    is a property.

    Characters that XML can't hold, which stand for nothing, become replacement characters.
    """
    source, target = map(quoteattr, result.languages)
    units = []
    for _, translation in result.numbered:
        notes = "".join(f"<note>{escape(str(check))}</note>" for check in translation.failed)
        if translation.confidence is not None:
            notes += f'<prop type="x-confidence">{round(translation.confidence, 3)}</prop>'
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


def remarks(sentence: Translation | Statement, caution: Caution) -> Iterator[str]:
    """Of a doubtful sentence its confidence, and the words of a translation to compare first; then
    the checks that it failed.
    """
    if sentence.confidence is not None and caution.is_doubtful(sentence):
        yield f"confidence {percent(sentence.confidence)}"
        if isinstance(sentence, Translation):
            yield from (f"{sentence.words(each)}: {each.reason}" for each in sentence.doubts)
    yield from map(str, sentence.failed)


def _markdown(result: Result) -> str:
    source_name, target_name = map(language_name, result.languages)
    rows = [f"| | {source_name} | {target_name} |", "|---|---|---|"]
    if result.article.paywalled:
        rows = [f"*{FREE_PART.capitalize()}.*", "", *rows]
    for number, translation in result.numbered:
        source = cell(translation.segment.text)
        target = cell(translation.text) + "".join(
            f"<br>({cell(note)})" for note in remarks(translation, result.caution)
        )
        rows.append(f"| {number} | {source} | {target} |")
    return "\n".join(rows) + "\n"


def _html(result: Result) -> str:
    source, target = result.languages
    title = html.escape(result.title_text or result.article.document.name)
    rows, paragraph = [], True
    for number, translation in result.numbered:
        notes = "".join(
            f'<br><span class="flag">{html.escape(str(check))}</span>'
            for check in translation.failed
        )
        identifier = "" if number == "title" else f' id="s{number}"'
        names = ["paragraph"] if paragraph else []
        rows.append(
            f'<tr{identifier}{classes(translation, *names)}><td class="number">{number}</td>'
            f'<td lang="{source}">{marked(translation)}</td>'
            f'<td lang="{target}">{marked(translation, "target")}'
            f"{sureness(translation, result.caution)}{notes}</td></tr>"
        )
        paragraph = translation.segment.ends_paragraph or number == "title"
    return (
        f'<!doctype html>\n<html lang="{target}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n<h1>{title}</h1>\n"
        + free_part(result.article)
        + legend((each for _, each in result.numbered), result.caution, result.provenance)
        + f"<table>\n<tr><th></th><th>{language_name(source)}</th>"
        f"<th>{language_name(target)}</th></tr>\n" + "\n".join(rows) + "\n</table>\n</html>\n"
    )
