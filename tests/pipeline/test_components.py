import pytest

from tests.pipeline.helpers import pipeline
from toolkit.errors import ModelMissingError
from toolkit.pipeline.components import Components, open_store
from toolkit.prompts import load_prompt
from toolkit.settings import make_settings


def components(tmp_path, **settings):
    return Components(make_settings(models_folder=tmp_path, **settings))


def test_without_the_default_model_sentences_of_the_article_have_to_do(tmp_path):
    summarizer = components(tmp_path).summarizer("en")
    assert summarizer.method == "lead-3"
    assert "toolkit models pull" in summarizer.reason


@pytest.mark.parametrize(
    "settings",
    [{"summarizer": "qwen2.5-coder-0.5b-instruct"}, {"route": "direct"}],
)
def test_a_model_that_was_asked_for_has_to_be_there(tmp_path, settings):
    with pytest.raises(ModelMissingError):
        components(tmp_path, **settings).summarizer("en")


def test_one_engine_serves_both_stages():
    made = pipeline(str.upper)
    assert made.translator.engine is made.summarizer.engine


def test_a_sequence_to_sequence_model_needs_no_prompts():
    made = pipeline(str.upper, family="seq2seq")
    assert made.translator.prompt is None
    assert made.summarizer.prompts == {}


def test_the_prompt_of_the_other_direction_is_for_the_best_quality():
    reverse = pipeline(str.upper, quality="best").translator.reverse_prompt
    assert reverse.name == load_prompt("translation", "news", languages=("en", "fr")).name
    assert pipeline(str.upper, quality="standard").translator.reverse_prompt is None
    assert pipeline(str.upper, quality="best", family="seq2seq").translator.reverse_prompt is None


def test_the_store_can_be_switched_off(tmp_path):
    assert open_store(make_settings(cache=False)) is None
    kept = open_store(make_settings(cache_file=tmp_path / "store.sqlite", cache_max_mb=7))
    assert kept.max_bytes == 7_000_000
