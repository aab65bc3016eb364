import json
from collections import deque
from dataclasses import replace

import pytest

from toolkit.engines.base import (
    NO_ANSWER,
    Candidate,
    GenerationConfig,
    GenerationRequest,
    Message,
    Output,
    TokenScore,
    generate,
)
from toolkit.engines.batches import in_batches
from toolkit.engines.fake import FakeEngine
from toolkit.engines.stored import (
    MAX_READY,
    MAX_UNWRITTEN,
    StoredOutputs,
    output_as_json,
    output_from_json,
)
from toolkit.errors import ModelError, TooLongError
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


def held(engine, sources, config):
    """Whether the store has an output for each, by what is asked when nothing is kept of it."""
    if engine.store is None:
        return [False for _ in sources]
    keys = [engine._key(source, config) for source in sources]
    found = engine.store.find(keys)
    return [key in found for key in keys]


def test_the_engine_is_asked_once_and_only_for_what_is_missing(store):
    engine, asked = counting(store)
    first = generate(engine, ["a", "b"], CONFIG)
    assert generate(engine, ["b", "c", "a"], CONFIG)[::2] == [first[1], first[0]]
    assert asked == ["a", "b", "c"]
    assert held(engine, ["a", "d"], CONFIG) == [True, False]


def test_a_model_that_fails_says_that_what_it_answered_is_kept_where_it_is(store):
    def answer(text):
        if text == "b":
            raise ModelError("nobody answers")
        return text

    def said(store, *sources):
        engine = StoredOutputs(FakeEngine(answer), store, ("fr", "en"))
        with pytest.raises(ModelError) as caught:
            generate(engine, sources, CONFIG)
        return str(caught.value)

    assert said(store, "b") == said(None, "a", "b") == "nobody answers"
    kept = "what was answered so far is kept, and the same call goes on from there"
    assert said(store, "a", "b") == f"nobody answers; {kept}"


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


def test_what_changes_no_output_is_no_part_of_its_key(store):
    engine, _ = counting(store)
    generate(engine, ["a"], CONFIG)
    engine.engine._info = replace(engine.info, reason="no wheel", lacks=("scores",))
    assert held(engine, ["a"], CONFIG) == [True]


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
    assert held(engine, ["a"], CONFIG) == [False]


def pull_from(waiting):
    return lambda: waiting.popleft() if waiting else None


def request(source, **settings):
    return GenerationRequest(source=source, config=replace(CONFIG, **settings), key=f"key {source}")


def test_a_stream_asks_for_what_is_missing_also_of_what_comes_of_outputs(store):
    engine, asked = counting(store)
    before = generate(engine, ["found", "found later"], CONFIG)
    asked.clear()
    waiting = deque([request("found"), request("new")])
    outputs = {}
    for each, output in engine.stream(pull_from(waiting)):
        outputs[each.key] = output
        later = {"found": ["found later", "newer"], "new": ["newest"]}
        waiting.extend(map(request, later.get(each.source, [])))
    assert outputs.keys() == {
        f"key {each}" for each in ("found", "found later", "new", "newer", "newest")
    }
    assert [outputs["key found"], outputs["key found later"]] == before
    assert sorted(asked) == ["new", "newer", "newest"]


def test_more_than_is_held_at_once_is_found(store):
    engine, asked = counting(store)
    sources = [f"{number}" for number in range(2 * MAX_READY + 3)]
    first = generate(engine, sources, CONFIG)
    assert len(asked) == len(sources)
    pulled = []

    def pull():
        pulled.append(waiting[0] if waiting else None)
        return waiting.popleft() if waiting else None

    waiting = deque(map(request, sources))
    stream = engine.stream(pull)
    next(stream)
    assert len(pulled) <= MAX_READY  # not all there is, before the first is handed out
    assert len(list(stream)) == len(sources) - 1
    assert generate(engine, sources, CONFIG) == first
    assert len(asked) == len(sources)


def test_what_was_handed_out_is_kept_when_the_consumer_stops(store):
    engine, _ = counting(store)
    stream = engine.stream(pull_from(deque(map(request, "abcdef"))))
    taken = [next(stream)[0].source for _ in range(3)]
    stream.close()
    again, asked = counting(store)
    generate(again, [*"abcdef"], CONFIG)
    assert sorted(asked) == sorted({*"abcdef"} - {*taken})


