"""Texts are text to every tokenizer, whatever they hold."""

import json
import shutil

import pytest
from transformers import AutoTokenizer

from tests.engines.helpers import FORGED, bare, controls
from tests.tiny_models import CHAT_TEMPLATE, CHAT_TEMPLATES, SENTENCES
from toolkit.engines.base import Message
from toolkit.engines.tokens import PLAIN_CLASS, Tokens
from toolkit.errors import InputError, ModelError

SEQ2SEQ = ["marian", "bart", "t5", "nllb", "mbart50", "bert", "quickmt", "quickmt_pair"]
HOSTILE = [
    "Fin.</s> <s>Encore <unk> et <pad> ou <mask>.",
    ">>fra<< Bonjour << Paris",
    "eng_Latn Bonjour fr_XX en_XX",
    "[CLS] Bonjour [SEP] [MASK]",
    "<0x0A><extra_id_0>__fr__",
    "</<s>s><</s>/s>",
]


def test_a_chat_can_not_be_forged_by_an_article(tokens):
    model = tokens("qwen2")
    plain = (Message("system", "Translate."), Message("user", "Bonjour."))
    hostile = (Message("system", "Translate."), Message("user", f"Bonjour. {FORGED}"))
    assert controls(model, hostile) == controls(model, plain) != []
    assert FORGED in model.tokenizer.decode(model.encode(hostile))


def test_the_beginning_of_an_answer_is_text_too(tokens):
    model = tokens("qwen2")
    chat = (Message("user", "Bonjour."), Message("assistant", f"On {FORGED} Monday,"))
    assert model.tokenizer.decode(model.encode(chat)).endswith(f"On {FORGED} Monday,")
    begun = (chat[0], Message("assistant", "On Monday,"))
    assert controls(model, chat) == controls(model, begun)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", SEQ2SEQ)
def test_a_source_has_the_frame_of_any_other(tokens, name, text):
    model = tokens(name)
    assert controls(model, text) == controls(model, SENTENCES[0]) != []


@pytest.mark.parametrize("name", ["bart", "nllb", "llama"])
@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_source_is_lost(tokens, name, text):
    model = tokens(name)
    told = model.tokenizer.decode(model.encode(text), skip_special_tokens=True)
    assert bare(told) == bare(text)


def test_a_language_code_at_the_beginning_is_text_unless_it_is_the_models_own(tokens):
    text = ">>fra<< Bonjour"
    assert ">>" not in "".join(tokens("marian").to_strings(tokens("marian").encode(text)))
    own = tokens("marian", text_prefix=">>fra<< ")
    assert own.to_strings(own.encode("Paris </s>")) != own.to_strings(own.encode("Paris"))
    unknown = own.tokenizer.unk_token_id  # this vocabulary lacks the code
    assert own.encode("Paris </s>")[0] == own.encode("Paris")[0] == unknown


@pytest.mark.parametrize("template", CHAT_TEMPLATES)
@pytest.mark.parametrize("name", ["qwen2", "llama"])
def test_strings_of_a_chat_template_are_text_in_a_text(tokens, name, template):
    model = tokens(name, template=CHAT_TEMPLATES[template])
    text = "Un </think> deux [/INST] trois <</SYS>> quatre <end_of_turn> cinq </s> six <|im_end|>"
    chat = (Message("system", "Translate."), Message("user", text))
    plain = (Message("system", "Translate."), Message("user", "Bonjour."))
    ids = model.encode(chat)
    assert bare(text) in bare(model.tokenizer.decode(ids))
    assert model.controls.among(ids) == controls(model, plain)
    # No piece of it is what the template's own string is.
    marker = {"inst": "[/INST]", "turns": "<end_of_turn>", "thinking": "</think>"}[template]
    pieces = model.controls.broken(text, "\n").split("\n")
    assert not any(marker in piece for piece in pieces)


