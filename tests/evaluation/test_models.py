import pytest

from toolkit.errors import ModelError, UsageError
from toolkit.evaluation.models import refuse_unfit, with_models
from toolkit.evaluation.suites import load_suite
from toolkit.settings import Settings

DEFAULT = "qwen2.5-coder-1.5b-instruct"


@pytest.fixture
def settings(tmp_path):
    """With these models in the folder of installed ones."""
    for name in (DEFAULT, "bart-large-cnn", "opus-mt-en-fr", "quickmt-fr-en"):
        (tmp_path / "models" / name).mkdir(parents=True)
        (tmp_path / "models" / name / "installed.json").write_text("{}")
    return Settings(models_folder=tmp_path / "models")


def names(suite):
    return {part.name: [each.name for each in part.systems] for part in suite.parts}


def test_all_that_are_installed_do_what_they_can_in_the_order_of_the_catalogue(settings):
    assert names(with_models(load_suite("models"), [], settings)) == {
        "translation": ["quickmt-fr-en", DEFAULT],
        "summaries": [DEFAULT, "bart-large-cnn"],
    }


def test_models_and_folders_are_named(settings, tiny, tmp_path):
    models = ["fake", "opus-mt-fr-en", str(tiny("marian")), str(tiny("bart")), "org/none"]
    suite = with_models(load_suite("models"), models, settings)
    assert names(suite) == {
        "translation": ["fake", "opus-mt-fr-en", "marian", "org_none"],
        "summaries": ["fake", "bart", "org_none"],
    }
    assert suite.parts[0].systems[2].settings == {"translator": str(tiny("marian"))}
    with pytest.raises(UsageError, match="no model or folder 'opus'"):
        with_models(load_suite("models"), ["opus"], settings)


def test_a_server_is_asked_for_its_models_and_those_named_are_its_own(settings, served):
    served.pages["/v1/models"] = {"data": [{"id": DEFAULT}, {"id": "qwen3:4b"}]}
    there = settings.model_copy(update={"endpoint": served.url})
    suite = with_models(load_suite("models"), [], there)
    assert list(names(suite).values()) == [[DEFAULT, "qwen3_4b"]] * 2
    assert suite.parts[0].systems[1].settings == {"translator": "qwen3:4b"}
    named = with_models(load_suite("models"), ["qwen3:4b"], there)
    assert names(named)["summaries"] == ["qwen3_4b"]
    refuse_unfit("translation", there.model_copy(update={"translator": "opus-mt-en-fr"}))
    served.pages["/v1/models"] = {"data": []}
    with pytest.raises(ModelError, match="has no models; load one there"):
        with_models(load_suite("models"), [], there)


def test_two_folders_of_one_name_are_told_apart(settings, tmp_path):
    folders = [tmp_path / "a/model", tmp_path / "b/model"]
    for each in folders:
        each.mkdir(parents=True)
    suite = with_models(load_suite("models"), list(map(str, folders)), settings)
    assert names(suite)["translation"] == ["model", "model 2"]


def test_a_run_goes_on_with_its_models_and_takes_more(settings):
    suite = load_suite("models")
    before = with_models(suite, ["fake"], settings)
    assert with_models(suite, [], settings, before=before) == before
    more = with_models(suite, ["fake", DEFAULT], settings, before=before)
    assert names(more)["translation"] == ["fake", DEFAULT]
    assert more.extends(before)


def test_where_nothing_is_installed_that_is_said(settings):
    with pytest.raises(ModelError, match="toolkit models pull"):
        with_models(load_suite("models"), [], Settings(models_folder=settings.models_folder / "x"))


def test_the_seeds_are_references_into_english_only(settings):
    french = settings.model_copy(update={"source_language": "en", "target_language": "fr"})
    with pytest.raises(UsageError, match="not for en to fr; give your own with --data"):
        with_models(load_suite("models"), ["fake"], french)


@pytest.mark.parametrize(
    ("task", "role", "model", "said"),
    [
        ("translation", "translator", "opus-mt-en-fr", "made for en to fr, not for fr to en"),
        ("summaries", "summarizer", "barthez-orangesum-abstract", "made for fr, not for en"),
        ("translation", "translator", "opus-mt-fr-en", "not installed; type: toolkit models pull"),
    ],
)
def test_a_model_that_can_not_do_it_here_is_refused(task, role, model, said):
    with pytest.raises((ModelError, UsageError), match=said):
        refuse_unfit(task, Settings(**{role: model}))
    refuse_unfit(task, Settings(**{role: "some/folder"}))
