import threading
from itertools import islice

import pytest

from tests.engines.served import CANNED, events, pieces
from toolkit.engines.base import (
    NO_ANSWER,
    GenerationConfig,
    GenerationRequest,
    Message,
    generate,
)
from toolkit.engines.endpoint import engine as endpoint
from toolkit.engines.endpoint import http as endpoint_http
from toolkit.engines.endpoint.engine import open_endpoint
from toolkit.engines.load import EngineOptions, load_engine
from toolkit.errors import ModelError, TooLongError, UsageError

pytestmark = pytest.mark.usefixtures("quick")
GREEDY = GenerationConfig(max_new_tokens=64)
SAMPLES = GenerationConfig(
    max_new_tokens=64,
    do_sample=True,
    num_return_sequences=3,
    temperature=0.6,
    top_p=0.9,
    seed=7,
)
FRENCH, ENGLISH = next(iter(CANNED.items()))


def opened(served, **options):
    settings = {"model": "", "allow_remote": False, "timeout_s": 5, "at_once": 0, **options}
    return open_endpoint(served.url, **settings)


def ask(engine, *texts, config=GREEDY):
    return generate(engine, [(Message("user", text),) for text in texts], config)


def test_a_chat_is_asked_for_greedily_and_without_thoughts(served):
    served.log_prob = -0.5
    chat = (Message("system", "Translate."), Message("user", FRENCH))
    (output,) = generate(opened(served), [chat], GREEDY)
    assert (output.text, output.source_tokens) == (ENGLISH, 21)
    assert output.best.finished
    assert output.best.log_prob == pytest.approx(-0.5 * len(ENGLISH.split()))
    (payload,) = served.asked
    assert payload["messages"] == [
        {"role": "system", "content": "Translate."},
        {"role": "user", "content": FRENCH},
    ]
    wanted = {"model": "tiny", "max_tokens": 64, "temperature": 0, "top_p": 1, "seed": 0}
    assert wanted.items() <= payload.items()
    assert payload["chat_template_kwargs"] == {"enable_thinking": False}
    assert payload["reasoning_effort"] == "none"


def test_samples_are_asked_for_one_by_one_with_seeds_of_their_own(served):
    (output,) = ask(opened(served), FRENCH, config=SAMPLES)
    assert output.text == ENGLISH
    assert [payload["seed"] for payload in served.asked] == [7, 8, 9]
    assert {payload["temperature"] for payload in served.asked} == {0.6}


def test_probabilities_count_where_all_of_the_samples_have_one(served):
    def chat(*said, log_prob=-0.5):
        return events(*pieces(*said, log_prob=log_prob))

    served.faults = [chat("good"), chat("<think>Hm.</think>unknown"), chat("better", log_prob=-0.1)]
    (output,) = ask(opened(served, at_once=1), FRENCH, config=SAMPLES)
    assert [each.text for each in output.candidates] == ["good", "unknown", "better"]
    assert {each.log_prob for each in output.candidates} == {0.0}
    served.faults = [chat("good"), chat("better", log_prob=-0.1), chat("good")]
    (output,) = ask(opened(served, at_once=1), FRENCH, config=SAMPLES)
    assert [each.text for each in output.candidates] == ["better", "good"]


def test_beams_come_as_one_answer(served):
    beams = GenerationConfig(num_beams=4, num_return_sequences=4)
    (output,) = ask(opened(served), FRENCH, config=beams)
    assert len(output.candidates) == len(served.asked) == 1


def test_a_penalty_is_asked_for_by_both_of_its_names(served):
    ask(opened(served), FRENCH, config=GenerationConfig(repetition_penalty=1.15))
    (payload,) = served.asked
    assert payload["repetition_penalty"] == payload["repeat_penalty"] == 1.15


def test_fields_that_a_server_does_not_know_are_left_out_from_then_on(served):
    served.refuses = {"reasoning_effort", "logprobs", "top_logprobs"}
    engine = opened(served, at_once=1)
    assert [each.text for each in ask(engine, FRENCH, FRENCH)] == [ENGLISH] * 2
    assert len(served.asked) <= 4
    assert "chat_template_kwargs" in served.asked[-1]
    assert not served.refuses & served.asked[-1].keys()


def test_a_server_that_refuses_without_a_name_is_asked_for_the_least(served):
    served.faults = [422]
    assert ask(opened(served), FRENCH)[0].text == ENGLISH
    assert served.asked[-1].keys() == {
        *("model", "messages", "max_tokens", "temperature", "top_p", "stream")
    }


def test_a_server_that_refuses_all_the_same_is_quoted(served):
    served.always = 400
    with pytest.raises(ModelError, match="refuses tiny: 400: status 400"):
        ask(opened(served), FRENCH)


@pytest.mark.parametrize("status", [400, 422])
def test_a_text_that_is_refused_costs_no_other_its_answer_nor_its_switches(served, status):
    served.refused = ("poison", status)
    texts = ["poison", "un", "poison deux", "trois"]
    outputs = ask(opened(served, at_once=1), *texts)
    assert [each.text for each in outputs] == ["", "[canned] un", "", "[canned] trois"]
    assert outputs[0].is_missing
    assert "chat_template_kwargs" in served.asked[-1]


def test_a_text_that_is_refused_is_not_asked_for_once_for_each_sample(served):
    served.refused = ("poison", 400)
    (output,) = ask(opened(served), "poison", config=SAMPLES)
    assert output.is_missing
    assert len(served.asked) == 3  # with all fields, with the least, and a plain sentence


