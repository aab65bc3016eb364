"""Lengths that every engine with a tokenizer refuses."""

import pytest

from tests.helpers import engine_info
from toolkit.engines.base import Message
from toolkit.engines.model import TokenizedModel
from toolkit.errors import TooLongError

SHORT = (Message("user", "Le président est arrivé."),)


def model(tokens, *, family, limit):
    return TokenizedModel(tokens, engine_info("none", family=family), limit)


def test_a_causal_model_reads_a_source_and_its_target_in_one(tokens):
    loaded = tokens("qwen2")
    size = len(loaded.encode(SHORT)) + len(loaded.encode_target("He arrived."))
    causal = model(loaded, family="causal", limit=size)
    assert causal._encode_pairs([SHORT], ["He arrived."], most=size)
    with pytest.raises(TooLongError):
        causal._encode_pairs([SHORT], ["He arrived."], most=size - 1)


def test_of_another_model_each_has_its_own_room(tokens):
    loaded = tokens("marian")
    source, target = "Le président est arrivé.", "He arrived."
    size = max(len(loaded.encode(source)), len(loaded.encode_target(target)))
    other = model(loaded, family="seq2seq", limit=size)
    assert other._encode_pairs([source], [target], most=size)
    with pytest.raises(TooLongError):
        other._encode_pairs([source], [target], most=size - 1)


def test_a_source_over_the_limit_is_refused(tokens):
    loaded = tokens("qwen2")
    with pytest.raises(TooLongError):
        model(loaded, family="causal", limit=3)._encode([SHORT])
