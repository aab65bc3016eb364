import pytest

from toolkit.engines.base import GenerationConfig, GenerationRequest, generate
from toolkit.engines.checked import CheckedEngine
from toolkit.engines.fake import FakeEngine
from toolkit.engines.shared import SharedEngine

CONFIG = GenerationConfig()


class GaveUpError(Exception):
    pass


def test_it_answers_as_the_engine_does():
    fake = FakeEngine(str.upper, family="seq2seq")
    checks = []
    engine = CheckedEngine(SharedEngine(fake), lambda: checks.append(1))
    assert engine.info == fake.info
    assert engine.max_source_tokens == fake.max_source_tokens
    assert engine.count_tokens("one two") == 2
    assert engine.score(["un"], ["UN"]) == fake.score(["un"], ["UN"])
    assert [each.text for each in generate(engine, ["a", "b"], CONFIG)] == ["A", "B"]
    assert len(checks) >= 4


@pytest.mark.parametrize("allowed", [0, 5, 100])
def test_a_stream_ends_where_its_user_gives_up_and_leaves_nothing_behind(allowed):
    shared, checks = SharedEngine(FakeEngine(str.upper, family="seq2seq")), []

    def check():
        checks.append(1)
        if len(checks) > allowed:
            raise GaveUpError

    def pull():
        return GenerationRequest(source="more", config=CONFIG)

    with pytest.raises(GaveUpError):
        list(CheckedEngine(shared, check).stream(pull))
    assert not shared._clients
    assert generate(shared, ["after"], CONFIG)[0].text == "AFTER"
