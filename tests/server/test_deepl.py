import json
from contextlib import closing

import deepl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.compatible import compatible_client, compatible_service
from tests.server.serving import served
from toolkit.server.app import create_app
from toolkit.server.deepl import MAX_TEXTS
from toolkit.server.keys import add_key

FRENCH = "Le ministre est arrivé lundi à Paris."
ENGLISH = "The minister arrived in Paris on Monday."
ASKED = {"text": ["Il dort."], "target_lang": "EN-US"}


@pytest.fixture(scope="module")
def client():
    with compatible_client(max_sync_chars=2000) as client:
        yield client


def refused(response, status=400):
    """What the answer says is wrong."""
    assert response.status_code == status, response.text
    assert list(response.json()) == ["message"]
    return response.json()["message"]


# The client that others wrote.


def client_at(port, key):
    return closing(deepl.DeepLClient(key, server_url=f"http://127.0.0.1:{port}"))


@pytest.fixture(scope="module")
def translator():
    with (
        served(create_app(compatible_service())) as port,
        client_at(port, "any") as translator,
    ):
        yield translator


def test_the_client_of_others_translates(translator):
    one = translator.translate_text(FRENCH, target_lang="EN-GB")
    assert (one.text, one.detected_source_lang) == (ENGLISH, "FR")
    assert one.billed_characters == len(FRENCH)
    back = translator.translate_text([ENGLISH] * 2, source_lang="EN", target_lang="FR")
    assert [each.text for each in back] == [FRENCH] * 2


def test_the_client_of_others_keeps_html(translator):
    found = translator.translate_text(
        "<p>Le <b>président</b> parle.</p>",
        source_lang="FR",
        target_lang="EN-US",
        tag_handling="html",
    )
    assert found.text == "<p>The <b>president</b> speaks.</p>"


def test_the_client_of_others_hears_what_there_is(translator):
    assert [each.code for each in translator.get_source_languages()] == ["FR", "EN"]
    targets = {each.code: each.name for each in translator.get_target_languages()}
    assert targets.keys() == {"EN-GB", "EN-US", "FR"}
    usage = translator.get_usage()
    assert usage.character.valid
    assert not usage.any_limit_reached
    assert translator.get_glossary_languages() == []


def test_the_client_of_others_hears_what_is_wrong(translator):
    with pytest.raises(deepl.DeepLException, match="'target_lang' not supported: DE"):
        translator.translate_text(FRENCH, target_lang="DE")
    with pytest.raises(deepl.DeepLException, match="knows html only"):
        translator.translate_text(FRENCH, target_lang="EN-US", tag_handling="xml")


def test_the_client_of_others_needs_a_key_where_one_is_needed(tmp_path):
    key = add_key(tmp_path / "keys", "laptop")
    with served(create_app(compatible_service(api_keys=tmp_path / "keys"))) as port:
        with client_at(port, key) as known:
            assert known.translate_text(FRENCH, target_lang="EN-US").text == ENGLISH
        with (
            client_at(port, "tk-wrong") as unknown,
            pytest.raises(deepl.AuthorizationException, match="API key"),
        ):
            unknown.translate_text(FRENCH, target_lang="EN-US")


# What it answers.


@pytest.mark.parametrize("kind", ["json", "data"])
def test_texts_come_as_json_and_as_a_form(client, kind):
    asked = {**ASKED, "text": ["Il dort.", FRENCH], "source_lang": "FR"}
    response = client.post("/v2/translate", **{kind: asked})
    assert response.json() == {
        "translations": [
            {"detected_source_language": "FR", "text": "He sleeps."},
            {"detected_source_language": "FR", "text": ENGLISH},
        ]
    }
    one = client.post("/v2/translate", **{kind: {**ASKED, "text": "Il dort."}})
    assert one.json()["translations"][0]["text"] == "He sleeps."


@pytest.mark.parametrize("billed", [True, "1", "true"])
def test_characters_are_told_where_that_is_asked_for(client, billed):
    response = client.post("/v2/translate", json={**ASKED, "show_billed_characters": billed})
    assert response.json()["translations"][0]["billed_characters"] == 8


def test_what_changes_no_translation_here_is_taken(client):
    extra = {"context": "a", "split_sentences": "0", "formality": "prefer_more", "model_type": "x"}
    response = client.post("/v2/translate", json={**ASKED, **extra})
    assert response.status_code == 200


def test_characters_are_counted():
    with compatible_client() as client:
        before = client.get("/v2/usage").json()
        client.post("/v2/translate", json=ASKED)
        after = client.get("/v2/usage").json()
    assert before == {"character_count": 0, "character_limit": 10**12}
    assert after["character_count"] == 8


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": None}, "Parameter 'text' must be specified"),
        ({"text": []}, "Parameter 'text' must be specified"),
        ({"text": [1]}, "Parameter 'text' must be specified"),
        ({"text": ["a"] * 10_000}, f"Too many texts: 10000; {MAX_TEXTS} are taken at once"),
        ({"target_lang": None}, "Value for 'target_lang' is missing"),
        ({"target_lang": "DE"}, "Value for 'target_lang' not supported: DE"),
        ({"target_lang": ["EN"]}, "Value for 'target_lang' not supported: ['EN']"),
        ({"source_lang": "EN-GB"}, "Value for 'source_lang' not supported: EN-GB"),
        ({"source_lang": "\x1b[2J"}, r"Value for 'source_lang' not supported: \x1b[2J"),
        ({"tag_handling": "xml"}, "Value for 'tag_handling' not supported"),
        ({"formality": "more"}, "'formality' is not supported"),
        ({"glossary_id": "a"}, "'glossary_id' is not supported"),
        ({"ignore_tags": ["x"]}, "'ignore_tags' is not supported"),
        ({"text": ["half \ud83d"]}, "text 1: holds a lone surrogate"),
    ],
)
def test_what_is_wrong_is_said(client, changes, said):
    body = json.dumps({**ASKED, **changes})
    response = client.post(
        "/v2/translate", content=body, headers={"Content-Type": "application/json"}
    )
    assert refused(response).startswith(said)


def test_texts_over_the_limit_are_refused(client):
    assert "2000 are taken" in refused(
        client.post("/v2/translate", json={**ASKED, "text": ["x" * 1001] * 2}), 413
    )


def test_what_is_not_there_is_told_in_its_shape(client):
    assert refused(client.get("/v2/translate"), 405)
    assert refused(client.post("/v2/document", json={}), 404)
    assert client.get("/v2/glossaries").json() == {"glossaries": []}


VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.text())


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: VALUES | st.sampled_from(["FR", "EN-GB", "html", "1"])
            for name in ("text", "source_lang", "target_lang", "tag_handling", "formality")
        },
    )
)
def test_nothing_that_is_sent_is_a_bug(client, fields):
    response = client.post(
        "/v2/translate", content=json.dumps(fields), headers={"Content-Type": "application/json"}
    )
    assert response.status_code in (200, 400)
