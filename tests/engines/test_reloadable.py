import weakref

from toolkit.engines.base import GenerationConfig, generate
from toolkit.engines.fake import FakeEngine
from toolkit.engines.reloadable import ReloadableEngine


def test_an_unloaded_engine_is_let_go_and_loaded_when_it_is_needed():
    loaded = []

    def load():
        engine = FakeEngine(str.upper, family="seq2seq")
        loaded.append(weakref.ref(engine))
        return engine

    engine = ReloadableEngine(load)
    first = generate(engine, ["oui"], GenerationConfig())
    engine.unload()
    assert loaded[0]() is None
    assert engine.info.family == "seq2seq"
    assert engine.max_source_tokens > 0
    assert len(loaded) == 1, "what is known of it needs no loading"
    assert generate(engine, ["oui"], GenerationConfig()) == first
    assert engine.count_tokens("oui") == 1
    assert len(engine.score(["oui"], ["OUI"])) == 1
    assert len(loaded) == 2
