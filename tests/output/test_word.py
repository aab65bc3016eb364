from dataclasses import replace
from io import BytesIO

import pytest

pytest.importorskip("docx", reason="the extra serve is not installed")
from docx import Document
from docx.enum.text import WD_UNDERLINE

from tests.helpers import cut_off, doubted, failed_checks, result_of
from toolkit.documents import Doubt
from toolkit.output.word import word_document

PAIRS = [("Un chat\tnoir.", "A hat."), ("Un chien.", "A <dog>.")]


def opened(result):
    return Document(BytesIO(word_document(result)))


def paragraphs(document):
    return [(each.style.name, each.text) for each in document.paragraphs]


def languages(paragraph):
    return [each.element.rPr.xpath("w:lang/@w:val") for each in paragraph.runs if each.text]


def test_a_summary_names_the_sentences_that_it_rests_on():
    result = result_of(*PAIRS, statements=[("A dog & a hat.", [2, 1]), ("All.", [])])
    document = opened(result)
    assert paragraphs(document) == [
        ("Title", "a.txt"),
        ("Heading 1", "Summary"),
        ("List Bullet", "A dog & a hat."),
        ("List Bullet 2", "2. Un chien."),
        ("List Bullet 2", "1. Un chat\tnoir."),
        ("List Bullet", "All."),
        ("Heading 1", "Translation"),
    ]
    assert languages(document.paragraphs[3]) == [["en"], ["fr"]]
    assert document.core_properties.author == "toolkit"


def test_source_and_translation_stand_in_two_columns():
    (table,) = opened(result_of(*PAIRS)).tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows == [
        ["French", "English"],
        ["1. Un chat\tnoir.", "A hat."],
        ["2. Un chien.", "A <dog>."],
    ]
    assert table.rows[0]._tr.xpath("w:trPr/w:tblHeader")


def test_doubts_are_marked_with_their_reasons():
    doubts = (Doubt(3, 7, "a hat is no cat"), Doubt(2, 5, "uncertain", "target"))
    result = result_of(*PAIRS, failed=failed_checks(), statements=[("A hat.", [1])])
    document = opened(doubted(result, 0.384, 0.9, doubts=doubts, title=("Bêtes", "Pets", 0.2)))
    (table,) = document.tables
    assert table.cell(1, 0).text == "Title: Bêtes"
    source, target = table.rows[2].cells
    for cell, words in ((source, "chat"), (target, "hat")):
        runs = cell.paragraphs[0].runs
        assert [each.text for each in runs if each.underline == WD_UNDERLINE.DOTTED] == [words]
    said = [each.text for each in target.paragraphs]
    assert said[:4] == [
        "A hat.",
        "confidence 38%",
        "chat: a hat is no cat",
        "hat: uncertain",
    ]
    assert said[4:] == [str(check) for check in failed_checks()] != []
    assert any("dotted line" in text for _, text in paragraphs(document))
    assert table.cell(3, 1).text == "A <dog>."


def test_what_xml_can_not_hold_is_replaced():
    (table,) = opened(result_of(("Un\x0c\ud800.", "A\0."))).tables
    assert [cell.text for cell in table.rows[1].cells] == ["1. Un\ufffd\ufffd.", "A\ufffd."]


def test_an_article_that_breaks_off_says_so_and_one_without_a_translation_has_no_table():
    result = cut_off(result_of(*PAIRS, statements=[("A dog.", [2])]))
    document = opened(replace(result, translations=()))
    assert "Only the free part" in document.paragraphs[1].text
    assert ("List Bullet 2", "Un chien.") in paragraphs(document)
    assert not document.tables
