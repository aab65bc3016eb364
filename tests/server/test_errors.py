import pytest

from toolkit.errors import (
    InputError,
    LanguageError,
    ModelDamagedError,
    ModelError,
    ModelMissingError,
    OutputError,
    StoreError,
    TooLongError,
    UsageError,
)
from toolkit.server.errors import ApiError, api_error, error_record


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (UsageError("x"), 400, "bad_request"),
        (InputError("x"), 422, "unusable_input"),
        (LanguageError("x", found="de", expected="fr"), 422, "wrong_language"),
        (TooLongError("x"), 413, "too_long"),
        (ModelMissingError("qwen3-4b"), 503, "model_missing"),
        (ModelDamagedError("x"), 500, "model_damaged"),
        (ModelError("x"), 500, "model_failed"),
        (StoreError("x"), 500, "store_failed"),
        (OutputError("x"), 507, "disk_full"),
        (ApiError(418, "teapot", "x"), 418, "teapot"),
        (KeyError("secret"), 500, "internal_error"),
    ],
)
def test_each_error_has_a_status_and_a_code(error, status, code):
    told = api_error(error)
    assert (told.status, told.code) == (status, code)
    assert error_record(told) == {"code": code, "message": str(told)}


def test_a_bug_tells_nothing_of_what_it_met():
    assert "secret" not in str(api_error(ValueError("secret")))


def test_clients_are_told_what_they_can_do():
    error = InputError("page: no article found; `toolkit clean --explain` shows why")
    assert str(api_error(error)) == "page: no article found; the option cleaned takes it as it is"


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            "the history /home/a b/jobs.sqlite can't be used",
            "the history jobs.sqlite can't be used",
        ),
        ("/srv/models/m/model.bin is damaged", "model.bin is damaged"),
        (r"C:\Users\jane\model.bin is damaged", "model.bin is damaged"),
        ("http://127.0.0.1:8080/v1 has no models", "http://127.0.0.1:8080/v1 has no models"),
    ],
)
def test_clients_are_not_told_where_the_server_has_its_files(message, told):
    assert str(api_error(ModelError(message))) == told
