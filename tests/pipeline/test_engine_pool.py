import threading
import time
import weakref
from pathlib import Path

import pytest

from tests.pipeline.helpers import ENGLISH, FRENCH, article
from toolkit.engines.base import GenerationConfig, generate
from toolkit.engines.fake import FakeEngine
from toolkit.errors import ModelError
from toolkit.models import choice
from toolkit.pipeline import Pipeline, engine_pool
from toolkit.pipeline.engine_pool import EnginePool
from toolkit.settings import make_settings

SECONDS = 30
FR_EN = ("fr", "en")


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


def test_a_causal_model_is_loaded_anew_to_forget_unless_it_answered_nothing(loads):
    pipeline, counts = loads(0)
    pool = pipeline._components.pool
    engine = pool.engine("one", FR_EN)
    pool.renew()
    generate(engine, ["oui"], GenerationConfig())
    assert counts == [("one", 1)]
    pool.renew()
    generate(engine, ["oui"], GenerationConfig())
    assert counts == [("one", 1), ("one", 1)]


class Counted(FakeEngine):
    """Takes a little time for each answer, and is counted while it is in memory."""

    def _output(self, source, config):
        time.sleep(0.002)
        return super()._output(source, config)


@pytest.fixture
def crowded(monkeypatch):
    """A shared pool of models of 500 MB, the most that were in memory at once, and the order in
    which they were loaded.
    """

    def make(max_memory_mb, slice_seconds):
        alive, loaded = weakref.WeakSet(), []

        def load(model, **_):
            ends = time.monotonic() + 1
            while 500 * (len(alive) + 1) > max_memory_mb and time.monotonic() < ends:
                time.sleep(0.001)  # another thread may look at an engine that is going
            engine = Counted(str.upper, family="seq2seq")
            alive.add(engine)
            loaded.append((model, len(alive)))
            return engine

        monkeypatch.setattr(engine_pool, "load_engine", load)
        for module in (engine_pool, choice):
            monkeypatch.setattr(module, "memory_of", lambda model, folder: 500_000_000)
        settings = make_settings(max_memory_mb=max_memory_mb, models_folder=Path("none"))
        return EnginePool(settings, shared=True, slice_seconds=slice_seconds), loaded

    return make


def asked_at_once(pool, models, sources):
    """What each model answers to `sources`, all of them asked by a thread of its own."""
    found = {}

    def ask(number, model):
        engine = pool.view(check=lambda: None).engine(model, FR_EN)
        outputs = generate(engine, [f"{number} {each}" for each in sources], GenerationConfig())
        found[number] = [each.text for each in outputs]

    threads = [threading.Thread(target=ask, args=each) for each in enumerate(models)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    return found


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


@pytest.mark.parametrize(("memory", "most"), [(2000, 3), (1200, 2), (700, 1)])
def test_requests_at_once_hold_no_more_models_than_go_into_memory(crowded, memory, most):
    pool, loaded = crowded(memory, slice_seconds=0.05)
    sources = [f"source {number}" for number in range(40)]
    found = asked_at_once(pool, ["one", "other", "third"] * 2, sources)
    assert found == {
        number: [f"{number} {each.upper()}" for each in sources] for number in range(6)
    }
    assert max(alive for _, alive in loaded) <= most


def test_a_long_stream_gives_way_to_another_model_and_goes_on_afterwards(crowded):
    pool, loaded = crowded(700, slice_seconds=0.05)
    sources = [f"source {number}" for number in range(200)]
    finished = []

    def ask(model, sources):
        engine = pool.view(check=lambda: None).engine(model, FR_EN)
        finished.append((model, len(generate(engine, sources, GenerationConfig()))))

    long = threading.Thread(target=ask, args=("one", sources))
    long.start()
    ends = time.monotonic() + SECONDS
    while not loaded and time.monotonic() < ends:  # the long one is first
        time.sleep(0.001)
    short = threading.Thread(target=ask, args=("other", sources[:2]))
    short.start()
    for thread in (long, short):
        thread.join(SECONDS)
    assert finished == [("other", 2), ("one", 200)]
    assert [model for model, _ in loaded].count("one") in (2, 3, 4), "not for every request"


def test_who_gives_up_does_not_wait_for_the_turn_of_its_model(crowded):
    pool, loaded = crowded(700, slice_seconds=1000)

    class GaveUpError(Exception):
        pass

    def give_up():
        raise GaveUpError

    with pool.room("one"), pytest.raises(GaveUpError):
        pool.view(check=give_up).engine("other", FR_EN)
    assert loaded == []
    assert pool.view(check=lambda: None).engine("other", FR_EN).info.engine == "fake"


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


def test_only_the_loading_that_happened_meanwhile_counts_for_a_view(crowded):
    pool, _ = crowded(2000, slice_seconds=1)
    told = []
    for _ in range(2):
        view = pool.view(check=lambda: None, on_loading=lambda: told.append("loading"))
        view.engine("one", FR_EN)
    assert view.loading_seconds == 0
    assert pool.loading_seconds > 0
    assert told == ["loading"]
