from tests.engines.helpers import CONFIG
from toolkit.engines.base import generate
from toolkit.engines.fake import FakeEngine


def test_the_fake_engine_says_that_it_is_fake():
    (output,) = generate(FakeEngine(), ["Bonjour"], CONFIG)
    assert output.text == "[fake] Bonjour"