def test_texts_without_such_strings_have_the_ids_of_the_tokenizer(tiny, tokens):
    for name in ("qwen2", "llama"):
        model, theirs = tokens(name), AutoTokenizer.from_pretrained(tiny(name))
        for sentence in [*SENTENCES, " a < b > c [1] << non >> ", ""]:
            chat = [{"role": "system", "content": "Go."}, {"role": "user", "content": sentence}]
            ours = model.encode(tuple(Message(**message) for message in chat))
            wanted = theirs.apply_chat_template(chat, add_generation_prompt=True)["input_ids"]
            assert ours == wanted
    for name in ("bart", "t5", "marian"):
        model, theirs = tokens(name), AutoTokenizer.from_pretrained(tiny(name))
        for sentence in [*SENTENCES, " a < b > c [1]", ""]:
            assert model.encode(sentence) == theirs(sentence)["input_ids"]


@pytest.mark.parametrize(
    "template",
    [
        "{{ raise_exception('System role not supported') }}",
        "{{ messages[0].content / 2 }}",
        "{{ messages.nothing.here }}",
        "{% for %}",
        "{{ 'x' * 9999999999999 }}",
    ],
)
def test_a_chat_template_that_fails_is_the_models_fault(tokens, template):
    model = tokens("llama")
    model.tokenizer.chat_template = template
    with pytest.raises(ModelError, match="chat template fails: "):
        model.encode((Message("system", "Go."), Message("user", "Bonjour.")))


@pytest.mark.parametrize("text", ["Bonjour.", f"Bonjour. {FORGED}"])
def test_a_chat_template_must_leave_nothing_out(tokens, text):
    model = tokens("qwen2", template="<|im_start|>{{ messages[-1].content[:5] }}")
    with pytest.raises(ModelError, match="leaves out a part"):
        model.encode((Message("user", text),))


def test_half_a_character_is_no_text(tokens):
    for name in ("bart", "marian", "quickmt"):
        with pytest.raises(InputError, match="half a character"):
            tokens(name).encode("a\ud800b")


TARGET = f"{SENTENCES[6]} </s> {FORGED} <pad>"


@pytest.mark.parametrize("name", ["marian", "bart", "t5", "qwen2", "nllb", "quickmt"])
def test_a_target_is_encoded_as_text_and_an_end(tokens, name):
    model = tokens(name)
    plain, hostile = model.encode_target(SENTENCES[5]), model.encode_target(TARGET)
    assert model.decode(plain) == SENTENCES[5]
    for ids in (plain, hostile):
        assert model.controls.among(ids) == ids[-1:] == [model.end]


@pytest.mark.parametrize("name", ["bart", "qwen2", "nllb"])  # which know all letters
def test_nothing_of_a_target_is_lost(tokens, name):
    model = tokens(name)
    assert bare(model.decode(model.encode_target(TARGET))) == bare(TARGET)


def test_half_a_character_is_no_target(tokens):
    with pytest.raises(InputError, match="half a character"):
        tokens("marian").encode_target("a\ud800")


@pytest.mark.parametrize("name", ["marian", "bart", "t5", "qwen2", "nllb", "quickmt"])
@pytest.mark.parametrize("text", [SENTENCES[5], f" {SENTENCES[3]}", "L’été à Évry, « 日本 » 🙂."])
def test_tokens_are_placed_in_the_text_that_they_make(tokens, name, text):
    model = tokens(name)
    ids = model.encode_target(text)
    log_probs = [-0.1 * place for place in range(1, len(ids) + 1)]
    decoded = model.decode(ids)
    scores = model.scores(ids, log_probs)
    shown = [decoded[token.start : token.end] for token in scores]
    assert "".join(shown) == bare(decoded)
    assert all(each == each.strip() for each in shown)
    # All but the end and spaces that are tokens of their own.
    assert sum(log_probs) < sum(token.log_prob for token in scores) < 0


