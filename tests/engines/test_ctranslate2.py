from dataclasses import replace
from functools import partial

import pytest

from tests.engines.helpers import CONFIG, ENGINES, FAMILIES, sources
from toolkit.engines.base import Message, generate
from toolkit.engines.ctranslate2 import (
    MAX_BATCH_TOKENS,
    MAX_KEPT_PREFIX,
    MAX_KEPT_TOKENS,
    _batches,
)
from toolkit.errors import ModelError
from toolkit.models.ctranslate2_runtime import ctranslate2


@pytest.mark.parametrize("name", FAMILIES)
def test_both_engines_give_the_same_tokens(load, name):
    ours, theirs = (load(name, engine) for engine in ENGINES)
    assert ours.info.family == theirs.info.family == FAMILIES[name]
    first = generate(ours, sources(name), CONFIG)
    second = generate(theirs, sources(name), CONFIG)
    assert [o.text for o in first] == [o.text for o in second]
    assert [o.best.finished for o in first] == [o.best.finished for o in second]
    assert [o.best.new_tokens for o in first] == [o.best.new_tokens for o in second]
    assert len({o.text for o in first}) > 1, "the model must not answer everything alike"


def test_batches_stay_within_their_size_and_tokens():
    lengths = [300, 10, 900, 10, 2000, 10, 500, 9000]
    batches = _batches(lengths, 3, max_gap=9000)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[index] for index in batch)
        assert len(batch) == 1 or len(batch) * longest <= MAX_BATCH_TOKENS
        assert len(batch) <= 3


def test_prompts_of_very_different_lengths_are_not_read_together():
    assert _batches([970, 140, 150, 960], 16, max_gap=48) == [[3, 0], [1, 2]]


class Recorder:
    """The library's generator, which notes the prefixes that it is told to keep for ever."""

    def __init__(self, model):
        self.model = model
        self.calls = []

    def generate_batch(self, *arguments, static_prompt, cache_static_prompt, **options):
        self.calls.append((tuple(static_prompt or ()), cache_static_prompt))
        return self.model.generate_batch(
            *arguments,
            static_prompt=static_prompt,
            cache_static_prompt=cache_static_prompt,
            **options,
        )


def test_a_model_that_can_not_be_loaded_again_is_told_each_time(load, tmp_path, monkeypatch):
    engine = load("qwen2", "ctranslate2")
    chats, drawn = sources("qwen2")[:1], replace(CONFIG, do_sample=True, seed=1)
    first = generate(engine, chats, drawn)
    with monkeypatch.context() as patch:
        patch.setattr(engine, "_loader", partial(ctranslate2.Generator, str(tmp_path)))
        for config in (drawn, CONFIG, drawn):
            with pytest.raises(ModelError, match="CTranslate2 can't load"):
                generate(engine, chats, config)
    assert generate(engine, chats, drawn) == first


def test_prefixes_that_the_library_never_frees_are_few_and_short(load, monkeypatch):
    engine = load("qwen2", "ctranslate2")
    recorder = Recorder(engine._model)
    monkeypatch.setattr(engine, "_loaded", recorder)
    articles = [f"{number} {'mot ' * 150}" for number in range(12)]
    for text in (*articles, *(f"{number} {'la ' * 30}" for number in range(40))):
        generate(engine, [(Message("user", f"{text}{note}"),) for note in "ab"], CONFIG)
    kept = {prefix for prefix, keeps in recorder.calls if keeps}
    assert kept
    assert max(map(len, kept)) <= MAX_KEPT_PREFIX
    assert sum(map(len, kept)) <= MAX_KEPT_TOKENS
    shared = [prefix for prefix, _ in recorder.calls]
    assert max(map(len, shared)) > MAX_KEPT_PREFIX  # read once for both drafts all the same


def test_answers_are_the_same_with_a_prefix_that_was_kept(load):
    prompts = [(Message("user", f"{'mot ' * 20}{note}"),) for note in ("le", "la", "un")]
    engine = load("qwen2", "ctranslate2")
    first = [each.text for each in generate(engine, prompts, CONFIG)]
    assert [each.text for each in generate(engine, prompts, CONFIG)] == first
    alone = load("qwen2", "ctranslate2")
    assert [generate(alone, [prompt], CONFIG)[0].text for prompt in prompts] == first
