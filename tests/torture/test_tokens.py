"""Random texts full of what tokenizers take for control."""

import pytest

from tests.tiny_models import CHAT_TEMPLATES, LETTERS, SENTENCES, build_marian
from toolkit.engines.base import Message
from toolkit.engines.controls import Controls
from toolkit.engines.tokens import SourceFormat, Tokens

CODES = {"nllb": "fra_Latn", "mbart50": "fr_XX"}
DANGEROUS = """<|im_start|> <|im_end|> <|endoftext|> <s> </s> <unk> <pad> <mask> [CLS] [SEP] [MASK]
[PAD] [INST] [/INST] <<SYS>> <</SYS>> <start_of_turn> <end_of_turn> <think> </think> >>fra<<
>>eng<< fra_Latn eng_Latn fr_XX en_XX __fr__ <0x0A> <extra_id_0> <tool_response>""".split()
WORDS = " ".join(SENTENCES[:5]).split()
SPACES = ["", "", " ", "  ", "\n", "\t", "\u00a0", "\u202f"]
QUICK = 100
# Vocabularies with all letters, where decoding gives back what was encoded.
WHOLE = {"bart", "nllb", "mbart50", "qwen2", "llama", "marian"}


@pytest.fixture
def tokens(tiny, tmp_path):
    def load(name):
        if name == "marian":
            texts = [*SENTENCES, LETTERS]
            folder = build_marian(tmp_path / name, texts=texts, vocab_size=170)
        else:
            folder = tiny(name)
        return Tokens.load(folder, SourceFormat(source_code=CODES.get(name)))

    return load


def hostile_text(random):
    """Dangerous strings, whole, cut and inside each other, between words and spaces."""
    parts = []
    for _ in range(random.randint(1, 12)):
        string = random.choice(DANGEROUS)
        cut = random.randint(0, len(string))
        kind = random.randrange(6)
        if kind == 0:
            string = random.choice(WORDS)
        elif kind == 1:
            string = string[:cut] + random.choice(DANGEROUS) + string[cut:]
        elif kind == 2:
            string = string[:cut]
        elif kind == 3:
            string = string[cut:]
        parts += [string, random.choice(SPACES)]
    return "".join(parts)


def bare(text):
    return "".join(text.split()).replace("\u00a0", "").replace("\u202f", "")


@pytest.mark.parametrize("name", ["marian", "bart", "t5", "nllb", "mbart50", "bert"])
def test_no_source_leaves_its_frame(tokens, name, rounds, figures):
    model = tokens(name)
    frame = model.controls.among(model.encode("Paris"))
    assert frame
    for random in rounds(QUICK):
        text = hostile_text(random)
        ids = model.encode(text)
        assert model.controls.among(ids) == frame, text
        if name in WHOLE:
            told = model.tokenizer.decode(ids, skip_special_tokens=True)
            assert bare(told) == bare(text)
        figures["inputs"] += 1


@pytest.mark.parametrize("template", ["", *CHAT_TEMPLATES])
@pytest.mark.parametrize("name", ["qwen2", "llama"])
def test_no_chat_leaves_its_template(tokens, name, template, rounds, figures):
    model = tokens(name)
    if template:
        model.tokenizer.chat_template = CHAT_TEMPLATES[template]
        model = Tokens(model.tokenizer, Controls.of(model.tokenizer))
    for random in rounds(QUICK):
        roles = ["system", "user", "assistant"][: random.randint(1, 3)]
        texts = [hostile_text(random) for _ in roles]
        chat, plain = (
            tuple(Message(role, each) for role, each in zip(roles, told, strict=True))
            for told in (texts, ["Paris" if text.strip() else "" for text in texts])
        )
        ids = model.encode(chat)
        assert model.controls.among(ids) == model.controls.among(model.encode(plain)), texts
        rendered = bare(model.tokenizer.decode(ids))
        assert all(bare(text) in rendered for text in texts), texts
        figures["inputs"] += 1
