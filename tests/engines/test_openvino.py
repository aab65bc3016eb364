"""OpenVINO against the reference: the tiny chat models, in numbers of 32 bits."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain, zip_longest

import pytest

from tests.engines.helpers import CONFIG, log_probs, sources
from tests.helpers import engine_info
from tests.tiny_models import SENTENCES
from toolkit.engines.base import (
    GenerationConfig,
    GenerationRequest,
    Message,
    generate,
)
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.engines.tokens import SourceFormat, Tokens
from toolkit.errors import ModelError, TooLongError

pytest.importorskip("toolkit.models.openvino_runtime", reason="openvino-genai is not installed")

NAMES = ["qwen2", "smollm", "qwen3"]
BEAMS = replace(CONFIG, max_new_tokens=12, num_beams=4, num_return_sequences=4)
SAMPLES = GenerationConfig(max_new_tokens=12, num_return_sequences=3, do_sample=True, top_p=0.9)
INFO = engine_info("openvino")
# The sets of cores that the threads of a process may use, as they are seen within half a second.
SEE_CORES = """
import glob, json, os, sys, time
seen, end = set(), time.monotonic() + 0.5
while time.monotonic() < end:
    for path in glob.glob(f"/proc/{sys.argv[1]}/task/*"):
        try:
            seen.add(tuple(sorted(os.sched_getaffinity(int(os.path.basename(path))))))
        except ProcessLookupError:
            pass
print(json.dumps(sorted(seen)))
"""


def opened(folder, *, kv_cache_mb=16, max_source_tokens=512, source_format=None):
    from toolkit.engines.openvino import OpenVINOEngine

    return OpenVINOEngine(
        folder / "model",
        tokens=lambda: Tokens.load(folder / "tokenizer", source_format),
        info=INFO,
        max_source_tokens=max_source_tokens,
        threads=1,
        kv_cache_mb=kv_cache_mb,
    )


@pytest.fixture(scope="module")
def ours(openvino_of):
    loaded = {}

    def load(name="qwen2"):
        if name not in loaded:
            loaded[name] = opened(openvino_of(name))
        return loaded[name]

    return load


@pytest.fixture(scope="module")
def theirs(tiny, tmp_path_factory):
    def load(name="qwen2"):
        return load_engine(
            str(tiny(name)),
            models_folder=tmp_path_factory.getbasetemp(),
            options=EngineOptions(threads=1),
        )

    return load


def texts(outputs):
    return [[each.text for each in output.candidates] for output in outputs]


def requests_for(*groups):
    """Each group's sources with its settings, mixed; the keys are the group and the place."""
    made = (
        [
            GenerationRequest(source=source, config=config, key=(group, place))
            for place, source in enumerate(given)
        ]
        for group, (given, config) in enumerate(groups)
    )
    return filter(None, chain.from_iterable(zip_longest(*made)))


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_those_of_the_reference(ours, theirs, name):
    first, second = (generate(load(name), sources("qwen2"), CONFIG) for load in (ours, theirs))
    assert texts(first) == texts(second)
    assert [o.source_tokens for o in first] == [o.source_tokens for o in second]
    assert [o.best.new_tokens for o in first] == [o.best.new_tokens for o in second]
    assert [o.best.finished for o in first] == [o.best.finished for o in second]
    assert [o.best.log_prob for o in first] == pytest.approx(
        [o.best.log_prob for o in second], abs=0.05
    )


@pytest.mark.parametrize(
    "config",
    [
        BEAMS,
        SAMPLES,
        replace(SAMPLES, temperature=2.0),
    ],
    ids=["beams", "samples", "hot samples"],
)
def test_candidates_have_the_scores_that_the_reference_gives_their_tokens(
    ours, theirs, ids_of, config
):
    model, reference = ours(), theirs()
    chats = unaligned(model)
    for source, output in zip(chats, generate(model, chats, config), strict=True):
        found = [each for each in output.candidates if len(ids_of[each.text]) == 1]
        assert len(found) > 1
        answers = [list(*ids_of[each.text]) for each in found]
        ids = model._tokens.encode(source)
        by_token = reference._log_probs([(ids, answer) for answer in answers])
        expected = list(map(sum, by_token))
        assert [each.log_prob for each in found] == pytest.approx(expected, abs=0.05)
        assert expected == sorted(expected, reverse=True)
        for each, ids, scores in zip(found, answers, by_token, strict=True):
            placed = model._tokens.scores(ids, scores)
            assert placed
            assert [token[:2] for token in each.tokens] == [token[:2] for token in placed]
            assert [token.log_prob for token in each.tokens] == pytest.approx(
                [token.log_prob for token in placed], abs=0.05
            )


