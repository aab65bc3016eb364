from toolkit.engines.asking import run
from toolkit.engines.base import GenerationConfig, GenerationRequest
from toolkit.engines.fake import FakeEngine

CONFIG = GenerationConfig()


def request(text):
    return GenerationRequest(source=text, config=CONFIG)


def work(name, *rounds):
    """Asks for each round's texts and returns all answers."""
    answers = []
    for texts in rounds:
        outputs = yield [request(f"{name} {text}") for text in texts]
        answers += [output.text for output in outputs]
    return answers


def test_each_work_gets_its_own_answers_in_the_order_of_its_requests():
    done = dict(
        run(
            FakeEngine(str.upper),
            [("a", work("a", ["one", "two"], ["three"])), ("b", work("b", ["one"]))],
        )
    )
    assert done == {"a": ["A ONE", "A TWO", "A THREE"], "b": ["B ONE"]}


def test_work_is_begun_as_there_is_room():
    begun = []

    def many():
        for number in range(1000):
            begun.append(number)
            yield number, work(str(number), ["one"])

    done = run(FakeEngine(), many())
    next(done)
    assert len(begun) < 1000
    assert len(list(done)) == 999


def test_work_that_asks_nothing_comes_to_its_value():
    assert dict(run(FakeEngine(), [("a", work("a")), ("b", work("b", []))])) == {"a": [], "b": []}
