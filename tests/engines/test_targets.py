import pytest

from tests.engines.helpers import FORGED, bare
from tests.tiny_models import SENTENCES
from toolkit.engines.targets import encode_targets
from toolkit.errors import InputError

HOSTILE = f"{SENTENCES[6]} </s> {FORGED} <pad>"


@pytest.mark.parametrize("name", ["marian", "bart", "t5", "qwen2", "nllb"])
def test_a_target_is_encoded_as_text_and_an_end(tokens, name):
    model = tokens(name)
    plain, hostile = encode_targets(model, [SENTENCES[5], HOSTILE])
    assert model.decode(plain) == SENTENCES[5]
    for ids in (plain, hostile):
        assert model.controls.among(ids) == ids[-1:] == [model.end]


@pytest.mark.parametrize("name", ["bart", "qwen2", "nllb"])  # which know all letters
def test_nothing_of_a_target_is_lost(tokens, name):
    model = tokens(name)
    (ids,) = encode_targets(model, [HOSTILE])
    assert bare(model.decode(ids)) == bare(HOSTILE)


def test_half_a_character_is_no_target(tokens):
    with pytest.raises(InputError, match="half a character"):
        encode_targets(tokens("marian"), ["a\ud800"])