@pytest.mark.parametrize(
    "config",
    [
        replace(CONFIG, repetition_penalty=1.5),
        replace(SAMPLES, repetition_penalty=1.5),
        replace(CONFIG, no_repeat_ngram_size=2),
        replace(BEAMS, no_repeat_ngram_size=2),
    ],
    ids=["penalty", "penalty on samples", "no repetition", "no repetition in beams"],
)
def test_what_keeps_a_model_from_repeating_itself_leaves_scores_alone(
    openvino_of, theirs, ids_of, config
):
    """Scores of a beginning that the library has already are those behind a separator."""
    model, reference = opened(openvino_of("qwen2")), theirs()
    chats = unaligned(model)
    for source, output in zip(chats, generate(model, chats, config), strict=True):
        for each in output.candidates:
            if len(ids_of[each.text]) > 1:
                continue
            (ids,) = ids_of[each.text]
            beginnings = [list(ids[:size]) for size in range(1, len(ids) + 1)]
            plain, behind = (
                [
                    0.0,
                    *map(
                        sum,
                        reference._log_probs(
                            [([*before, *model._tokens.encode(source)], ids) for ids in beginnings]
                        ),
                    ),
                ]
                for before in ([], [model._separator])
            )
            possible = [
                ours + plain[-1] - theirs for ours, theirs in zip(behind, plain, strict=True)
            ]
            assert min(abs(each.log_prob - one) for one in possible) < 0.1


def test_beams_with_a_penalty_give_the_one_answer_that_the_library_has(ours):
    model, config = ours(), replace(CONFIG, repetition_penalty=1.5)
    assert model.info.lacks == ("penalized_beams",)
    beams = replace(config, num_beams=4, num_return_sequences=4)
    assert texts(generate(model, sources("qwen2"), beams)) == texts(
        generate(model, sources("qwen2"), config)
    )


def unaligned(model):
    """Sources that end within a block of keys and values, whose scores need nothing made anew."""
    from toolkit.engines.openvino import BLOCK_TOKENS

    return [each for each in sources("qwen2") if model.count_tokens(each) % BLOCK_TOKENS]


@pytest.mark.parametrize("name", NAMES)
def test_scores_are_those_of_the_reference(openvino_of, theirs, name):
    model, reference = opened(openvino_of(name)), theirs(name)
    chats, ends = sources("qwen2"), [*SENTENCES[1:], ""]
    expected = log_probs(reference, chats, ends)
    assert log_probs(model, chats, ends) == pytest.approx(expected, abs=0.1)
    assert log_probs(model, chats, ends) == pytest.approx(expected, abs=0.1)
    assert log_probs(reference, chats, ends) == expected


def test_scores_are_the_same_while_others_are_written(openvino_of, theirs):
    model, chats = opened(openvino_of("qwen2")), sources("qwen2")
    (scored, *others), target = unaligned(model), SENTENCES[1]
    longer = requests_for(([*others, *chats], replace(CONFIG, max_new_tokens=40)))
    outputs = model.stream(lambda: next(longer, None) if len(model._running) < 3 else None)
    next(outputs)
    assert not all(each.ended for each in model._running)
    assert log_probs(model, [scored], [target]) == pytest.approx(
        log_probs(theirs(), [scored], [target]), abs=0.1
    )
    assert len(list(outputs)) == len(others) + len(chats) - 1


def test_many_targets_of_one_source_are_scored_like_one(openvino_of, theirs):
    model = opened(openvino_of("qwen2"))
    source = unaligned(model)[0]
    ends = [SENTENCES[1], SENTENCES[1] + " Encore.", *SENTENCES[1:], "", SENTENCES[1][:20]]
    expected = log_probs(theirs(), [source] * len(ends), ends)
    assert log_probs(model, [source] * len(ends), ends) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("config", [CONFIG, BEAMS, SAMPLES], ids=["greedy", "beams", "samples"])
