from dataclasses import replace
from threading import Event, Thread

import pytest

from tests.pipeline.helpers import ENGLISH, FRENCH, article, pipeline
from toolkit.engines.base import ranked
from toolkit.engines.fake import FakeEngine
from toolkit.errors import ModelMissingError, UsageError
from toolkit.models.catalogue import Generation, catalogue, find_spec
from toolkit.pipeline import Pipeline
from toolkit.pipeline import components as components_module
from toolkit.pipeline.components import Components, models_in_use, open_store
from toolkit.pipeline.engine_pool import EnginePool
from toolkit.prompts import load_prompt
from toolkit.settings import Settings, make_settings


def components(tmp_path, **settings):
    return Components(make_settings(models_folder=tmp_path, **settings))


def test_without_a_model_sentences_of_the_article_have_to_do(tmp_path):
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


@pytest.mark.parametrize(
    ("model", "settings", "told"),
    [
        ("fake", {"source_language": "xx"}, "prompt news.v4 is for fr to en, not for xx to en"),
        ("opus-mt-fr-en", {"source_language": "de"}, "translates fr to en, not de to en"),
        ("nllb-200-distilled-600m", {"target_language": "xx"}, "knows .*, not fr to xx"),
        ("lead-3", {}, "lead-3 copies sentences and can't translate; give it as --summarizer"),
    ],
)
def test_what_cannot_translate_is_told_before_it_is_loaded(tmp_path, model, settings, told):
    made = components(tmp_path, translator=model, **settings)
    with pytest.raises(UsageError, match=told):
        made.refuse_translation()
    with pytest.raises(UsageError, match=told):
        _ = made.translator
    components(tmp_path, translator="nllb-200-distilled-600m").refuse_translation()


@pytest.mark.parametrize("model", ["fake", "lead-3"])
def test_what_cannot_summarize_is_told_before_it_is_loaded(tmp_path, model):
    (tmp_path / "mine.yaml").write_text(
        "task: summarization\ndescription: Mine.\nlanguages: [fr, en]\nsystem: Short.\n"
        "user: '{{ text }}'\n"
    )
    settings = {"summarizer": model, "summarization_prompt": str(tmp_path / "mine.yaml")}
    made = components(tmp_path, **settings, route="direct", source_language="de")
    with pytest.raises(UsageError, match=r"not for de to en|can't translate"):
        made.refuse_summaries("en")
    with pytest.raises(UsageError, match=r"not for de to en|can't translate"):
        made.summarizer("en")
    components(tmp_path, summarizer=model).refuse_summaries("en")


def test_one_engine_serves_both_stages():
    made = pipeline(str.upper)
    assert made.translator.engine is made.summarizer.engine


def test_a_translator_that_waits_for_its_model_holds_up_no_other():
    class Busy(EnginePool):
        def engine(self, model, languages, check=None):
            asked.set()
            free.wait(10)
            return FakeEngine()

    asked, free = Event(), Event()
    settings = make_settings("fake", cache=False)
    waiting = Components(settings, pool=Busy(settings))
    thread = Thread(target=lambda: waiting.translator)
    thread.start()
    asked.wait(10)
    other = Components(settings)
    made = Thread(target=lambda: other.translator, daemon=True)
    made.start()
    made.join(5)
    held_up = made.is_alive()
    free.set()
    thread.join()
    assert not held_up


def test_a_sequence_to_sequence_model_needs_no_prompts():
    made = pipeline(str.upper, family="seq2seq")
    assert made.translator.prompt is None
    assert made.summarizer.prompts == {}


def test_the_prompt_of_the_other_direction_is_for_the_best_quality():
    reverse = pipeline(str.upper, quality="best").translator.reverse_prompt
    assert reverse.name == load_prompt("translation", "news", languages=("en", "fr")).name
    assert pipeline(str.upper, quality="standard").translator.reverse_prompt is None
    assert pipeline(str.upper, quality="best", family="seq2seq").translator.reverse_prompt is None


