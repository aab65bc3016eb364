import pytest
from pydantic import ValidationError

from toolkit.errors import UsageError
from toolkit.server.requests import (
    Edit,
    JobRequest,
    RequestOptions,
    TextRequest,
    adapted,
    safe_name,
    settings_of,
)
from toolkit.settings import Settings, make_settings

NOBODY = frozenset[str]()


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({}, {}),
        ({"source": "en", "target": "fr"}, {"source_language": "en", "target_language": "fr"}),
        (
            {"length": "detailed", "style": "bullets", "max_words": 50},
            {"length": "detailed", "style": "bullets", "max_words": 50},
        ),
        ({"glossary": "none", "quality": "fast"}, {"glossary": "none", "quality": "fast"}),
        ({"glossary": "tsv:chat\tcat"}, {"glossary": "tsv:chat\tcat"}),
        ({"model": "qwen3-4b"}, {"model": "qwen3-4b", "translator": None, "summarizer": None}),
        ({"model": "own"}, {"model": "own", "translator": None}),
        ({"summarizer": "lead-3"}, {"summarizer": "lead-3"}),
        ({"source": "auto"}, {"source_language": "auto"}),
    ],
)
def test_a_request_changes_what_it_names(options, changes):
    own = make_settings(translator="opus-mt-fr-en", threads=3)
    found = settings_of(RequestOptions(**options), own, known=frozenset({"own"}))
    assert found.model_dump() == own.model_dump() | changes
    assert found.threads == 3


def test_doubtful_sentences_are_marked_where_a_request_gives_the_limit():
    own = make_settings()
    assert not settings_of(RequestOptions(), own, known=NOBODY).caution.mark
    assert settings_of(RequestOptions(min_confidence=0.5), own, known=NOBODY).caution.mark


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"model": "/etc/passwd"}, "there is no model '/etc/passwd'"),
        ({"translator": "../models/x"}, "there is no model"),
        ({"summarizer": "owner/repository"}, "there is no model"),
        ({"model": "fake"}, "there is no model"),
        ({"glossary": "/home/me/terms.tsv"}, "there is no glossary"),
        ({"glossary": "terms.csv"}, "there is no glossary"),
        ({"source": "klingon"}, "is not a language code"),
        ({"target": "EN"}, "is not a language code"),
        ({"source": "xx"}, "the language 'xx' is not known here"),
        ({"target": "de"}, "the language 'de' is not known here"),
    ],
)
def test_no_request_names_a_file_or_what_there_is_not(options, said):
    with pytest.raises(UsageError, match=said):
        settings_of(RequestOptions(**options), make_settings(), known=NOBODY)


def test_of_an_endpoint_only_the_servers_own_model_is_used():
    own = make_settings("llama3", endpoint="http://127.0.0.1:11434/v1")
    assert settings_of(RequestOptions(model="llama3"), own, known=NOBODY).model == "llama3"
    with pytest.raises(UsageError, match="from an endpoint"):
        settings_of(RequestOptions(model="qwen3-4b"), own, known=NOBODY)


@pytest.mark.parametrize("setting", ["threads", "device", "endpoint", "cache_file", "max_tries"])
def test_what_is_the_servers_own_can_not_be_asked_for(setting):
    assert setting in Settings.model_fields
    with pytest.raises(ValidationError, match="Extra inputs"):
        RequestOptions.model_validate({setting: "1"})


@pytest.mark.parametrize(
    "asked",
    [
        {"text": ""},
        {"text": 7},
        {"text": ["a"]},
        {"text": "a", "options": {"max_words": 4}},
        {"text": "a", "options": {"min_confidence": 1.5}},
        {"text": "a", "options": {"length": "endless"}},
        {"text": "a", "unknown": 1},
        {"text": "half \ud800"},
        {"text": "a", "name": "\udfff"},
    ],
)
def test_what_makes_no_sense_is_refused(asked):
    with pytest.raises(ValidationError):
        TextRequest.model_validate(asked)


def test_a_job_is_about_one_thing():
    with pytest.raises(ValidationError, match="not both"):
        JobRequest(task="clean", text="a", url="https://example.org")
    assert JobRequest(task="clean").text is None, "files come beside it"


def test_what_was_given_is_told_again():
    options = {"source": "auto", "cleaned": True}
    assert RequestOptions(**options).given() == options


def test_a_result_can_be_read_whatever_models_there_are_by_now():
    options = RequestOptions(model="gone", min_confidence=0.3)
    found = adapted(options, make_settings())
    assert (found.model, found.caution.min_confidence) == ("gone", 0.3)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("page.html", "page.html"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\page.txt", "page.txt"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
        ("\x1b[31mred\u202e.txt", "[31mred.txt"),
        ("été.txt", "été.txt"),
        ("", "text"),
        (None, "text"),
        ("/", "text"),
        ("x" * 500, "x" * 120),
        ("https://example.org/news/story?x=1", "story?x=1"),
    ],
)
def test_a_name_is_no_path_and_no_order(name, safe):
    assert safe_name(name) == safe


def test_many_unknown_fields_are_one_error():
    with pytest.raises(ValidationError) as refused:
        TextRequest.model_validate({"text": "Oui.", **{f"field {i}": 1 for i in range(1000)}})
    assert len(refused.value.errors()) == 1


def test_a_correction_holds_nothing_that_a_terminal_obeys():
    edit = Edit.model_validate({"target": "Il dort\u00a0:\n\x1b[31m« Oui\x00 »\x07"})
    assert edit.target == "Il dort\u00a0:\n[31m« Oui »"