def test_what_was_written_before_leaves_scores_alone(openvino_of, theirs, config):
    """But for a token that parts from what was written just where a block ends."""
    model = opened(openvino_of("qwen2"))
    chats = unaligned(model)
    ends = [output.text for output in generate(model, chats, config)]
    for targets in (ends, SENTENCES[: len(chats)]):
        expected = log_probs(theirs(), chats, targets)
        found = log_probs(model, chats, targets)
        assert found == pytest.approx(expected, abs=2)
        exact = [abs(one - other) < 0.1 for one, other in zip(found, expected, strict=True)]
        assert exact.count(False) <= 1


def test_a_score_of_what_ends_with_a_block_is_off_by_its_beginning_at_most(openvino_of, theirs):
    """The library gives no score for what is behind a whole block that it has already."""
    model = opened(openvino_of("qwen2"))
    chats = [each for each in sources("qwen2") if each not in unaligned(model)]
    assert chats
    generate(model, chats, CONFIG)
    ends = SENTENCES[: len(chats)]
    assert log_probs(model, chats, ends) == pytest.approx(log_probs(theirs(), chats, ends), abs=2)


def test_a_seed_draws_the_same_samples_whatever_else_runs(ours):
    model, chats = ours(), sources("qwen2")
    alone = [texts(generate(model, [chat], SAMPLES))[0] for chat in chats[:3]]
    assert texts(generate(model, chats[:3], SAMPLES)) == alone
    mixed = requests_for((chats, CONFIG), (chats[:3], SAMPLES), (chats, BEAMS))
    found = {
        request.key[1]: [each.text for each in output.candidates]
        for request, output in model.stream(lambda: next(mixed, None))
        if request.config == SAMPLES
    }
    assert [found[place] for place in range(3)] == alone
    (other,) = texts(generate(model, chats[:1], replace(SAMPLES, seed=1)))
    assert other != alone[0]
    assert len({*alone[0]}) > 1


def test_requests_of_all_kinds_get_what_they_get_alone(ours):
    model, chats = ours(), sources("qwen2")
    kinds = (CONFIG, BEAMS, SAMPLES, replace(CONFIG, repetition_penalty=1.3))
    alone = [texts(generate(model, chats, config)) for config in kinds]
    mixed = requests_for(*((chats, config) for config in kinds))
    found = list(model.stream(lambda: next(mixed, None)))
    assert len(found) == len(kinds) * len(chats)
    for request, output in found:
        group, place = request.key
        assert [each.text for each in output.candidates] == alone[group][place]


def test_requests_join_while_others_run(ours):
    """The next ones are made of an answer, and pulled before the others are finished."""
    model, chats = ours(), sources("qwen2")
    waiting = [
        GenerationRequest(source=chats[0], config=replace(CONFIG, max_new_tokens=2), key="first"),
        GenerationRequest(source=chats[1], config=replace(CONFIG, max_new_tokens=60), key="long"),
    ]
    order = []
    for request, output in model.stream(lambda: waiting.pop() if waiting else None):
        order.append(request.key)
        if request.key == "first":
            waiting.append(GenerationRequest(source=chats[2], config=CONFIG, key=output.text))
            joined = output.text
    assert order[0] == "first"
    assert sorted(order) == sorted(["first", "long", joined])
    assert order[-1] == "long"


def test_a_stream_that_is_closed_leaves_nothing_running(ours):
    model, chats = ours(), sources("qwen2")
    expected = texts(generate(model, chats, CONFIG))
    requests = requests_for((chats, replace(CONFIG, max_new_tokens=100)), (chats, BEAMS))
    stream = model.stream(lambda: next(requests, None))
    next(stream)
    assert model._pipeline.has_non_finished_requests()
    stream.close()
    assert not model._pipeline.has_non_finished_requests()
    assert texts(generate(model, chats, CONFIG)) == expected


def test_an_error_in_a_pull_leaves_nothing_running(ours):
    model, chats = ours(), sources("qwen2")

    def pulls():
        for chat in chats[:20]:
            yield GenerationRequest(source=chat, config=replace(CONFIG, max_new_tokens=2))
        raise KeyboardInterrupt

    made = pulls()
    with pytest.raises(KeyboardInterrupt):
        list(model.stream(lambda: next(made, None)))
    assert not model._pipeline.has_non_finished_requests()
    assert len(generate(model, chats, CONFIG)) == len(chats)


