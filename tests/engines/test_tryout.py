from types import SimpleNamespace

import pytest

from toolkit.engines import tryout
from toolkit.engines.base import Message
from toolkit.engines.fake import FakeEngine
from toolkit.engines.tryout import FRENCH, try_out
from toolkit.errors import ModelError


@pytest.fixture
def answering(monkeypatch):
    """A model of a family whose engine answers with a function."""

    def model(answer, family):
        monkeypatch.setattr(tryout, "open_installed", lambda _: FakeEngine(answer, family=family))
        return SimpleNamespace(id="some-model", family=family)

    return model


@pytest.mark.parametrize("family", ["seq2seq", "causal"])
def test_a_model_is_asked_as_its_family_is(answering, family):
    asked = []

    def answer(text):
        asked.append(text)
        return "The PRESIDENT came."

    assert try_out(answering(answer, family)) == "The PRESIDENT came."
    (text,) = asked
    assert (text == FRENCH) == (family == "seq2seq")
    assert text.endswith(FRENCH)


def test_a_model_is_asked_with_the_prompt_that_its_makers_prescribe(answering):
    chat = (Message("user", "Translate into English:\n\n\nParis"),)
    assert try_out(answering(lambda text: text[-5:], "causal"), chat) == "Paris"


def test_an_answer_about_something_else_is_told(answering):
    with pytest.raises(ModelError, match=r"some-model doesn't work: it answered «the the the»"):
        try_out(answering(lambda _: "the the the", "causal"))