@pytest.mark.parametrize("pair", [("fr", "en"), ("en", "fr")])
@pytest.mark.parametrize(
    "spec", [each for each in catalogue().values() if each.prompts], ids=lambda each: each.id
)
def test_a_model_is_given_the_prompts_of_its_makers(spec, pair):
    source, target = pair
    engines = {spec.id: FakeEngine(str.upper)}
    languages = {"source_language": source, "target_language": target}

    def prompts(**settings):
        settings = make_settings(spec.id, **languages, **settings)
        made = Components(settings, pool=EnginePool(settings, engines=engines))
        return made.translator.prompt, made.translator.second_prompt

    first, second = prompts()
    assert first.name.startswith(spec.prompts["translation"])
    assert second.name.startswith(spec.prompts["second_translation"])
    assert {first.content.languages, second.content.languages} == {pair}
    chat = first.render(source="Oui.", before="", terms=[], faults=[], hints=[])
    assert [message.role for message in chat] == ["user"]
    asked, _ = prompts(translation_prompt="news")
    assert asked.name.startswith("news"), "what somebody asks for counts more"


PRESCRIBED = {"num_beams": 2, "repetition_penalty": 1.3, "temperature": 0.4, "top_p": 0.7}


class Asked(FakeEngine):
    """Never sure of what it says; notes how it is searched."""

    def __init__(self, **options):
        super().__init__(lambda prompt: ENGLISH, **options)
        self.configs = []

    def _output(self, source, config):
        self.configs.append(config)
        (one,) = super()._output(source, replace(config, num_return_sequences=1)).candidates
        return ranked([replace(one, log_prob=-99.0)], 1)


@pytest.fixture
def asked(monkeypatch):
    """A pipeline of one model whose entry prescribes `generation`, and what was asked of it."""

    def make(generation=PRESCRIBED, *, family="causal", lacks=(), **settings):
        entry = find_spec("qwen3-4b").model_copy(
            update={"id": "mine", "generation": Generation(**generation)}
        )
        monkeypatch.setattr(components_module, "catalogue", lambda: {"mine": entry})
        engine = Asked(family=family)
        engine._info = replace(engine.info, lacks=lacks)
        settings = {"cache": False, "glossary": "none", "lexicon": False} | settings
        return Pipeline(make_settings("mine", **settings), engines={"mine": engine}), engine

    return make


def test_translations_are_asked_for_as_the_entry_says(asked):
    made, engine = asked(quality="best")
    (result,) = made.translate([article(made, FRENCH)])
    assert {each.repetition_penalty for each in engine.configs} == {1.3}
    drawn = {(each.temperature, each.top_p) for each in engine.configs if each.do_sample}
    assert drawn == {(0.4, 0.7)}
    likeliest = [each for each in engine.configs if not each.do_sample]
    assert {(each.temperature, each.top_p) for each in likeliest} == {(1.0, 1.0)}
    told = result.provenance["translation"]["generation"]
    assert (told["repetition_penalty"], told["temperature"], told["top_p"]) == (1.3, 0.4, 0.7)
    assert told["stuck_repetition_penalty"] == 1.3, "no less than otherwise"


def test_summaries_are_asked_for_as_the_entry_says(asked):
    made, engine = asked(route="direct")
    (result,) = made.summarize([article(made, FRENCH)])
    shapes = {
        (each.num_beams, each.repetition_penalty, each.temperature) for each in engine.configs
    }
    assert shapes == {(2, 1.3, 1.0), (1, 1.3, 0.4)}
    told = result.provenance["summarization"]["generation"]
    assert {name: told[name] for name in PRESCRIBED} == PRESCRIBED
    prescribed = {"num_beams": 6, "no_repeat_ngram_size": 3}
    made, engine = asked(prescribed, family="seq2seq", route="direct")
    (result,) = made.summarize([article(made, FRENCH)])
    told = result.provenance["summarization"]["generation"]
    assert (engine.configs[0].num_beams, engine.configs[0].num_return_sequences) == (6, 4)
    assert {each.no_repeat_ngram_size for each in engine.configs} == {3}
    assert {name: told[name] for name in prescribed} == prescribed


