import pytest

from toolkit.errors import ModelError
from toolkit.models.catalogue import catalogue
from toolkit.pipeline.engine_pool import EnginePool
from toolkit.server import models
from toolkit.server.control import Control, cancelled
from toolkit.server.errors import ApiError
from toolkit.server.models import listed, pull, refuse_unpullable
from toolkit.settings import make_settings

MODEL = "qwen2.5-coder-1.5b-instruct"


@pytest.fixture
def settings(tmp_path):
    return make_settings(models_folder=tmp_path, max_memory_mb=4000)


def test_every_model_of_the_catalogue_is_listed(settings, tmp_path):
    (tmp_path / MODEL).mkdir()
    (tmp_path / MODEL / "installed.json").touch()
    found = {each["id"]: each for each in listed(settings, {MODEL})}
    assert found.keys() == catalogue().keys()
    assert [name for name, each in found.items() if each["installed"]] == [MODEL]
    assert [name for name, each in found.items() if each["in_use"]] == [MODEL]


def test_a_model_that_can_not_be_used_is_not_pulled(settings):
    refuse_unpullable(MODEL, settings)
    with pytest.raises(ApiError, match="no such model"):
        refuse_unpullable("unknown", settings)
    with pytest.raises(ModelError, match="of memory"):
        refuse_unpullable("hy-mt2-7b", settings)


def test_a_pull_ends_where_it_is_cancelled(settings, monkeypatch):
    control, told = Control(60), []

    def install(spec, settings, *, on_message, on_bytes, turn):
        on_bytes(1, 2)
        told.append(control.progress)
        control.end(cancelled())
        on_bytes(2, 2)
        raise AssertionError

    monkeypatch.setattr(models, "pull_model", install)
    with pytest.raises(ApiError, match="cancelled"):
        pull(MODEL, settings, EnginePool(settings, shared=True), control)
    assert (told[0].stage, told[0].done, told[0].total) == ("downloading", 1, 2)
