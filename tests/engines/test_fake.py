from collections import deque
from dataclasses import replace

from tests.engines.helpers import CONFIG, log_probs
from toolkit.engines.base import GenerationRequest, generate
from toolkit.engines.fake import FakeEngine


def test_the_fake_engine_says_that_it_is_fake():
    (output,) = generate(FakeEngine(), ["Bonjour"], CONFIG)
    assert output.text == "[fake] Bonjour"


def test_requests_are_answered_one_by_one():
    waiting = deque(GenerationRequest(source=each, config=CONFIG) for each in "ab")
    taken = []

    def pull():
        taken.append(waiting[0].source if waiting else None)
        return waiting.popleft() if waiting else None

    for request, _ in FakeEngine().stream(pull):
        assert taken[-1] == request.source
        if request.source == "a":
            waiting.append(GenerationRequest(source="c", config=CONFIG))
    assert taken == ["a", "b", "c", None]


def test_candidates_differ_and_have_the_scores_of_their_texts():
    engine, config = FakeEngine(), replace(CONFIG, num_beams=3, num_return_sequences=3)
    (output,) = generate(engine, ["Il pleut fort"], config)
    texts = [each.text for each in output.candidates]
    answer = "[fake] Il pleut fort"
    assert texts == [answer, f"{answer} fort", f"{answer} fort fort"]
    scores = log_probs(engine, ["Il pleut fort"] * 3, texts)
    assert scores == [each.log_prob for each in output.candidates]
    assert scores == sorted(set(scores), reverse=True)
