"""A summary and a translation beside its source as a document for word processors."""

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO

from docx import Document
from docx.document import Document as Word
from docx.enum.text import WD_UNDERLINE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.table import _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from toolkit.cleaning.paywall import FREE_PART
from toolkit.documents import Side, Statement, Summary, Translation
from toolkit.languages.identification import language_name
from toolkit.output.bilingual import NOT_XML, remarks
from toolkit.output.confidence import pieces, unjudged
from toolkit.results import Number, Result

LEGEND = (
    "Words with a dotted line are those to compare first; below the translation stand the reasons. "
    "The confidence of a doubtful sentence is the probability that it misleads nobody."
)


def word_document(result: Result) -> bytes:
    """The file in the format docx: title, summary with the sentences that each statement rests on,
    and the translation beside its source, a row a sentence with what is doubtful about it.

    Characters that XML can't hold, which stand for nothing, become replacement characters.
    """
    document = Document()
    title = _text(result.title_text or result.article.document.name)
    _describe(document, title, result.languages[1])
    document.add_heading(title, level=0)
    if result.article.paywalled:
        document.add_paragraph(f"{FREE_PART.capitalize()}.")
    if result.summary:
        _add_summary(document, result.summary, result)
    if result.translations:
        document.add_heading("Translation", level=1)
        if any(each.confidence is not None for _, each in result.numbered):
            model = unjudged(result.provenance)
            rough = f" For {model} this is a rough guess." if model else ""
            document.add_paragraph(LEGEND + rough)
        _add_table(document, result)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def _describe(document: Word, title: str, language: str) -> None:
    """What the file says of itself, where its template has another author and date."""
    about = document.core_properties
    about.title, about.language = title[:255], language
    about.author, about.comments = "toolkit", ""
    about.created = about.modified = datetime.now(UTC).replace(tzinfo=None)


def _add_summary(document: Word, summary: Summary, result: Result) -> None:
    document.add_heading("Summary", level=1)
    numbers = {each.segment.start: number for number, each in result.numbered if number != "title"}
    for check in summary.failed:
        document.add_paragraph(_text(str(check))).runs[0].italic = True
    for statement in summary.statements:
        _add_statement(document, statement, numbers, result)


def _add_statement(
    document: Word, statement: Statement, numbers: Mapping[int, Number], result: Result
) -> None:
    source, target = result.languages
    paragraph = document.add_paragraph(style="List Bullet")
    _add_run(paragraph, statement.text, target)
    for remark in remarks(statement, result.caution):
        _add_run(paragraph, f" ({remark})", target).italic = True
    for each in statement.evidence:
        quoted = document.add_paragraph(style="List Bullet 2")
        number = numbers.get(each.start)
        _add_run(quoted, f"{number}. " if number else "", target)
        _add_run(quoted, each.source, source)


def _add_table(document: Word, result: Result) -> None:
    table = document.add_table(rows=1 + len(result.numbered), cols=2, style="Table Grid")
    head, *rows = table.rows
    for cell, language in zip(head.cells, result.languages, strict=True):
        cell.paragraphs[0].add_run(language_name(language)).bold = True
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # it stands on each page
    for row, (number, translation) in zip(rows, result.numbered, strict=True):
        _fill(row, number, translation, result)


def _fill(row: _Row, number: Number, translation: Translation, result: Result) -> None:
    source, target = row.cells
    languages = result.languages
    beside = source.paragraphs[0]
    _add_run(beside, f"{number}. " if number != "title" else "Title: ", languages[1])
    _add_marked(beside, translation, "source", languages[0])
    _add_marked(target.paragraphs[0], translation, "target", languages[1])
    for remark in remarks(translation, result.caution):
        _add_run(target.add_paragraph(), remark, languages[1]).italic = True


def _add_marked(paragraph: Paragraph, translation: Translation, side: Side, language: str) -> None:
    for text, reasons in pieces(translation, side):
        run = _add_run(paragraph, text, language)
        if reasons:
            run.underline = WD_UNDERLINE.DOTTED


def _add_run(paragraph: Paragraph, text: str, language: str) -> Run:
    """Text that is checked by the spelling of its `language`."""
    run = paragraph.add_run(_text(text))
    mark = OxmlElement("w:lang")
    mark.set(qn("w:val"), language)
    run.element.get_or_add_rPr().append(mark)
    return run


def _text(text: str) -> str:
    return NOT_XML.sub("\ufffd", text)