def test_an_output_is_given_before_more_is_pulled(ours):
    """Also where a pull itself waits for another stream, as summaries do for translations."""
    model, chats = ours(), sources("qwen2")
    events = []

    def pulls():
        for place in range(4):
            inner = requests_for(([chats[place]], CONFIG))
            ((_, output),) = model.stream(lambda made=inner: next(made, None))
            events.append("pulled")
            short = replace(CONFIG, max_new_tokens=2)
            yield GenerationRequest(source=chats[place], config=short, key=output.text)

    outer = pulls()
    events.extend("given" for _ in model.stream(lambda: next(outer, None)))
    assert events.count("given") == events.count("pulled") == 4
    assert events.index("given") < 3


def test_two_streams_do_not_mix(ours):
    model, chats = ours(), sources("qwen2")
    expected = [texts(generate(model, chats, config)) for config in (CONFIG, BEAMS)]
    requests = [requests_for((chats, config)) for config in (CONFIG, BEAMS)]
    streams = [model.stream(lambda each=each: next(each, None)) for each in requests]
    found = [{}, {}]
    for answered in zip_longest(*streams):
        for at, each in enumerate(answered):
            if each:
                found[at][each[0].key[1]] = [c.text for c in each[1].candidates]
    for at in (0, 1):
        assert [found[at][place] for place in range(len(chats))] == expected[at]


@pytest.mark.skipif(sys.platform != "linux", reason="threads of a process are told by /proc")
def test_no_thread_is_bound_to_a_core_that_others_may_want(ours):
    model = ours()
    look = [sys.executable, "-c", SEE_CORES, str(os.getpid())]
    # Another process looks, as a step of the library lets no thread of this one run.
    with subprocess.Popen(look, stdout=subprocess.PIPE, text=True) as looking:
        while looking.poll() is None:
            generate(model, sources("qwen2"), BEAMS)
        seen, _ = looking.communicate()
    assert json.loads(seen) == [sorted(os.sched_getaffinity(0))]


def test_threads_share_an_engine(ours):
    model, chats = ours(), sources("qwen2")
    expected = [texts(generate(model, chats, config)) for config in (CONFIG, BEAMS)]
    with ThreadPoolExecutor(2) as pool:
        found = list(
            pool.map(lambda config: texts(generate(model, chats, config)), (CONFIG, BEAMS))
        )
    assert found == expected


def test_prompts_that_begin_alike_get_what_they_get_alone(openvino_of):
    long = Message("system", "Translate what the minister of culture said. " * 4)
    chats = [(long, Message("user", sentence)) for sentence in SENTENCES]
    together, alone = opened(openvino_of("qwen2")), opened(openvino_of("qwen2"))
    found = texts(generate(together, chats, CONFIG))
    assert found == [texts(generate(alone, [chat], CONFIG))[0] for chat in reversed(chats)][::-1]
    assert texts(generate(together, chats, CONFIG)) == found
    assert texts(generate(together, chats[:1] * 3, CONFIG)) == found[:1] * 3


def test_a_source_over_the_limit_is_refused_and_never_cut(openvino_of):
    model = opened(openvino_of("qwen2"), max_source_tokens=40)
    chat = (Message("user", "x"),)
    assert model.max_source_tokens == 40
    room = 40 - model.count_tokens(chat)
    (output,) = generate(model, [(Message("user", "x" * (room + 1)),)], CONFIG)
    assert output.source_tokens == 40
    with pytest.raises(TooLongError):
        generate(model, [chat, (Message("user", "x" * (room + 2)),)], CONFIG)
    assert not model._pipeline.has_non_finished_requests()
    assert generate(model, [chat], CONFIG)


def test_memory_that_holds_no_text_is_named(openvino_of):
    with pytest.raises(ModelError, match="kv_cache_mb 0 is too little"):
        opened(openvino_of("qwen2"), kv_cache_mb=0)


@pytest.fixture
def cramped(openvino_of, tmp_path):
    """An engine with memory for so many blocks, since its model is said to be a large one."""

    def holding(blocks):
        folder = shutil.copytree(openvino_of("qwen2"), tmp_path / "model")
        shape = folder / "model" / "shape.json"
        values = json.loads(shape.read_text("utf-8"))
        bytes_of_a_layer = 2 * values["kv_heads"] * values["head_size"] * 2 * 32
        layers = 16_000_000 // (bytes_of_a_layer * blocks)
        shape.write_text(json.dumps(values | {"layers": layers}), "utf-8")
        return opened(folder)

    return holding


