from pathlib import Path

import pytest
from platformdirs import user_config_path

from toolkit.errors import UsageError
from toolkit.results import Caution
from toolkit.settings import (
    APP,
    FILE_NAME,
    OPTIONS,
    Settings,
    make_settings,
    misspelled_variables,
    resolve_settings,
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def user_file(text):
    path = user_config_path(APP) / FILE_NAME
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    return path


def test_what_is_nearer_to_the_call_wins_and_is_named(here):
    everywhere = user_file("threads = 1\nnum_beams = 1\nmax_tries = 1\nbatch_size = 1\n")
    (here / FILE_NAME).write_text("num_beams = 2\nmax_tries = 2\nbatch_size = 2\n")
    environment = {"TOOLKIT_MAX_TRIES": "3", "TOOLKIT_BATCH_SIZE": "3", "TOOLKIT_GLOSSARY": ""}
    settings, origins = resolve_settings({"batch_size": 4, "model": None}, environment=environment)
    names = ("threads", "num_beams", "max_tries", "batch_size")
    assert [getattr(settings, name) for name in names] == [1, 2, 3, 4]
    assert [origins[name] for name in names] == [
        str(everywhere),
        FILE_NAME,
        "TOOLKIT_MAX_TRIES",
        "flag",
    ]
    assert origins["model"] == origins["glossary"] == "default"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("max_tries = 0\n", r"toolkit\.toml: max_tries: "),
        ("kv_cache_mb = 63\n", r"toolkit\.toml: kv_cache_mb: .* equal to 64"),
        ("colour = 1\n", r"toolkit\.toml: there is no setting colour"),
        ("[checks]\ncolour = 1\n", r"toolkit\.toml: checks\.colour: "),
        ("max_tries = \n", r"toolkit\.toml can't be read: "),
        ('skip_steps = ["typos"]\n', r"no step typos \(there are: entities, "),
    ],
)
def test_what_can_not_be_set_is_named_with_its_file(here, text, said):
    (here / FILE_NAME).write_text(text)
    with pytest.raises(UsageError, match=said):
        resolve_settings({}, environment={})


def test_a_wrong_variable_is_named(here):
    with pytest.raises(UsageError, match=r"^TOOLKIT_THREADS: Input "):
        resolve_settings({}, environment={"TOOLKIT_THREADS": "many"})


def test_a_variable_that_sets_nothing_is_told_with_the_nearest_one():
    environment = {
        "TOOLKIT_NUM_BEAM": "4",
        "TOOLKIT_XYZZY": "1",
        "TOOLKIT_LENGHT": "",
        "TOOLKIT_DEBUG": "1",
        "TOOLKIT_MODEL": "fake",
        "PATH": "/bin",
    }
    assert list(misspelled_variables(environment)) == [
        "TOOLKIT_NUM_BEAM is ignored: there is no such setting; did you mean TOOLKIT_NUM_BEAMS?",
        "TOOLKIT_XYZZY is ignored: there is no such setting",
    ]


def test_steps_are_named_with_commas_in_the_environment(here):
    settings, _ = resolve_settings({}, environment={"TOOLKIT_SKIP_STEPS": "entities,lost_letters"})
    assert settings.skip_steps == ("entities", "lost_letters")
    assert not {"entities", "lost_letters"} & set(settings.steps)
    assert "spaces" in settings.steps


def test_only_the_users_own_file_names_files_elsewhere(here, tmp_path):
    setting = f'glossary = "{tmp_path / "terms.tsv"}"\n'
    user_file(setting)
    assert resolve_settings({}, environment={})[0].glossary == str(tmp_path / "terms.tsv")
    (here / FILE_NAME).write_text(setting)
    with pytest.raises(UsageError, match=r"glossary names .* outside of this folder"):
        resolve_settings({}, environment={})
    (here / FILE_NAME).write_text('glossary = "inside/terms.tsv"\n')
    assert resolve_settings({}, environment={})[0].glossary == "inside/terms.tsv"


@pytest.mark.parametrize(
    "setting", ['endpoint = "http://127.0.0.1:1/v1"\n', "allow_remote = true\n", 'endpoint = ""\n']
)
def test_only_the_users_own_file_says_where_texts_are_sent(here, setting):
    user_file(setting)
    assert resolve_settings({}, environment={})
    (here / FILE_NAME).write_text(setting)
    with pytest.raises(UsageError, match="may not be set here, as it says where texts are sent"):
        resolve_settings({}, environment={})


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"max_words": 2}, "--max-words: Input should be"),
        ({"source_language": "french"}, "--from: 'french' is not a language code"),
        ({"target_language": "english"}, "--into: 'english' is not a language code"),
        ({"skip_steps": ["typos"]}, "--skip-step: no step typos"),
    ],
)
def test_what_can_not_be_set_is_named_as_the_option(here, flags, said):
    with pytest.raises(UsageError, match=f"^{said}"):
        resolve_settings(flags, options=OPTIONS | {"target_language": "--into"}, environment={})


def test_an_address_that_is_none_is_told_in_our_words(here):
    with pytest.raises(UsageError, match=r"^--endpoint: an address begins with"):
        resolve_settings({"endpoint": "localhost:8080"}, environment={})


def test_an_endpoint_has_no_password(here):
    with pytest.raises(UsageError, match="TOOLKIT_API_KEY") as caught:
        resolve_settings({"endpoint": "http://me:hunter2@127.0.0.1/v1"}, environment={})
    assert "hunter2" not in str(caught.value)


def test_a_key_is_no_misspelled_setting():
    assert not list(misspelled_variables({"TOOLKIT_API_KEY": "sk-hunter2"}))


def test_a_length_has_its_words_unless_they_are_given():
    assert Settings(length="headline").form.max_words < Settings(length="detailed").form.max_words
    assert Settings(length="headline", max_words=30).form.max_words == 30


def test_one_model_does_both_unless_another_is_named():
    settings = Settings(model="a", translator="b")
    assert (settings.translator_model, settings.summarizer_model) == ("b", "a")


def test_files_are_where_the_platform_has_them():
    assert Settings().models_folder.is_relative_to(Path.home())
    assert Settings().cache_file.is_relative_to(Path.home())


def test_the_device_is_a_setting():
    assert resolve_settings({"device": "auto"})[0].device == "auto"
    with pytest.raises(UsageError, match="device"):
        resolve_settings({"device": "tpu"})


def test_python_says_the_language_of_its_texts():
    with pytest.raises(UsageError, match="source_language: auto is for commands"):
        make_settings(source_language="auto")


def test_doubtful_sentences_are_marked_where_the_limit_was_given(here):
    assert Settings(withhold=True).caution == Caution(withhold=True)
    assert make_settings(min_confidence=0.5).caution == Caution(mark=True)
    environment = {"TOOLKIT_MIN_CONFIDENCE": "0.7"}
    expected = Caution(min_confidence=0.7, mark=True)
    assert resolve_settings({}, environment=environment)[0].caution == expected
    (here / FILE_NAME).write_text("min_confidence = 0.7\n")
    assert resolve_settings({}, environment={})[0].caution == expected


@pytest.mark.parametrize("limit", [-0.1, 1.1, 38, float("nan")])
def test_a_limit_is_a_probability(here, limit):
    with pytest.raises(UsageError, match=r"^--min-confidence: "):
        resolve_settings({"min_confidence": limit}, environment={})
