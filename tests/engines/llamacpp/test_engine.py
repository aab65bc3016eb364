"""llama.cpp against the reference: tiny chat models of all kinds that only it runs, and others."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.engines.helpers import CONFIG, sources
from tests.engines.llamacpp.helpers import CHATS, opened
from tests.tiny_models import SENTENCES, write_gguf
from toolkit.engines.base import GenerationConfig, GenerationRequest, Message, generate
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.engines.tokens import SourceFormat
from toolkit.errors import ModelError, TooLongError
from toolkit.models.catalogue import catalogue
from toolkit.models.conversion.llamacpp import place_gguf

pytest.importorskip("xllamacpp", reason="the extra llamacpp is not installed")

NAMES = ["hunyuan", "gemma3", "smollm3", "qwen2", "qwen3", "smollm"]
SAMPLES = GenerationConfig(max_new_tokens=12, num_return_sequences=3, do_sample=True, top_p=0.9)


@pytest.fixture(scope="module")
def ours(placed):
    loaded = {}

    def load(name="gemma3"):
        if name not in loaded:
            loaded[name] = opened(placed(name))
        return loaded[name]

    return load


@pytest.fixture(scope="module")
def theirs(tiny, tmp_path_factory):
    def load(name="gemma3"):
        return load_engine(
            str(tiny(name)),
            models_folder=tmp_path_factory.getbasetemp(),
            options=EngineOptions(threads=1),
        )

    return load


def texts(outputs):
    return [[each.text for each in output.candidates] for output in outputs]


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_those_of_the_reference(ours, theirs, name):
    first, second = (generate(load(name), sources("qwen2"), CONFIG) for load in (ours, theirs))
    assert texts(first) == texts(second)
    assert [o.source_tokens for o in first] == [o.source_tokens for o in second]
    assert [o.best.new_tokens for o in first] == [o.best.new_tokens for o in second]
    assert [o.best.finished for o in first] == [o.best.finished for o in second]
    # The library leaves out the scores of parts of letters, which only gemma3 doesn't write here.
    assert [o.best.log_prob for o in first] == pytest.approx(
        [o.best.log_prob for o in second], **{"abs": 0.05} if name == "gemma3" else {"rel": 0.15}
    )


@pytest.mark.parametrize("config", [SAMPLES, replace(SAMPLES, temperature=2.0)])
def test_samples_have_the_scores_that_the_reference_gives_them(ours, theirs, ids_of, config):
    model, reference = ours(), theirs()
    for source, output in zip(CHATS, generate(model, CHATS, config), strict=True):
        found = [each for each in output.candidates if not each.finished]
        assert len(output.candidates) > 1
        answers = [list(ids) for each in found for ids in ids_of[each.text]]
        ids = reference._encode([source])[0]
        by_token = reference._log_probs([(ids, answer) for answer in answers])
        scores = list(map(sum, by_token))
        assert [each.log_prob for each in found] == pytest.approx(scores, abs=0.1)


def test_a_seed_draws_the_same_samples_and_another_others(ours):
    model = ours()
    first, again = (texts(generate(model, CHATS[:2], SAMPLES)) for _ in range(2))
    assert first == again
    assert texts(generate(model, CHATS[:2], replace(SAMPLES, seed=7))) != first


def test_of_beams_one_answer_comes_and_no_text_is_scored(ours):
    model = ours()
    beams = replace(CONFIG, num_beams=4, num_return_sequences=4)
    assert texts(generate(model, CHATS, beams)) == texts(generate(model, CHATS, CONFIG))
    assert model.info.lacks == ("beams", "scores")
    with pytest.raises(ModelError, match="doesn't tell the probability of a given text"):
        model.score(CHATS[:1], SENTENCES[:1])


def test_a_repetition_penalty_is_that_of_the_reference(ours, theirs):
    config = replace(CONFIG, repetition_penalty=1.3)
    first, second = (texts(generate(load("hunyuan"), CHATS, config)) for load in (ours, theirs))
    assert first == second
    assert first != texts(generate(ours("hunyuan"), CHATS, CONFIG))


def test_an_answer_may_be_begun(ours, theirs):
    chats = [(*chat, Message("assistant", "On Monday,")) for chat in CHATS]
    first, second = (texts(generate(load("smollm3"), chats, CONFIG)) for load in (ours, theirs))
    assert first == second


def test_more_is_asked_while_others_are_written(ours):
    model = ours("hunyuan")
    alone = {config: texts(generate(model, CHATS, config)) for config in (CONFIG, SAMPLES)}
    waiting = [
        GenerationRequest(source=chat, config=config, key=(place, config))
        for config in (CONFIG, SAMPLES)
        for place, chat in enumerate(CHATS)
    ]
    asked, found = [], {}

    def pull():
        if len(asked) - len(found) < 3 and waiting:
            asked.append(waiting.pop())
            return asked[-1]
        return None

    for request, output in model.stream(pull):
        found[request.key] = [each.text for each in output.candidates]
        if len(found) == 1:
            assert waiting, "outputs come while there is more to ask"
    assert len(found) == 2 * len(CHATS)
    assert all(found[place, config] == alone[config][place] for place, config in found)


def test_streams_of_several_threads_share_an_engine(ours):
    model = ours("hunyuan")
    expected = [texts(generate(model, CHATS, config)) for config in (CONFIG, SAMPLES)]
    with ThreadPoolExecutor(2) as pool:
        found = list(
            pool.map(lambda config: texts(generate(model, CHATS, config)), (CONFIG, SAMPLES))
        )
    assert found == expected


def test_streams_may_be_read_by_turns(ours):
    model = ours("hunyuan")
    expected = texts(generate(model, CHATS, CONFIG))
    many = iter([*CHATS, *CHATS, *CHATS])
    stream = model.stream(
        lambda: (chat := next(many, None)) and GenerationRequest(source=chat, config=CONFIG)
    )
    next(stream)
    assert texts(generate(model, CHATS, CONFIG)) == expected
    assert len(list(stream)) == 3 * len(CHATS) - 1


def test_what_is_given_up_makes_room_for_others(placed):
    model = opened(placed("hunyuan"), max_source_tokens=64)
    expected = texts(generate(model, CHATS, CONFIG))
    for _ in range(3):
        waiting = iter(CHATS)
        stream = model.stream(
            lambda each=waiting: (
                (chat := next(each, None))
                and GenerationRequest(source=chat, config=replace(CONFIG, max_new_tokens=400))
            )
        )
        next(stream)
        stream.close()
        assert texts(generate(model, CHATS, CONFIG)) == expected


def test_a_request_that_can_not_be_begun_leaves_its_room_to_others(placed, monkeypatch):
    model = opened(placed("hunyuan"), max_source_tokens=64)
    begin, free = model._server.begin, model._room._free

    def fail(*_):
        raise ModelError("llama.cpp can't be asked: too many open files")

    monkeypatch.setattr(model._server, "begin", fail)
    with pytest.raises(ModelError, match="too many open files"):
        generate(model, CHATS, CONFIG)
    assert model._room._free == free
    monkeypatch.setattr(model._server, "begin", begin)
    assert len(generate(model, CHATS, CONFIG)) == len(CHATS)


def test_a_source_over_the_limit_is_refused_and_never_cut(placed):
    model = opened(placed("gemma3"), max_source_tokens=40)
    assert model.max_source_tokens == 40
    chat = (Message("user", "x"),)
    room = 40 - model.count_tokens(chat)
    (output,) = generate(model, [(Message("user", "x" * (room + 1)),)], CONFIG)
    assert output.source_tokens == 40
    with pytest.raises(TooLongError):
        generate(model, [chat, (Message("user", "x" * (room + 2)),)], CONFIG)
    assert generate(model, [chat], CONFIG)


@pytest.fixture
def cramped(placed, tmp_path):
    """An engine with memory for so many tokens, since its model is said to be a large one."""

    def holding(tokens):
        folder = shutil.copytree(placed("hunyuan"), tmp_path / "model")
        values = 1_000_000 // (4 * tokens)
        (folder / "model/shape.json").write_text(json.dumps({"values_of_a_token": values}))
        return opened(folder, kv_cache_mb=1)

    return holding


def test_memory_that_holds_no_text_is_named(cramped):
    with pytest.raises(ModelError, match="kv_cache_mb 1 is too little"):
        cramped(200)


@pytest.mark.parametrize("config", [CONFIG, replace(SAMPLES, max_new_tokens=40)])
def test_what_the_memory_does_not_hold_at_once_waits(cramped, ours, config):
    model = cramped(260)
    assert model.max_source_tokens == 128
    assert texts(generate(model, CHATS, config)) == texts(generate(ours("hunyuan"), CHATS, config))


def test_more_samples_than_memory_holds_are_fewer(cramped):
    (output,) = generate(
        cramped(260),
        CHATS[:1],
        replace(SAMPLES, max_new_tokens=100, num_return_sequences=8, temperature=3.0),
    )
    assert len(output.candidates) == 2


@pytest.mark.parametrize("told", [{"enable_thinking": False}, {}])
def test_thoughts_are_switched_off_or_cut_as_with_the_reference(placed, tiny, tmp_path, told):
    from toolkit.engines.transformers import TransformersEngine

    told = SourceFormat(chat_template_kwargs=told)
    ours = opened(placed("qwen3_thinking"), source_format=told)
    theirs = TransformersEngine(tiny("qwen3_thinking"), name="tiny", source_format=told)
    first, second = (generate(engine, sources("qwen2"), CONFIG) for engine in (ours, theirs))
    assert texts(first) == texts(second)
    assert [each.source_tokens for each in first] == [each.source_tokens for each in second]


def test_a_chat_template_may_stand_in_for_one_that_can_not_be_run(tiny, ours, tmp_path):
    """TranslateGemma's wants language codes beside each text."""
    folder = shutil.copytree(tiny("gemma3"), tmp_path / "checkpoint")
    own = "{{ bos_token }}{{ messages[0].content[0].text.broken | nothing }}"
    (folder / "chat_template.jinja").write_text(own, "utf-8")
    file = write_gguf(folder, tmp_path / "tiny.gguf")
    parts = [tmp_path / part for part in ("model", "tokenizer")]
    for part in parts:
        part.mkdir()
    place_gguf(file, *parts)
    with pytest.raises(ModelError, match="chat template fails"):
        opened(tmp_path).count_tokens(CHATS[0])
    template = catalogue()["translategemma-4b"].chat_template
    model = opened(tmp_path, source_format=SourceFormat(chat_template=template))
    assert texts(generate(model, CHATS, CONFIG)) == texts(generate(ours(), CHATS, CONFIG))
