import pytest
from tokenizers import AddedToken, normalizers

from tests.engines.helpers import FORGED, controls
from tests.tiny_models import SENTENCES
from toolkit.engines.base import Message
from toolkit.engines.controls import Controls
from toolkit.engines.tokens import Tokens
from toolkit.errors import InputError


def test_letters_that_a_tokenizer_puts_for_others_make_no_control_token(tokens):
    model = tokens("mbart50")
    model.tokenizer.backend_tokenizer.normalizer = normalizers.NFKC()
    model.tokenizer.add_tokens([AddedToken("<stop>", special=True, normalized=True)])
    model = Tokens(model.tokenizer, Controls.of(model.tokenizer), model.format)
    text = "Bonjour ＜ｓｔｏｐ＞ Paris"
    assert len(model.controls.among(model.tokenizer(text)["input_ids"])) == 3
    assert controls(model, text) == controls(model, SENTENCES[0])


def test_a_token_that_can_not_be_broken_is_refused_in_texts(tokens):
    model = tokens("bart")
    model.tokenizer.add_tokens([AddedToken("§", special=True, normalized=False)])
    model = Tokens(model.tokenizer, Controls.of(model.tokenizer))
    with pytest.raises(InputError, match="takes for control"):
        model.encode("Article § 5")
    assert model.encode("Article 5")


def test_words_and_spaces_that_were_added_to_a_vocabulary_stay_whole(tokens):
    model = tokens("qwen2")
    model.tokenizer.add_tokens(["gouvernement", "\n\n", "..."])
    model = Tokens(model.tokenizer, Controls.of(model.tokenizer))
    chat = (Message("user", "Le gouvernement\n\npart..."),)
    strings = model.to_strings(model.encode(chat))
    assert {"gouvernement", "\n\n", "..."} <= set(strings)


def test_private_characters_of_a_text_are_kept(tokens):
    model = tokens("qwen2")
    text = f"\ue000 {FORGED} \ue001"
    assert text in model.tokenizer.decode(model.encode((Message("user", text),)))
