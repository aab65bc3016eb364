import json

import pytest

from tests.server.helpers import FRENCH
from toolkit.documents import Document
from toolkit.engines.fake import FakeEngine
from toolkit.errors import InputError, LanguageError, UsageError
from toolkit.pipeline import Pipeline
from toolkit.server.requests import RequestOptions, settings_of
from toolkit.server.work import directed, do, document_of, source_of
from toolkit.settings import make_settings

ENGLISH = "The president of the republic hopes to meet the chancellor in Berlin in June, he said."


@pytest.fixture
def own():
    return make_settings("own", cache=False, lexicon=False, glossary="none", max_tries=1)


def pipeline_of(settings):
    return Pipeline(settings, engines={"own": FakeEngine(str.upper, family="seq2seq")})


def done(task, text, own, **options):
    asked = RequestOptions(**options)
    settings = settings_of(asked, own, known=frozenset({"own"}))
    document = document_of("page", "page", text.encode(), settings)
    return json.loads(do(task, document, settings, asked, pipeline_of))


def test_it_writes_what_the_command_line_writes(own, capsys, tmp_path):
    from toolkit.cli.main import main

    page = tmp_path / "page"
    page.write_text(FRENCH, "utf-8")
    made = done("clean", FRENCH, own)
    assert main(["clean", str(page), "--format", "json"]) == 0
    theirs = json.loads(capsys.readouterr().out)
    theirs["document"]["name"] = "page"
    assert made == theirs


def test_a_text_is_translated_and_summarized(own):
    made = done("translate", FRENCH, own)
    assert made["translation"] == FRENCH.upper()
    assert "summary" not in made
    assert done("summarize", FRENCH, own, summarizer="lead-3")["summary"]["method"] == "lead-3"


def test_an_article_is_taken_as_it_is(own):
    furniture = f"Lire aussi\n{FRENCH}\nPartager"
    assert "PARTAGER" not in done("translate", furniture, own)["translation"]
    assert "PARTAGER" in done("translate", furniture, own, cleaned=True)["translation"]
    assert "Partager" in done("clean", furniture, own, cleaned=True)["text"]


def test_html_is_read_as_such_unless_a_client_says_otherwise(own):
    page = f"<html><body><p>{FRENCH}</p></body></html>".encode()
    for source, text in (("page", FRENCH), ("html", FRENCH), ("text", page.decode())):
        assert document_of("page", source, page, own).text.strip() == text
    assert [source_of(each) for each in (None, True, False)] == ["page", "html", "text"]


def test_a_file_is_read_by_its_name_and_its_bytes(own):
    assert document_of("a.txt", "file", "Été à Paris.".encode("cp1252"), own).text == "Été à Paris."
    page = b"<html><body><p>Bonjour tout le monde.</p></body></html>"
    assert "<p>" not in document_of("a.html", "file", page, own).text
    for name, data, said in (
        ("a.jsonl", b'{"text": "a"}', "holds many texts"),
        ("a.txt", b"", "is empty"),
        ("a.txt", b"\x00\x01\x02\xff" * 100, "a.txt"),
    ):
        with pytest.raises(InputError, match=said):
            document_of(name, "file", data, own)


def test_the_language_is_found_out_where_that_is_asked_for(own):
    made = done("translate", ENGLISH, own, source="auto", target="fr")
    assert made["provenance"]["translation"]["languages"] == ["en", "fr"]
    unsure = directed(
        Document(name="page", text="Ok."),
        own.model_copy(update={"source_language": "auto"}),
        cleaned=True,
    )
    assert unsure.source_language == "fr"


def test_a_language_that_was_named_is_not_checked(own):
    with pytest.raises(LanguageError, match="looks English"):
        done("translate", ENGLISH, own)
    assert done("translate", ENGLISH, own, source="fr")["translation"] == ENGLISH.upper()
    with pytest.raises(UsageError, match="nothing to translate from en to en"):
        done("translate", ENGLISH, own, source="auto")


def test_a_text_that_is_too_long_is_refused(own):
    short = own.model_copy(update={"max_document_chars": 50})
    with pytest.raises(InputError, match="over the limit"):
        done("translate", FRENCH, short)
