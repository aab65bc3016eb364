import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from toolkit.server.access import Access
from toolkit.server.fields import UploadedFile, fields_of, text_field
from toolkit.server.keys import add_key, read_keys
from toolkit.server.security import Guard, admission_of


@pytest.fixture
def ask(tmp_path):
    """What a server finds in a request, and who it takes the caller for."""
    key = add_key(tmp_path / "keys", "laptop")
    app = FastAPI()
    app.add_middleware(Guard, access=Access(keys=read_keys(tmp_path / "keys"), needs_key=True))
    found = {}

    @app.post("/translate")
    async def translate(request: Request):
        found["fields"] = await fields_of(request, max_files=1)
        found["caller"] = admission_of(request).caller.name

    client = TestClient(app, base_url="http://localhost")

    def asking(*, with_key=True, **sent):
        for kind in ("json", "data"):
            if with_key and kind in sent:
                sent[kind] = {**sent[kind], "api_key": key}
        response = client.post("/translate", **sent)
        assert response.status_code == 200, response.text
        del found["fields"]["api_key"]
        return found["fields"]

    asking.client, asking.found, asking.key = client, found, key
    return asking


def test_json_comes_as_it_is(ask):
    fields = {"a": [1, None, {"b": "é"}], "c": "", "d": True}
    assert ask(json=fields) == fields
    assert ask.found["caller"] == "laptop"


def test_a_field_of_a_form_is_a_text_or_several(ask):
    assert ask(data={"a": "é & +", "b": ["1", "2"]}) == {"a": "é & +", "b": ["1", "2"]}


def test_a_file_comes_with_its_name(ask):
    found = ask(data={"a": "b"}, files={"file": ("../x.txt", b"\xff")})
    assert found == {"a": "b", "file": UploadedFile("../x.txt", b"\xff")}


@pytest.mark.parametrize("key", ["", "tk-wrong", None, 5, ["tk-wrong"]])
def test_who_has_no_key_is_refused(ask, key):
    response = ask.client.post("/translate", json={"api_key": key})
    assert response.status_code == 403
    assert "API key" in response.json()["error"]


def test_a_key_in_the_headers_does_as_well(ask):
    response = ask.client.post("/translate", json={}, headers={"X-API-Key": ask.key})
    assert response.status_code == 200


def test_a_field_that_is_no_text_is_as_if_it_lacked():
    assert [text_field({"a": each}, "a") for each in ("b", None, 5, ["b"])] == ["b", "", "", ""]
    assert text_field({}, "a") == ""
