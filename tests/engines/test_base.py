"""What every engine keeps to."""

from dataclasses import replace

import pytest

from tests.engines.helpers import CONFIG, ENGINES, FAMILIES, sources
from tests.tiny_models import SENTENCES
from toolkit.engines.base import (
    Candidate,
    GenerationConfig,
    Message,
    TokenScore,
    device_for,
    generate,
)
from toolkit.engines.fake import FakeEngine
from toolkit.errors import TooLongError, UsageError


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", FAMILIES)
def test_order_of_a_batch_does_not_matter(load, name, engine):
    model = load(name, engine)
    forwards = generate(model, sources(name), CONFIG)
    backwards = generate(model, sources(name)[::-1], CONFIG)
    assert [o.text for o in backwards[::-1]] == [o.text for o in forwards]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", FAMILIES)
def test_what_does_not_reach_its_end_is_marked(load, name, engine):
    (output,) = generate(load(name, engine), sources(name)[:1], GenerationConfig(max_new_tokens=1))
    assert output.best.new_tokens == 1
    assert not output.best.finished


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", [name for name in FAMILIES if FAMILIES[name] == "seq2seq"])
def test_an_output_ends_with_the_models_positions(load, name, engine):
    model = load(name, engine)
    config = GenerationConfig(max_new_tokens=100_000, repetition_penalty=1.2)
    for output in generate(model, sources(name), config):
        assert output.best.new_tokens <= model.max_source_tokens


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", FAMILIES)
def test_a_source_over_the_limit_is_refused_and_never_cut(load, name, engine):
    model = load(name, engine)
    long = " ".join(SENTENCES * 300)
    source = long if FAMILIES[name] == "seq2seq" else (Message("user", long),)
    assert model.count_tokens(source) > model.max_source_tokens
    with pytest.raises(TooLongError, match="over the model's limit"):
        generate(model, [source], CONFIG)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_chat_that_ends_with_the_assistant_is_continued(load, engine):
    model = load("qwen2", engine)
    plain = (Message("user", SENTENCES[0]),)
    begun = (*plain, Message("assistant", "The president"))
    assert model.count_tokens(begun) > model.count_tokens(plain)
    texts = [o.text for o in generate(model, [plain, begun], CONFIG)]
    assert texts[0] != texts[1]


@pytest.mark.parametrize("engine", ENGINES)
def test_no_sources_give_no_outputs(load, engine):
    assert generate(load("marian", engine), [], CONFIG) == []


def test_auto_takes_the_better_device():
    assert device_for("auto", has_cuda=True) == "cuda"
    assert device_for("auto", has_cuda=False) == "cpu"
    assert device_for("cpu", has_cuda=True) == "cpu"
    with pytest.raises(UsageError, match="no CUDA device"):
        device_for("cuda", has_cuda=False)


def test_outputs_are_in_the_order_of_their_requests_whatever_is_finished_first():
    class LastFirst(FakeEngine):
        def stream(self, pull):
            yield from reversed(list(super().stream(pull)))

    outputs = generate(LastFirst(str.upper), ["one", "two", "one"], CONFIG)
    assert [output.text for output in outputs] == ["ONE", "TWO", "ONE"]
    assert generate(LastFirst(str.upper), [], CONFIG) == []


def test_tokens_that_still_stand_in_other_words_keep_their_scores():
    tokens = (TokenScore(0, 3, -1.0), TokenScore(4, 8, -2.0), TokenScore(8, 9, -3.0))
    answer = Candidate(text="Big news.", log_prob=-6.0, new_tokens=3, finished=True, tokens=tokens)
    other = answer.with_text("On Monday: Big new.")
    assert other == replace(
        answer,
        text="On Monday: Big new.",
        tokens=(TokenScore(11, 14, -1.0), TokenScore(18, 19, -3.0)),
    )
    assert answer.with_text(answer.text) is answer


def test_long_answers_that_are_put_right_take_no_time():
    text = "ab  " * 20_000
    tokens = (TokenScore(0, 2, -1.0), TokenScore(79_996, 79_998, -2.0))
    answer = Candidate(text=text, log_prob=-3.0, new_tokens=2, finished=True, tokens=tokens)
    right = " ".join(text.split())
    assert answer.with_text(right).tokens[0] == tokens[0]
    assert replace(answer, tokens=()).with_text(right).text == right