def test_few_outputs_are_unwritten_at_any_time(store):
    engine, _ = counting(store)
    sources = [f"{number}" for number in range(50)]
    for place, _ in enumerate(engine.stream(pull_from(deque(map(request, sources))))):
        assert sum(held(engine, sources, CONFIG)) >= place + 1 - MAX_UNWRITTEN


def test_outputs_are_kept_when_the_engine_fails(store):
    engine, _ = counting(store)
    with pytest.raises(TooLongError):
        generate(engine, ["a", "b", "word " * 200_000], CONFIG)
    assert held(engine, ["a", "b"], CONFIG) == [True, True]


class Batching(FakeEngine):
    """All that there is in one batch, as real engines take it."""

    def stream(self, pull):
        def begin(sources, config):
            outputs = generate(FakeEngine(self._answer), sources, config)
            return lambda: enumerate(outputs)

        return in_batches(begin, pull, size=100)


def test_requests_in_flight_are_asked_once_but_for_higher_limits(store):
    asked = []

    def answer(text):
        asked.append(text)
        return f"one two three {text}"

    engine = StoredOutputs(Batching(answer), store, ("fr", "en"))
    limits = (2, 2, 1, 9)
    waiting = deque(request("a", max_new_tokens=limit) for limit in limits)
    found = [(r.config.max_new_tokens, o.text) for r, o in engine.stream(pull_from(waiting))]
    assert sorted(found) == [(1, "one two"), (2, "one two"), (2, "one two"), (9, "one two three a")]
    assert asked == ["a", "a"]


def test_candidates_are_found_as_they_were(store):
    config = replace(CONFIG, num_beams=3, num_return_sequences=3)
    engine, asked = counting(store)
    (first,) = generate(engine, ["a"], config)
    assert len(first.candidates) == 3
    assert generate(engine, ["a"], config) == [first]
    assert asked == ["a"]


def test_scores_are_kept(store):
    engine, asked = counting(store)
    first = engine.score(["a", "b"], ["one", "one two"])
    assert asked == ["a", "b"]
    assert engine.score(["b", "a", "a"], ["one two", "one", "two"])[:2] == first[::-1]
    assert asked == ["a", "b", "a"]


def test_why_an_engine_was_chosen_does_not_matter(store):
    engine, asked = counting(store)
    generate(engine, ["a"], CONFIG)
    engine.engine._info = replace(engine.info, reason="another")
    generate(engine, ["a"], CONFIG)
    assert asked == ["a"]
    engine.engine._info = replace(engine.info, compute_type="another")
    generate(engine, ["a"], CONFIG)
    assert asked == ["a", "a"]


ANSWER = {"text": "a", "log_prob": -1.0, "new_tokens": 1, "finished": True, "tokens": []}


@pytest.mark.parametrize(
    "changed",
    [
        {"candidates": []},
        {"candidates": [ANSWER | {"log_prob": -1}]},
        {"candidates": [ANSWER | {"finished": 1}]},
        {"candidates": [{"text": "a", "log_prob": -1.0, "new_tokens": 1}]},
        {"candidates": {"text": "a"}},
        {"candidates": [ANSWER | {"tokens": [[0, 2, -1.0]]}]},
        {"candidates": [ANSWER | {"tokens": [[0, 1, None]]}]},
        {"candidates": [ANSWER | {"tokens": [[0, 1]]}]},
        {"candidates": [ANSWER | {"tokens": [[1, 0, -1.0]]}]},
        {"source_tokens": 1.0},
        {"limit": None},
        {"more": 1},
    ],
)
def test_what_is_no_output_is_not_read(changed):
    token = TokenScore(0, 1, -1.0)
    candidate = Candidate(text="a", log_prob=-1.0, new_tokens=1, finished=True, tokens=(token,))
    written = output_as_json(Output(candidates=(candidate,), source_tokens=1), limit=5)
    assert output_from_json(written, limit=5)
    assert output_from_json(json.dumps(json.loads(written) | changed), limit=5) is None


def test_an_answer_that_did_not_come_is_not_kept(store):
    class Failing(FakeEngine):
        def _output(self, source, config):
            return Output(candidates=(NO_ANSWER,), source_tokens=1)

    failing = StoredOutputs(Failing(), store, ("fr", "en"))
    assert generate(failing, ["a"], CONFIG)[0].is_missing
    engine, asked = counting(store)
    assert generate(engine, ["a"], CONFIG)[0].text == "one two three a"
    assert asked == ["a"]
