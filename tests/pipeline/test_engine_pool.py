import threading
import weakref

import pytest

from tests.pipeline.helpers import ENGLISH, FRENCH, article
from toolkit.engines.fake import FakeEngine
from toolkit.errors import ModelError
from toolkit.models import choice
from toolkit.pipeline import Pipeline, engine_pool
from toolkit.pipeline.engine_pool import EnginePool
from toolkit.settings import make_settings


@pytest.fixture
def loads(monkeypatch):
    """A pipeline of two models of 500 MB each, and how many were there after each loading."""

    def make(max_memory_mb, **settings):
        alive, counts = weakref.WeakSet(), []

        def load(model, **_):
            engine = FakeEngine(lambda prompt: ENGLISH, family="causal")
            alive.add(engine)
            counts.append((model, len(alive)))
            return engine

        monkeypatch.setattr(engine_pool, "load_engine", load)
        for module in (engine_pool, choice):
            monkeypatch.setattr(module, "memory_of", lambda model, folder: 500_000_000)
        made = make_settings(
            translator="one",
            summarizer="other",
            cache=False,
            max_memory_mb=max_memory_mb,
            **settings,
        )
        return Pipeline(made), counts

    return make


@pytest.mark.parametrize("route", ["translate-first", "summarize-first"])
def test_two_models_take_turns_where_memory_holds_but_one(loads, route):
    results = {}
    for memory in (2000, 700):
        made, counts = loads(memory, route=route)
        results[memory] = [
            (each.summary.text, each.provenance)
            for each in made.summarize([article(made, FRENCH), article(made, FRENCH)])
        ]
        most = max(alive for _, alive in counts)
        assert most == (2 if memory == 2000 else 1)
        assert len(counts) == 2, "each is loaded once"
    assert results[2000] == results[700]


@pytest.mark.parametrize("route", ["translate-first", "summarize-first"])
@pytest.mark.parametrize("together", [True, False])
def test_models_take_turns_from_call_to_call_too(loads, route, together):
    made, counts = loads(700, route=route)
    articles = [article(made, FRENCH), article(made, FRENCH)]
    for _ in range(2):
        assert made.summarize_together(articles) if together else made.summarize(articles)
    order = ["one", "other"] if route == "translate-first" else ["other", "one"]
    assert counts == [(name, 1) for name in order * 2]


@pytest.mark.parametrize("route", ["translate-first", "summarize-first"])
def test_nothing_is_translated_for_a_summarizer_that_takes_too_much(loads, monkeypatch, route):
    made, counts = loads(700, route=route)
    sizes = {"one": 500_000_000, "other": 900_000_000}
    for module in (engine_pool, choice):
        monkeypatch.setattr(module, "memory_of", lambda model, folder: sizes[model])
    with pytest.raises(ModelError, match=r"'other' takes 0\.9 GB"):
        made.summarize([article(made, FRENCH)])
    assert counts == []


def test_a_model_that_takes_more_memory_than_allowed_is_not_loaded(loads):
    made, counts = loads(400)
    with pytest.raises(ModelError, match=r"'one' takes 0\.5 GB .* allows 0\.4 GB.*recommend"):
        made.translate([article(made, FRENCH)])
    assert counts == []


def test_pipelines_of_one_pool_share_its_engines_also_at_once():
    settings = make_settings("own", cache=False, glossary="none", lexicon=False)
    pool = EnginePool(settings, engines={"own": FakeEngine(str.upper)}, shared=True)
    texts = {}

    def translate(number):
        made = Pipeline(settings, pool=pool)
        (result,) = made.translate([article(made, f"{FRENCH} Numéro {number}.")])
        texts[number] = result.translation_text

    threads = [threading.Thread(target=translate, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(texts[number].endswith(f"NUMÉRO {number}.") for number in range(8))


def test_only_a_model_that_is_told_the_languages_is_loaded_for_each_pair(monkeypatch):
    loaded = []

    def load(model, *, options, **_):
        loaded.append((model, options.languages))
        return FakeEngine()

    monkeypatch.setattr(engine_pool, "load_engine", load)
    for module in (engine_pool, choice):
        monkeypatch.setattr(module, "memory_of", lambda model, folder: 1)
    pool = EnginePool(make_settings())
    told, other = "nllb-200-distilled-600m", "qwen2.5-coder-1.5b-instruct"
    engines = {
        (model, languages): pool.engine(model, languages)
        for languages in [("fr", "en"), ("en", "fr")] * 2
        for model in (told, other)
    }
    assert len({id(engine) for engine in engines.values()}) == 3
    assert loaded == [(told, ("fr", "en")), (other, ("fr", "en")), (told, ("en", "fr"))]