def test_a_text_that_the_server_finds_too_long_costs_no_other_its_answer(served):
    served.long = "long"
    texts = ["un", "long", "deux", "long trois"]
    outputs = ask(opened(served, at_once=1), *texts)
    assert [each.is_missing for each in outputs] == [False, True, False, True]


@pytest.mark.parametrize("fault", ["html", "cut", "empty", "nothing", "null", "reset", 500])
def test_what_is_no_answer_is_asked_for_again(served, fault):
    served.faults = [fault]
    assert ask(opened(served), FRENCH)[0].text == ENGLISH
    assert len(served.asked) == 2


def test_a_text_that_nothing_comes_for_costs_no_other_its_answer(served):
    served.answer = lambda prompt: "" if "poison" in prompt else f"[canned] {prompt}"
    texts = ["un", "poison", "deux", "trois"]
    outputs = ask(opened(served), *texts)
    assert [each.text for each in outputs] == ["[canned] un", "", "[canned] deux", "[canned] trois"]
    assert outputs[1].candidates == (NO_ANSWER,)
    assert outputs[1].is_missing
    assert not outputs[0].is_missing


def test_a_sample_that_does_not_come_is_one_fewer(served):
    served.faults = ["html"] * 4
    (output,) = ask(opened(served), FRENCH, config=SAMPLES)
    assert [each.text for each in output.candidates] == [ENGLISH]


def test_a_server_that_says_nothing_usable_is_given_up(served):
    served.always = "html"
    with pytest.raises(ModelError, match=r"gives no usable answer, at last: .*no JSON"):
        ask(opened(served, at_once=1), *map(str, range(20)))
    assert len(served.asked) == 3 * endpoint_http.TRIES  # two texts and a plain sentence


def test_texts_that_nothing_comes_for_do_not_stop_a_server_that_works(served):
    served.answer = lambda prompt: "" if "poison" in prompt else prompt
    texts = [f"poison {number}" for number in range(6)]
    assert all(each.is_missing for each in ask(opened(served), *texts))


def test_what_others_were_answered_comes_before_the_error(served, monkeypatch):
    monkeypatch.setattr(endpoint, "MAX_FAILED", 1)
    served.answer = lambda prompt: prompt if prompt in ("un", "deux") else ""
    engine, found = opened(served), set()
    requests = iter(
        GenerationRequest(source=text, config=GREEDY, key=text) for text in ("un", "deux", "poison")
    )

    def take():
        for request, _ in engine.stream(lambda: next(requests, None)):
            found.add(request.key)

    with pytest.raises(ModelError):
        take()
    assert found == {"un", "deux"}


def test_a_dead_server_ends_the_stream(served):
    engine = opened(served)
    served.stop()
    with pytest.raises(ModelError, match="nobody answers at"):
        ask(engine, FRENCH)


def test_as_many_run_at_once_as_are_wanted(served):
    together = threading.Barrier(3, timeout=10)

    def answer(prompt):
        together.wait()
        return prompt

    served.answer = answer
    assert len(ask(opened(served, at_once=3), *map(str, range(6)))) == 6


def test_nothing_is_left_running_by_a_stream_that_is_closed(served):
    engine = opened(served, timeout_s=60)
    served.faults = [None, "stall"]
    requests = iter(GenerationRequest(source=str(number), config=GREEDY) for number in range(2))
    before = threading.active_count()
    stream = engine.stream(lambda: next(requests, None))
    assert list(islice(stream, 1))
    assert served.stalling.wait(10)
    stream.close()
    assert served.hung_up.wait(5)
    assert all("ThreadPool" not in thread.name for thread in threading.enumerate())
    assert threading.active_count() <= before + 2  # of the server


def test_a_text_over_the_context_is_refused_unsent(served):
    served.pages["/props"] = {"default_generation_settings": {"n_ctx": 100}}
    engine = opened(served)
    assert engine.max_source_tokens == 50
    with pytest.raises(TooLongError):
        ask(engine, "mot " * 60)
    assert not served.asked


def test_room_is_kept_for_the_answer(served):
    assert opened(served).max_source_tokens == 3072
    assert opened(served).count_tokens("Il pleut.") == 11


def test_what_made_an_answer_is_told(served):
    served.pages["/api/show"] = {"model_info": {}}
    served.pages["/api/tags"] = {"models": [{"name": "tiny", "digest": "abc"}]}
    facts = opened(served).info.as_dict()
    assert facts["lacks"] == ["beams", "openings", "scores"]
    told = (facts["engine"], facts["model"], facts["device"], facts["sha256"])
    assert told == ("endpoint", "tiny", served.url, "abc")


def test_a_key_is_in_no_fact(served, monkeypatch):
    monkeypatch.setenv("TOOLKIT_API_KEY", "sk-hunter2")
    engine = opened(served)
    ask(engine, FRENCH)
    assert {head["Authorization"] for head in served.heads} == {"Bearer sk-hunter2"}
    assert "hunter2" not in repr(engine.info)


@pytest.mark.parametrize("url", ["http://example.org/v1", "https://192.168.1.5/v1"])
def test_another_machine_is_asked_only_when_that_is_allowed(url):
    with pytest.raises(UsageError, match=r"is not this machine.*--allow-remote"):
        open_endpoint(url, "tiny", allow_remote=False, timeout_s=1, at_once=1)


def test_given_texts_are_not_scored(served):
    with pytest.raises(ModelError, match="no scores"):
        opened(served).score(["a"], ["b"])


def test_another_engine_is_not_asked_of_a_server(served, tmp_path):
    options = EngineOptions(endpoint=served.url, engine="openvino")
    with pytest.raises(UsageError, match="runs its own"):
        load_engine("tiny", models_folder=tmp_path, options=options)
