import pytest

from tests.engines.served import bodies, events, pieces, whole
from toolkit.engines.endpoint.answers import estimated_tokens, read_answer
from toolkit.engines.endpoint.http import Reply, UnusableError
from toolkit.errors import TooLongError

TEXT = "The president arrived in Paris on Monday."


def read(body, *sources):
    return read_answer(Reply(200, {}, body), sources)


def test_a_stream_and_a_single_value_say_the_same():
    assert read(events(*pieces(TEXT))).text == read(whole(TEXT)).text == TEXT
    assert read(events(*pieces(TEXT)).replace(b"\n", b"\r\n")).text == TEXT


def test_lines_of_json_end_where_those_of_the_stream_do():
    text = "One\u2028two\x85three"
    assert read(events(*pieces(text))).text == text


def test_what_the_server_counts_is_taken_over():
    answer = read(events(*pieces(TEXT, log_prob=-0.5)))
    assert (answer.new_tokens, answer.source_tokens, answer.finished) == (8, 21, True)
    assert answer.log_prob == pytest.approx(-3.5)


@pytest.mark.parametrize("reason", ["length", "content_filter", "abort"])
def test_an_answer_that_the_model_did_not_end_is_not_finished(reason):
    assert read(events(*pieces(TEXT, reason=reason))).finished is False


@pytest.mark.parametrize("log_prob", [float("nan"), float("inf"), 10**400, -3.4e38, "-1", None])
def test_a_probability_that_is_none_is_unknown(log_prob):
    assert read(events(*pieces(TEXT, log_prob=log_prob))).log_prob == 0.0


def test_probabilities_of_thoughts_and_of_a_part_are_none_of_the_answer():
    assert read(events(*pieces(f"<think>Hm.</think>{TEXT}", log_prob=-0.5))).log_prob == 0.0
    (first, *rest) = pieces(TEXT, log_prob=-0.5)
    for value in rest:
        for choice in value["choices"]:
            choice.pop("logprobs", None)
    assert read(events(first, *rest)).log_prob == 0.0


@pytest.mark.parametrize("name", ["thinking", "thought", "reasoning", "whole"])
def test_thoughts_are_no_part_of_an_answer(name):
    assert read(bodies(TEXT)[name]).text == TEXT


def test_what_the_source_quotes_is_no_thought():
    answer = "The page ends with </think> and a full stop."
    assert read(whole(answer), "La page finit par </think> et un point.").text == answer
    assert read(whole(answer)).text == "and a full stop."


@pytest.mark.parametrize(
    "name",
    [
        *("html", "cut", "torn", "no-choices", "odd-choices", "odd-content", "list", "null"),
        *("empty", "nothing", "error", "surrogate", "bytes", "nested", "thoughts-only"),
    ],
)
def test_what_is_no_answer_is_told_from_one(name):
    with pytest.raises(UnusableError):
        read(bodies(TEXT)[name])


def test_a_context_that_ran_out_meanwhile_is_named():
    error = {"error": {"message": "the request exceeds the available context size"}}
    with pytest.raises(TooLongError):
        read(events(*list(pieces(TEXT))[:2], error))


def test_more_tokens_are_expected_than_come():
    assert estimated_tokens(TEXT) >= 9
    assert estimated_tokens("北京") == 2
    assert estimated_tokens("") == 0