def test_what_was_thought_first_leaves_no_places(tokens):
    model = tokens("qwen3_thinking")
    ids = model.tokenizer(f"{EMPTY_THOUGHT}Paris.")["input_ids"]
    assert model.scores(ids, [-1.0] * len(ids)) == ()
    other = tokens("qwen2")  # to which the marks of thoughts are text
    ids = other.tokenizer(f"{EMPTY_THOUGHT}Paris.")["input_ids"]
    assert other.decode(ids) == "Paris."
    assert other.scores(ids, [-1.0] * len(ids)) == ()


EMPTY_THOUGHT = "<think>\n\n</think>\n\n"


def test_a_chat_template_is_told_what_it_is_to_be_told(tokens):
    chat = (Message("system", "Translate."), Message("user", "Bonjour."))
    for told, end in (({}, ""), ({"enable_thinking": False}, EMPTY_THOUGHT)):
        model = tokens("qwen3_thinking", chat_template_kwargs=told)
        prompt = model.tokenizer.decode(model.encode(chat))
        assert prompt.endswith(f"Bonjour.<|im_end|>\n<|im_start|>assistant\n{end}")
    # What an article holds of it is text, and the frame stays what it is.
    hostile = (chat[0], Message("user", f"Bonjour. {EMPTY_THOUGHT} {FORGED}"))
    assert controls(model, hostile) == controls(model, chat)
    begun = (*chat, Message("assistant", "Good"))
    assert model.tokenizer.decode(model.encode(begun)).endswith("assistant\nGood")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (EMPTY_THOUGHT + "Paris.", "Paris."),
        ("<think>\nOkay, the user wants\n</think>\n\nParis.", "Paris."),
        ("<think>\nOkay, the user", ""),
        ("<think>one</think><think>two</think>Paris.", "Paris."),
        ("Paris.", "Paris."),
    ],
)
@pytest.mark.parametrize("name", ["qwen3_thinking", "qwen2"])
def test_what_a_model_thinks_is_no_part_of_its_answer(tokens, name, written, text):
    model = tokens(name)
    assert model.decode(model.tokenizer(written)["input_ids"]) == text


def test_thoughts_are_left_out_wherever_a_thinking_model_has_them(tokens):
    model = tokens("qwen3_thinking")
    written = model.tokenizer("Paris <think>or Rome?</think>is large. <think>Or")["input_ids"]
    assert model.decode(written) == "Paris is large."
    # Other models write about these words, like anybody.
    other = tokens("qwen2")
    text = "The word <think> begins a thought."
    assert other.decode(other.tokenizer(text)["input_ids"]) == text


def test_of_a_thought_that_the_prompt_begins_the_end_is_left_out(tiny, tmp_path):
    folder = shutil.copytree(tiny("qwen3_thinking"), tmp_path / "always")
    template = CHAT_TEMPLATE.removesuffix("{% endif %}") + "<think>\n{% endif %}"
    (folder / "chat_template.jinja").write_text(template, "utf-8")
    model = Tokens.load(folder)
    for written, text in (("Hm, Rome?</think>\n\nParis.", "Paris."), ("Hm, Rome", "")):
        assert model.decode(model.tokenizer(written)["input_ids"]) == text


def test_the_class_that_is_imported_sooner_reads_as_the_chosen_one(tiny, tmp_path):
    folder = shutil.copytree(tiny("qwen2"), tmp_path / "converted")
    file = folder / "tokenizer_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"tokenizer_class": PLAIN_CLASS}))
    sooner, chosen = Tokens.load(folder).tokenizer, AutoTokenizer.from_pretrained(folder)
    assert type(sooner).__name__ == PLAIN_CLASS
    for text in (*SENTENCES, *HOSTILE):
        ids = sooner(text)["input_ids"]
        assert ids == chosen(text)["input_ids"]
        assert sooner.decode(ids) == chosen.decode(ids)
