import json
import re
from io import BytesIO
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from docx import Document

from tests.server.helpers import FRENCH, begun, client_of, finished, service_of
from toolkit.engines.fake import FakeEngine
from toolkit.server import exports
from toolkit.server.errors import ApiError
from toolkit.server.exports import Export, export
from toolkit.server.history import Job
from toolkit.settings import make_settings

DISPOSITION = re.compile('(\\w+); filename="([^"]+)"; filename\\*=UTF-8\'\'([\\w.%~-]+)')
SAID = "President Emmanuel Macron hopes to meet Chancellor Olaf Scholz in Berlin in June."


@pytest.fixture(scope="module")
def made():
    """The records of jobs, by their task."""
    with client_of(service_of(FakeEngine(lambda prompt: SAID))) as client:
        return {
            task: finished(client, begun(client, task=task)["id"])["result"]
            for task in ("clean", "translate", "summarize")
        }


def exported(made, task, form, *, name="page.txt", edits=None):
    job = Job(task=task, name=name, source="text")
    return export(job, made[task], form, own=make_settings("own"), edits=edits or {})


def test_texts_have_what_was_made(made):
    texts = {task: exported(made, task, "txt").content.decode() for task in made}
    assert texts["clean"] == f"{FRENCH}\n"
    assert texts["translate"] == f"{made['translate']['translation']}\n"
    assert texts["summarize"].startswith(made["summarize"]["summary"]["text"])
    assert made["summarize"]["translation"] in texts["summarize"]
    markdown = exported(made, "summarize", "md").content.decode()
    assert made["summarize"]["translation"] in markdown


def test_pages_show_both_sides(made):
    for task in ("translate", "summarize"):
        page = exported(made, task, "html")
        assert page.media_type == "text/html; charset=utf-8"
        assert "Emmanuel Macron espère" in page.content.decode()
        assert "President Emmanuel Macron hopes" in page.content.decode()


def test_documents_for_word_processors_show_both_sides(made):
    for task in ("translate", "summarize"):
        document = Document(BytesIO(exported(made, task, "docx").content))
        (table,) = document.tables
        assert "Emmanuel Macron espère" in table.cell(1, 0).text
        assert "President Emmanuel Macron hopes" in table.cell(1, 1).text


def test_a_document_that_nothing_can_write_is_told(made, monkeypatch):
    monkeypatch.setattr(exports, "writes_docx", lambda: False)
    with pytest.raises(ApiError, match="pip install python-docx"):
        exported(made, "translate", "docx")


def test_what_was_edited_is_what_is_taken_away(made):
    edits = {"1": "He hopes so & <b>."}
    for form, said in (("txt", "He hopes so & <b>."), ("md", "He hopes so & &lt;b>.")):
        assert said in exported(made, "translate", form, edits=edits).content.decode()
    assert "&lt;b&gt;" in exported(made, "translate", "html", edits=edits).content.decode()
    memory = ElementTree.fromstring(exported(made, "translate", "tmx", edits=edits).content)
    assert "He hopes so & <b>." in [each.text for each in memory.iter("seg")]
    record = json.loads(exported(made, "translate", "json", edits=edits).content)
    assert record["segments"][0]["edited"] == "He hopes so & <b>."


def test_no_text_is_markup_in_markdown(made):
    record = {"title": "# [a](http://a.example)", "text": "![a](http://a.example)\n# <b>"}
    job = Job(task="clean", name="page.txt", source="text")
    cleaned = export(job, made["clean"] | record, "md", own=make_settings("own"), edits={})
    said = "# # [a\\](http://a.example)\n\n![a\\](http://a.example)\n\\# &lt;b>\n"
    assert cleaned.content.decode() == said


@pytest.mark.parametrize(
    ("task", "form", "code"),
    [
        ("translate", "exe", "unknown_format"),
        ("translate", "../txt", "unknown_format"),
        ("clean", "tmx", "no_translation"),
        ("clean", "html", "no_translation"),
        ("clean", "docx", "no_translation"),
    ],
)
def test_what_there_is_not_is_told(made, task, form, code):
    with pytest.raises(ApiError) as caught:
        exported(made, task, form)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "form", "filed"),
    [
        ("page.html", "txt", "page.txt"),
        ("text", "json", "text.json"),
        ("L'été à Paris.md", "md", "L'été à Paris.md"),
        ('a"; x="b.txt', "txt", 'a"; x="b.txt'),
        ("1.5 millions de personnes", "txt", "1.5 millions de personnes.txt"),
    ],
)
def test_a_file_has_the_name_of_the_text(made, name, form, filed):
    found = exported(made, "translate", form, name=name)
    assert found.name == filed
    kind, plain, extended = DISPOSITION.fullmatch(found.headers["Content-Disposition"]).groups()
    assert kind == "attachment"
    assert unquote(extended) == filed
    assert plain.isascii()


def test_a_name_can_not_add_a_header():
    disposition = Export("a\\b%2f.txt", "text/plain", b"").headers["Content-Disposition"]
    assert 'filename="a_b_2f.txt"' in disposition