@pytest.mark.parametrize(
    ("given", "beams"), [({}, 2), ({"num_beams": 1}, 1), ({"num_beams": 3}, 3)]
)
def test_what_somebody_sets_counts_more_than_the_entry(asked, given, beams):
    made, engine = asked(quality="fast", **given)
    made.translate([article(made, FRENCH)])
    assert engine.configs[0].num_beams == beams
    assert engine.configs[0].repetition_penalty == 1.3


def test_an_entry_is_not_that_of_the_model_of_a_server(asked):
    made, engine = asked(endpoint="http://127.0.0.1:9", quality="best")
    made.translate([article(made, FRENCH)])
    assert {each.repetition_penalty for each in engine.configs if each.num_beams > 1} == {1.0}
    assert {each.temperature for each in engine.configs if each.do_sample} == {0.6}


def test_an_engine_without_beams_under_a_penalty_is_asked_for_none(asked):
    for penalty, beams in ((1.3, 1), (1.0, 4)):
        generation = {"repetition_penalty": penalty, "num_beams": 4}
        made, engine = asked(generation, lacks=("penalized_beams",), route="direct")
        (summary,) = made.summarize([article(made, FRENCH)])
        (translation,) = made.translate([article(made, FRENCH)])
        assert max(each.num_beams for each in engine.configs) == beams
        assert summary.provenance["summarization"]["generation"]["num_beams"] == beams
        told = translation.provenance["translation"]["generation"]
        assert (told["first_beams"], told["wider_beams"]) == (beams, beams)


def test_what_was_answered_under_other_settings_of_the_entry_is_asked_again(asked, tmp_path):
    def asked_of(**generation):
        kept = {"cache": True, "cache_file": tmp_path / "store.sqlite"}
        made, engine = asked(generation, quality="fast", max_tries=1, **kept)
        made.translate([article(made, FRENCH)])
        return len(engine.configs)

    plain = asked_of()
    assert (plain > 0, asked_of()) == (True, 0)
    assert asked_of(repetition_penalty=1.05) == plain
    assert (asked_of(repetition_penalty=1.05), asked_of(temperature=0.1)) == (0, 0)


def test_the_store_can_be_switched_off(tmp_path):
    assert open_store(make_settings(cache=False)) is None
    kept = open_store(make_settings(cache_file=tmp_path / "store.sqlite", cache_max_mb=7))
    assert kept.max_bytes == 7_000_000


@pytest.mark.parametrize(
    ("settings", "models"),
    [
        ({}, ["fr to en", "en to en"]),
        ({"source_language": "auto"}, ["fr to en", "en to en"]),
        ({"route": "direct"}, ["fr to en"]),
        ({"route": "summarize-first"}, ["fr to en", "fr to fr"]),
        (
            {"source_language": "auto", "route": "summarize-first"},
            ["fr to en", "fr to fr"],
        ),
        ({"source_language": "en"}, ["en to en"]),
        ({"target_language": "de"}, [ModelMissingError, ModelMissingError]),
    ],
)
def test_the_models_in_use_are_those_that_a_summary_needs(monkeypatch, settings, models):
    def best(task, source, target, **_):
        return None if target == "de" else f"{source} to {target}"

    monkeypatch.setattr(components_module, "best_installed", best)
    found = models_in_use(Settings(**settings))
    assert [each if isinstance(each, str) else type(each) for each in found] == models


def test_what_is_missing_is_pulled_for_the_languages_of_the_run(tmp_path):
    made = components(tmp_path, source_language="en", target_language="fr")
    with pytest.raises(ModelMissingError, match=r"pull --from en --to fr$"):
        _ = made.translator