def test_what_the_memory_does_not_hold_is_refused(cramped):
    model = cramped(3)
    assert model.max_source_tokens == 32
    chat = (Message("user", "x"),)
    assert generate(model, [chat], CONFIG)
    with pytest.raises(TooLongError, match="kv_cache_mb"):
        generate(model, [chat], replace(CONFIG, max_new_tokens=200))
    assert not model._pipeline.has_non_finished_requests()
    assert generate(model, [chat], CONFIG)
    with pytest.raises(TooLongError):
        log_probs(model, [chat], [" ".join(SENTENCES)])


@pytest.mark.parametrize(
    ("config", "narrower"),
    [
        (BEAMS, replace(BEAMS, num_beams=2, num_return_sequences=2)),
        (SAMPLES, replace(SAMPLES, num_return_sequences=1)),
    ],
    ids=["beams", "samples"],
)
def test_a_search_that_the_memory_does_not_hold_is_narrower(cramped, ours, config, narrower):
    chats = [(Message("user", "x"),)]
    assert texts(generate(cramped(3), chats, config)) == texts(generate(ours(), chats, narrower))


CHATS = [(Message("user", f"{sentence} {number}"),) for number, sentence in enumerate(SENTENCES)]


@pytest.mark.parametrize(
    "config",
    [
        replace(CONFIG, max_new_tokens=60),
        replace(BEAMS, max_new_tokens=40),
        replace(SAMPLES, max_new_tokens=60),
    ],
    ids=["greedy", "beams", "samples"],
)
def test_what_the_memory_does_not_hold_at_once_waits(cramped, ours, config):
    """The library crashes, or never comes to an end, where it has to take back several sequences
    of one request.
    """
    assert texts(generate(cramped(14), CHATS, config)) == texts(generate(ours(), CHATS, config))


def test_requests_of_all_kinds_and_scores_share_little_memory(cramped, ours):
    kinds = (CONFIG, replace(BEAMS, max_new_tokens=40), replace(SAMPLES, max_new_tokens=60))
    expected = [texts(generate(ours(), CHATS, config)) for config in kinds]
    model = cramped(14)
    requests = [requests_for((CHATS, config)) for config in kinds]
    streams = [model.stream(lambda each=each: next(each, None)) for each in requests]
    found = [{} for _ in kinds]
    for answered in zip_longest(*streams):
        for at, each in enumerate(answered):
            if each:
                found[at][each[0].key[1]] = [c.text for c in each[1].candidates]
        assert log_probs(model, CHATS[:2], SENTENCES[:2])
    for at in range(len(kinds)):
        assert [found[at][place] for place in range(len(CHATS))] == expected[at]
    assert not model._pipeline.has_non_finished_requests()


def test_a_folder_that_is_none_is_named(openvino_of, tmp_path):
    folder = shutil.copytree(openvino_of("qwen2"), tmp_path / "model")
    (folder / "model" / "openvino_model.bin").unlink()
    with pytest.raises(ModelError, match="OpenVINO can't"):
        opened(folder)
    (folder / "model" / "shape.json").write_text("{}", "utf-8")
    with pytest.raises(ModelError, match="OpenVINO can't"):
        opened(folder)


@pytest.mark.parametrize("told", [{"enable_thinking": False}, {}])
def test_a_model_that_may_think_answers_alike_with_both_engines(
    openvino_of, gguf_of, tmp_path, told
):
    from toolkit.engines.ctranslate2 import CTranslate2Engine
    from toolkit.models.conversion.ctranslate2 import convert_gguf

    parts = model, tokenizer = tmp_path / "model", tmp_path / "tokenizer"
    for part in parts:
        part.mkdir()
    convert_gguf(gguf_of("qwen3_thinking"), *parts, compute_type="float32")
    told = SourceFormat(chat_template_kwargs=told)
    theirs = CTranslate2Engine(
        model,
        tokens=Tokens.load(tokenizer, told),
        info=engine_info("ctranslate2"),
        max_source_tokens=512,
        threads=1,
        batch_size=3,
    )
    ours = opened(openvino_of("qwen3_thinking"), source_format=told)
    chats = sources("qwen2")
    first, second = (generate(engine, chats, CONFIG) for engine in (ours, theirs))
    assert texts(first) == texts(second)
    assert [each.source_tokens for each in first] == [each.source_tokens for each in second]
    assert [each.best.new_tokens for each in first] == [each.best.new_tokens for each in second]
