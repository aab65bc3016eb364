from dataclasses import replace

import pytest

from toolkit.engines.base import GenerationConfig, Message, generate
from toolkit.engines.fake import FakeEngine
from toolkit.engines.stored import StoredOutputs
from toolkit.store import Store

CONFIG = GenerationConfig()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store.sqlite", max_bytes=10**9)


def counting(store, languages=("fr", "en")):
    asked = []

    def answer(text):
        asked.append(text)
        return f"one two three {text}"

    return StoredOutputs(FakeEngine(answer), store, languages), asked


def test_the_engine_is_asked_once_and_only_for_what_is_missing(store):
    engine, asked = counting(store)
    first = generate(engine, ["a", "b"], CONFIG)
    assert generate(engine, ["b", "c", "a"], CONFIG)[::2] == [first[1], first[0]]
    assert asked == ["a", "b", "c"]
    assert engine.holds(["a", "d"], CONFIG) == [True, False]


def test_equal_sources_of_one_call_are_generated_once(store):
    engine, asked = counting(store)
    outputs = generate(engine, ["a", "a"], CONFIG)
    assert outputs[0] == outputs[1]
    assert asked == ["a"]


def test_what_affects_an_output_is_part_of_its_key(store):
    engine, asked = counting(store)
    chat = (Message("user", "a"),)
    for source, config in (
        ("a", CONFIG),
        (chat, CONFIG),
        ((Message("system", "a"),), CONFIG),
        ("a", replace(CONFIG, num_beams=2)),
        ("a", replace(CONFIG, repetition_penalty=1.2)),
    ):
        generate(engine, [source], config)
    assert len(asked) == 5
    other, asked = counting(store, languages=("fr", "de"))
    generate(other, ["a"], CONFIG)
    assert asked == ["a"]


def test_a_finished_output_serves_any_limit_and_a_cut_one_only_lower_limits(store):
    engine, asked = counting(store)
    generate(engine, ["a"], replace(CONFIG, max_new_tokens=10))
    assert generate(engine, ["a"], CONFIG)[0].best.finished
    assert len(asked) == 1
    (cut,) = generate(engine, ["b"], replace(CONFIG, max_new_tokens=2))
    assert (cut.text, cut.best.finished) == ("one two", False)
    assert not generate(engine, ["b"], replace(CONFIG, max_new_tokens=1))[0].best.finished
    assert len(asked) == 2
    assert generate(engine, ["b"], replace(CONFIG, max_new_tokens=3))[0].text == "one two three"
    assert len(asked) == 3


def test_without_a_store_nothing_is_kept():
    engine, asked = counting(None)
    generate(engine, ["a"], CONFIG)
    generate(engine, ["a"], CONFIG)
    assert len(asked) == 2
    assert engine.holds(["a"], CONFIG) == [False]
