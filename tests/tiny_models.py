"""Random models with small vocabularies, saved as the hub has them."""

import json
import shutil
from pathlib import Path

import numpy as np
import sentencepiece
import torch
import transformers
from gguf import GGUFWriter, LlamaFileType
from tokenizers import (
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

SENTENCES = [
    "Le président est arrivé lundi à Paris pour une visite officielle.",
    "Les deux pays ont signé un accord sur le commerce et la culture.",
    "La ministre a déclaré que la coopération devait être renforcée.",
    "Environ 1 200 personnes ont manifesté dans les rues de la capitale.",
    "Il a ajouté que la paix et la stabilité restaient une priorité.",
    "The president arrived in Paris on Monday for an official visit.",
    "Both countries signed an agreement on trade and culture.",
    "The minister said that cooperation had to be strengthened.",
]
LETTERS = "".join(map(chr, range(33, 127)))
# How other families begin and end a turn, some with strings that are no tokens of their own.
CHAT_TEMPLATES = {
    "inst": (
        "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}<<SYS>>\n{{ m.content }}"
        "\n<</SYS>>\n\n{% elif m.role == 'user' %}[INST] {{ m.content | trim }} [/INST]"
        "{% else %} {{ m.content | trim }}{{ eos_token }}{% endif %}{% endfor %}"
    ),
    "turns": (
        "{{ bos_token }}{% for m in messages %}"
        "{{ '<start_of_turn>' + m.role + '\n' + m.content | trim + '<end_of_turn>\n' }}"
        "{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
    ),
    "thinking": (
        "{% for m in messages %}{% set text = m.content %}{% if '</think>' in text %}"
        "{% set text = text.split('</think>')[-1].lstrip('\n') %}{% endif %}"
        "<|im_start|>{{ m.role }}\n{{ text }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n\n</think>\n\n{% endif %}"
    ),
}
CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}"
    "{% if not (loop.last and m.role == 'assistant' and not add_generation_prompt) %}"
    "<|im_end|>\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

# How other tokenizers split texts, by what llama.cpp calls them.
SPLITS = {
    "hunyuan-dense": [
        r"\p{N}{1,3}",
        "[一-龥぀-ゟ゠-ヿ]+",
        r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
        r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ],
    "smaug-bpe": [
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ],
}
HUNYUAN_TEMPLATE = (
    "<|startoftext|>{% for m in messages %}{% if m.role == 'user' %}"
    "<|hy_User|>{{ m.content }}<|hy_Assistant|>{% elif m.role == 'assistant' %}{{ m.content }}"
    "{% if not loop.last or add_generation_prompt %}<|eos|>{% endif %}"
    "{% else %}{{ m.content }}<|extra_4|>{% endif %}{% endfor %}"
)
GEMMA_TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<start_of_turn>"
    "{{ 'model' if m.role == 'assistant' else 'user' }}\n{{ m.content | trim }}<end_of_turn>\n"
    "{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)

# As Qwen3's: an empty thought keeps the model from thinking.
THINKING_TEMPLATE = CHAT_TEMPLATE.removesuffix("{% endif %}") + (
    "{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n"
    "{% endif %}{% endif %}"
)


def train_sentencepiece(folder, *, vocab_size=90, texts=SENTENCES, **options) -> Path:
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(list(texts) * 20), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus),
        model_prefix=str(folder / "spm"),
        vocab_size=vocab_size,
        minloglevel=2,
        **options,
    )
    corpus.unlink()
    return folder / "spm.model"


def build_marian(folder: Path, *, vocab_size=90, texts=SENTENCES, words=0, **sizes: int) -> Path:
    """A Marian checkpoint with its pair of sentencepiece models, trained on `texts`.

    `words` fills the vocabulary up with what never occurs, and `sizes` are those of MarianConfig:
    together they make a model as large, and so as slow, as a real one.
    """
    folder.mkdir(parents=True)
    model_file = train_sentencepiece(folder, vocab_size=vocab_size, texts=texts)
    processor = sentencepiece.SentencePieceProcessor(model_file=str(model_file))
    pieces = [processor.id_to_piece(i) for i in range(processor.get_piece_size())]
    pieces = [piece for piece in pieces if piece not in ("<s>", "</s>", "<unk>")]
    pieces += [f"<unused{number}>" for number in range(words - len(pieces))]
    pieces = ["</s>", "<unk>", *pieces, "<pad>"]
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(model_file.read_bytes())
    (folder / "tokenizer_config.json").write_text(
        json.dumps(
            {
                "source_lang": "fr",
                "target_lang": "en",
                "tokenizer_class": "MarianTokenizer",
                "model_max_length": 128,
            }
        )
    )
    pad = vocabulary["<pad>"]
    small = {
        "d_model": 32,
        "encoder_layers": 2,
        "decoder_layers": 2,
        "encoder_attention_heads": 4,
        "decoder_attention_heads": 4,
        "encoder_ffn_dim": 64,
        "decoder_ffn_dim": 64,
    }
    config = transformers.MarianConfig(
        **(small | sizes),
        vocab_size=len(vocabulary),
        max_position_embeddings=128,
        pad_token_id=pad,
        decoder_start_token_id=pad,
        eos_token_id=0,
        forced_eos_token_id=None,
        static_position_embeddings=True,
        scale_embedding=True,
        activation_function="swish",
    )
    model = _random(transformers.MarianMTModel, config)
    # Marian's decoder begins with a zero vector, which checkpoints store as that of <pad>.
    model.model.shared.weight.data[pad] = 0
    model.generation_config.bad_words_ids = [[pad]]
    model.generation_config.decoder_start_token_id = pad
    model.save_pretrained(folder)
    return folder


def build_quickmt(folder: Path, *, joint: bool = True, inner: int = 64) -> Path:
    """A CTranslate2 folder as quickmt publishes its translators, with one tokenizer or a pair.

    Its weights are random but for those that let it write SENTENCES[5], whatever it reads. `inner`
    is the size of the encoder's inner layer: 100,000 makes 27 MB.
    """
    from toolkit.models.ctranslate2_runtime import Activation, TransformerSpec

    folder.mkdir(parents=True)
    names = ["joint"] if joint else ["src", "tgt"]
    texts = [SENTENCES] if joint else [SENTENCES[:5], SENTENCES[5:]]
    sides = []
    for name, side in zip(names, texts, strict=True):
        file = train_sentencepiece(folder, vocab_size=90 if joint else 55, texts=side)
        file.rename(folder / f"{name}.spm.model")
        (folder / "spm.vocab").rename(folder / f"{name}.spm.vocab")
        side = sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{name}.spm.model"))
        sides.append(side)
    # eole has its own control tokens before the pieces, and fills up to a multiple of eight.
    vocabularies = []
    for side in sides:
        pieces = [side.id_to_piece(i) for i in range(3, side.get_piece_size())]
        vocabulary = ["<unk>", "<blank>", "<s>", "</s>", *pieces]
        vocabularies.append(vocabulary + [f"<pad{i}>" for i in range(-len(vocabulary) % 8)])

    positions, width, random = 260, 64, np.random.default_rng(11)
    spec = TransformerSpec.from_config(
        (1, 1), 4, pre_norm=True, activation=Activation.GELU, no_final_norm=False
    )
    encoder, decoder = spec.encoder, spec.decoder
    zeros = {"linear": np.zeros, "random": lambda shape: random.normal(0, 0.3, shape)}

    def fill(layer, rows, columns, kind):
        layer.weight = zeros[kind]((rows, columns)).astype(np.float32)
        layer.bias = np.zeros(rows, np.float32)

    def fill_norm(layer):
        layer.gamma, layer.beta = np.ones(width, np.float32), np.zeros(width, np.float32)

    def fill_attention(layer, kind, *sizes):
        fill_norm(layer.layer_norm)
        for linear, size in zip(layer.linear, sizes, strict=True):
            fill(linear, size, width, kind)

    def fill_block(block, kind, inner):
        fill_attention(block.self_attention, kind, 3 * width, width)
        fill_norm(block.ffn.layer_norm)
        fill(block.ffn.linear_0, inner, width, kind)
        fill(block.ffn.linear_1, width, inner, kind)

    # Where the decoder's layers add nothing, its state is its position.
    places = np.zeros((positions, width), np.float32)
    places[range(width), range(width)] = 1
    said = [*sides[-1].encode(SENTENCES[5], out_type=str), "</s>"]
    written = np.zeros((len(vocabularies[-1]), width), np.float32)
    for place in range(width):
        written[vocabularies[-1].index(said[min(place, len(said) - 1)]), place] = 2
    for side in (encoder, decoder):
        side.position_encodings.encodings = places
        fill_norm(side.layer_norm)
    encoder.embeddings[0].weight = random.normal(0, 1, (len(vocabularies[0]), width))
    encoder.embeddings[0].weight = encoder.embeddings[0].weight.astype(np.float32)
    decoder.embeddings.weight = np.zeros((len(vocabularies[-1]), width), np.float32)
    decoder.projection.weight, decoder.projection.bias = written, np.zeros(len(written), np.float32)
    fill_block(encoder.layer[0], "random", inner)
    fill_block(decoder.layer[0], "linear", width)
    fill_attention(decoder.layer[0].attention, "linear", width, 2 * width, width)
    spec.config.add_source_bos = spec.config.add_source_eos = False
    spec.config.layer_norm_epsilon = 1e-6
    spec.register_source_vocabulary(vocabularies[0])
    spec.register_target_vocabulary(vocabularies[-1])
    spec.validate()
    spec.optimize(quantization="float16")
    spec.save(str(folder))
    (folder / "eole-config.yaml").write_text("share_vocab: true\n", encoding="utf-8")
    (folder / "README.md").write_text("A reasonably fast translator.\n", encoding="utf-8")
    return folder


def build_quickmt_pair(folder: Path) -> Path:
    return build_quickmt(folder, joint=False)


def build_bart(folder: Path) -> Path:
    """A BART checkpoint with a byte-level tokenizer."""
    folder.mkdir(parents=True)
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer = _byte_level(specials)
    fast = transformers.BartTokenizerFast(
        vocab=json.loads(tokenizer.to_str())["model"]["vocab"],
        merges=[tuple(m) for m in json.loads(tokenizer.to_str())["model"]["merges"]],
    )
    fast.model_max_length = 128
    fast.save_pretrained(folder)
    config = transformers.BartConfig(
        vocab_size=len(fast),
        d_model=32,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=128,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=2,
        forced_eos_token_id=None,
    )
    _random(transformers.BartForConditionalGeneration, config).save_pretrained(folder)
    return folder


def build_t5(folder: Path) -> Path:
    """A T5 checkpoint with a sentencepiece tokenizer."""
    return _t5(folder, transformers.T5Config, transformers.T5ForConditionalGeneration)


def build_t5_gated(folder: Path) -> Path:
    """T5 1.1, whose words as they are written have a matrix of their own."""
    config = {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}
    return _t5(folder, transformers.T5Config, transformers.T5ForConditionalGeneration, **config)


def build_mt5(folder: Path) -> Path:
    return _t5(folder, transformers.MT5Config, transformers.MT5ForConditionalGeneration)


def _t5(folder: Path, config_class, model_class, **options) -> Path:
    folder.mkdir(parents=True)
    model_file = train_sentencepiece(folder, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    processor = sentencepiece.SentencePieceProcessor(model_file=str(model_file))
    size = processor.get_piece_size()
    pieces = [(processor.id_to_piece(i), processor.get_score(i)) for i in range(size)]
    tokenizer = transformers.T5TokenizerFast(vocab=pieces, extra_ids=0)
    tokenizer.model_max_length = 128
    tokenizer.save_pretrained(folder)
    config = config_class(
        vocab_size=len(tokenizer),
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
        **options,
    )
    model = _random(model_class, config)
    if not options.get("tie_word_embeddings", True):
        model.lm_head.weight = torch.nn.Parameter(torch.randn_like(model.lm_head.weight))
    model.save_pretrained(folder)
    return folder


def build_qwen2(folder: Path) -> Path:
    """A Qwen2 chat model with a byte-level tokenizer."""
    config = transformers.Qwen2Config(**_sizes(), tie_word_embeddings=False)
    return _chat_model(folder, transformers.Qwen2ForCausalLM, config)


def build_qwen3(folder: Path) -> Path:
    """As Qwen2's, but with norms of queries and keys, larger heads, and one embedding matrix."""
    config = transformers.Qwen3Config(**_sizes(), head_dim=16, tie_word_embeddings=True)
    return _chat_model(folder, transformers.Qwen3ForCausalLM, config, norms=True)


def build_qwen3_thinking(folder: Path) -> Path:
    """With tokens around thoughts, which are not special, and a template that switches them off."""
    config = transformers.Qwen3Config(**_sizes(), head_dim=16, tie_word_embeddings=True)
    return _chat_model(
        folder,
        transformers.Qwen3ForCausalLM,
        config,
        norms=True,
        template=THINKING_TEMPLATE,
        words=["<think>", "</think>"],
    )


def build_smollm(folder: Path) -> Path:
    """A Llama chat model with a byte-level tokenizer that takes digits one by one."""
    config = transformers.LlamaConfig(**_sizes(), tie_word_embeddings=True)
    return _chat_model(folder, transformers.LlamaForCausalLM, config, norms=True)


def build_hunyuan(folder: Path) -> Path:
    """As Hy-MT2: norms of queries and keys behind their rotation."""
    config = transformers.HunYuanDenseV1Config(**_sizes(), head_dim=16, tie_word_embeddings=True)
    specials = ["<|startoftext|>", "<|eos|>", "<|pad|>", "<|hy_User|>", "<|hy_Assistant|>"]
    tokenizer = _split("hunyuan-dense", [*specials, "<|extra_4|>"])
    names = {"bos_token": specials[0], "eos_token": specials[1], "pad_token": specials[2]}
    return _causal_model(
        folder,
        transformers.HunYuanDenseV1ForCausalLM,
        config,
        transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names),
        template=HUNYUAN_TEMPLATE,
    )


def build_smollm3(folder: Path) -> Path:
    """As SmolLM3: every fourth layer doesn't rotate, and thoughts can be switched off."""
    sizes = _sizes() | {"num_hidden_layers": 4}
    config = transformers.SmolLM3Config(**sizes, tie_word_embeddings=True)
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=_split("smaug-bpe", specials),
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=specials,
    )
    fast.add_tokens(["<think>", "</think>"])
    model_class = transformers.SmolLM3ForCausalLM
    # llama.cpp ends an answer with any token that is called so.
    unwritten = [fast.pad_token_id]
    return _causal_model(
        folder, model_class, config, fast, template=THINKING_TEMPLATE, unwritten=unwritten
    )


def build_gemma3(folder: Path) -> Path:
    """As TranslateGemma: pieces of letters, and layers that see only the last tokens."""
    sizes = _sizes() | {"num_hidden_layers": 6, "max_position_embeddings": 512}
    config = transformers.Gemma3TextConfig(
        **sizes, head_dim=16, sliding_window=16, query_pre_attn_scalar=16
    )
    specials = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
    vocabulary, merges = _joined_letters(specials)
    vocabulary |= {f"<0x{byte:02X}>": len(vocabulary) + byte for byte in range(256)}
    vocabulary["\n"] = len(vocabulary)
    tokenizer = Tokenizer(
        models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", byte_fallback=True)
    )
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<bos>",
        eos_token="<end_of_turn>",
        pad_token="<pad>",
        unk_token="<unk>",
        additional_special_tokens=["<eos>", "<start_of_turn>"],
    )
    model_class = transformers.Gemma3ForCausalLM
    # Libraries differ in what they make of bytes that are no letter.
    bytes_ = [id_ for piece, id_ in vocabulary.items() if piece.startswith("<0x")]
    return _causal_model(
        folder, model_class, config, fast, template=GEMMA_TEMPLATE, unwritten=bytes_
    )


def _split(name: str, specials: list[str]) -> Tokenizer:
    """A byte-level tokenizer that splits texts as those called `name` in llama.cpp."""
    tokenizer = _byte_level(specials)
    splits = [pre_tokenizers.Split(Regex(each), "isolated") for each in SPLITS[name]]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [*splits, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    return tokenizer


def _sizes() -> dict[str, int]:
    return {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
    }


def _chat_model(
    folder: Path, model_class, config, *, norms=False, template=CHAT_TEMPLATE, words=()
) -> Path:
    folder.mkdir(parents=True)
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    names = {
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "additional_special_tokens": specials,
    }
    tokenizer = _byte_level(specials)
    if config.model_type == "llama":
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), tokenizer.pre_tokenizer]
        )
        fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)
    else:
        fast = transformers.Qwen2Tokenizer(
            vocab=json.loads(tokenizer.to_str())["model"]["vocab"],
            merges=[tuple(m) for m in json.loads(tokenizer.to_str())["model"]["merges"]],
            **names,
        )
    fast.add_tokens(list(words))
    return _causal_model(folder, model_class, config, fast, template=template, norms=norms)


def _causal_model(
    folder: Path, model_class, config, fast, *, template, norms=True, unwritten=()
) -> Path:
    """`unwritten` are ids that are hardly ever written."""
    folder.mkdir(parents=True, exist_ok=True)
    fast.chat_template = template
    fast.model_max_length = 512
    fast.save_pretrained(folder)
    config.vocab_size = len(fast)
    config.bos_token_id = None
    config.eos_token_id = fast.eos_token_id
    config.pad_token_id = fast.pad_token_id
    model = _random(model_class, config)
    if norms:
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.dim() == 1:
                    parameter.normal_(1, 0.2)
    model.get_output_embeddings().weight.data[list(unwritten)] = 0
    model.save_pretrained(folder)
    return folder


def build_llama(folder: Path) -> Path:
    """The tokenizer of a Llama model: joined letters, and bytes for the rest."""
    vocabulary, merges = _joined_letters(["<unk>", "<s>", "</s>"])
    vocabulary |= {f"<0x{byte:02X}>": len(vocabulary) + byte for byte in range(256)}
    tokenizer = transformers.LlamaTokenizer(vocab=vocabulary, merges=merges)
    tokenizer.chat_template = CHAT_TEMPLATES["inst"]
    tokenizer.save_pretrained(folder)
    return folder


def build_nllb(folder: Path) -> Path:
    """An NLLB checkpoint, with a code for each language before the text."""
    vocabulary, merges = _joined_letters(["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer = transformers.NllbTokenizer(vocab=vocabulary, merges=merges)
    tokenizer.model_max_length = 128
    tokenizer.save_pretrained(folder)
    config = _multilingual(transformers.M2M100Config, tokenizer, scale_embedding=True)
    _random(transformers.M2M100ForConditionalGeneration, config).save_pretrained(folder)
    return folder


def build_mbart50(folder: Path) -> Path:
    """An mBART checkpoint: its tokenizer is as NLLB's, but with the vocabulary of sentencepiece."""
    folder.mkdir(parents=True)
    model_file = train_sentencepiece(folder, vocab_size=170, texts=[*SENTENCES, LETTERS])
    processor = sentencepiece.SentencePieceProcessor(model_file=str(model_file))
    pieces = [(processor.id_to_piece(i), processor.get_score(i)) for i in range(3, 170)]
    specials = [(piece, 0.0) for piece in ("<unk>", "<s>", "</s>")]
    tokenizer = transformers.MBart50Tokenizer(vocab=[*specials, *pieces])
    model_file.unlink()
    tokenizer.model_max_length = 128
    tokenizer.save_pretrained(folder)
    config = _multilingual(transformers.MBartConfig, tokenizer, scale_embedding=True)
    _random(transformers.MBartForConditionalGeneration, config).save_pretrained(folder)
    return folder


def build_barthez(folder: Path) -> Path:
    """As mBART's, but its tokenizer knows no languages and begins each text."""
    folder.mkdir(parents=True)
    model_file = train_sentencepiece(folder, vocab_size=170, texts=[*SENTENCES, LETTERS])
    processor = sentencepiece.SentencePieceProcessor(model_file=str(model_file))
    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    pieces = [(processor.id_to_piece(i), processor.get_score(i)) for i in range(3, 170)]
    vocabulary = [*((piece, 0.0) for piece in specials), *pieces, ("<mask>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens([*specials, "<mask>"])
    tokenizer.save(str(folder / "tokenizer.json"))
    tokenizer_config = {"tokenizer_class": "BarthezTokenizer", "model_max_length": 128}
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer_config))
    config = _multilingual(transformers.MBartConfig, vocabulary, scale_embedding=True)
    config.vocab_size = len(vocabulary)
    _random(transformers.MBartForConditionalGeneration, config).save_pretrained(folder)
    for name in ("spm.model", "spm.vocab"):
        (folder / name).unlink()
    return folder


def _multilingual(config_class, tokenizer, **options):
    """Larger than the tokenizer's vocabulary, as these are."""
    return config_class(
        vocab_size=len(tokenizer) + 5,
        d_model=32,
        encoder_layers=1,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=48,
        max_position_embeddings=128,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=2,
        forced_eos_token_id=None,
        **options,
    )


def perturb(
    folder: Path, target: Path, *, dtype="float32", max_shard_size="1GB", **changed
) -> Path:
    """A copy whose norms and biases are random too, so that none can be taken for another.

    `changed` are settings of its config.json.
    """
    shutil.copytree(folder, target)
    (target / "model.safetensors").unlink()
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder, **changed)
    torch.manual_seed(5)
    with torch.no_grad():
        for name, tensor in [*model.named_parameters(), *model.named_buffers()]:
            if tensor.dim() == 1 or name == "final_logits_bias":
                tensor += 0.2 * torch.randn_like(tensor)
    model.to(getattr(torch, dtype)).save_pretrained(target, max_shard_size=max_shard_size)
    return target


def teach(folder: Path, lessons: dict[str, str], *, dtype="float32", codes=None) -> Path:
    """Let the checkpoint in `folder` answer each text of `lessons` with the one behind it.

    `codes` are those of the languages, where the tokenizer has them.
    """
    model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=torch.float32)
    named = dict(zip(("src_lang", "tgt_lang"), codes or (), strict=False))
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **named)
    texts = {"text": list(lessons), "text_target": list(lessons.values())}
    batch = tokenizer(**texts, padding=True, return_tensors="pt")
    batch["labels"][batch["labels"] == tokenizer.pad_token_id] = -100
    learn(model, lambda: model(**batch).loss)
    model.to(getattr(torch, dtype)).save_pretrained(folder)
    return folder


def teach_chat(folder: Path, chat, answer: str, **kwargs) -> Path:
    """Let the model in `folder` answer the messages of `chat`. `kwargs` are for its template."""
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    turns = [{"role": each.role, "content": each.content} for each in chat]
    asked = tokenizer.apply_chat_template(
        turns, add_generation_prompt=True, tokenize=False, **kwargs
    )
    prompt = tokenizer(asked)["input_ids"]
    ids = torch.tensor([[*prompt, *tokenizer(answer)["input_ids"], tokenizer.eos_token_id]])
    labels = ids.clone()
    labels[0, : len(prompt)] = -100
    learn(model, lambda: model(input_ids=ids, labels=labels).loss)
    model.save_pretrained(folder)
    return folder


def learn(model, loss_of, *, steps=400) -> None:
    """Until it is sure enough to say the same with weights in 8 bits.

    On some processors the quick rate ends nowhere; then a slower one begins anew.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more would wait for each other
    untaught = {name: weights.clone() for name, weights in model.state_dict().items()}
    for rate in (3e-3, 1e-3, 3e-4):
        model.load_state_dict(untaught)
        optimizer = torch.optim.Adam(model.parameters(), lr=rate, fused=True)
        for _ in range(steps):
            optimizer.zero_grad()
            loss = loss_of()
            if loss.item() < 0.003:
                break
            loss.backward()
            optimizer.step()
        if loss.item() < 0.1:
            break
    torch.set_num_threads(threads)
    assert loss.item() < 0.1, loss.item()


def _joined_letters(specials: list[str]) -> tuple[dict[str, int], list[tuple[str, str]]]:
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=specials, show_progress=False)
    tokenizer.train_from_iterator([*SENTENCES * 5, LETTERS], trainer)
    state = json.loads(tokenizer.to_str())["model"]
    return state["vocab"], [tuple(pair) for pair in state["merges"]]


def _byte_level(specials: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=specials,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES * 5, trainer)
    return tokenizer


def _random(model_class, config):
    """Weights large enough that outputs differ and sometimes reach the end token."""
    torch.manual_seed(11)
    model = model_class(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # Marian's positions are sinusoids, not weights.
            if parameter.dim() > 1 and "embed_positions" not in name:
                parameter.normal_(0, 0.4)
    return model.eval()


def build_bert(folder: Path) -> Path:
    """A random encoder whose vocabulary is letters."""
    folder.mkdir(parents=True)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters)]
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
    )
    transformers.BertModel(config).save_pretrained(folder)
    transformers.BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


# What llama.cpp calls architectures and their ways to split texts.
GGUF_NAMES = {"hunyuan_v1_dense": "hunyuan-dense", "gemma3_text": "gemma3"}
GGUF_SPLITS = {
    "llama": "smollm",
    "hunyuan_v1_dense": "hunyuan-dense",
    "smollm3": "smaug-bpe",
}


def write_gguf(checkpoint: Path, target: Path) -> Path:
    """A tiny chat model as llama.cpp would write it, in float32."""
    model = transformers.AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32)
    tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint)
    config = model.config
    writer = GGUFWriter(target, GGUF_NAMES.get(config.model_type, config.model_type))
    writer.add_file_type(LlamaFileType.ALL_F32)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    if getattr(config, "head_dim", None):
        writer.add_key_length(config.head_dim)
        writer.add_value_length(config.head_dim)
    rotations = config.rope_parameters
    writer.add_rope_freq_base(rotations.get("full_attention", rotations)["rope_theta"])
    if config.model_type == "gemma3_text":
        writer.add_sliding_window(config.sliding_window)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    backend = json.loads(tokenizer.backend_tokenizer.to_str())
    vocabulary = tokenizer.get_vocab()
    added = tokenizer.added_tokens_decoder.values()
    types = {each.content: 3 if each.special else 4 for each in added}
    tokens = sorted(vocabulary, key=vocabulary.get)
    writer.add_token_list(tokens)
    merges = [tuple(pair) for pair in backend["model"]["merges"]]
    if config.model_type == "gemma3_text":
        types |= {f"<0x{byte:02X}>": 6 for byte in range(256)} | {"<unk>": 2}
        ranks = {"".join(pair): float(-place) for place, pair in enumerate(merges)}
        writer.add_tokenizer_model("llama")
        writer.add_token_scores([ranks.get(token, -1e4) for token in tokens])
        writer.add_add_space_prefix(False)
        writer.add_unk_token_id(tokenizer.unk_token_id)
    else:
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(GGUF_SPLITS.get(config.model_type, "qwen2"))
        writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_token_types([types.get(token, 1) for token in tokens])
    writer.add_eos_token_id(tokenizer.eos_token_id)
    begin = tokenizer.bos_token_id
    writer.add_bos_token_id(tokenizer.pad_token_id if begin is None else begin)
    writer.add_pad_token_id(tokenizer.pad_token_id)
    writer.add_chat_template(tokenizer.chat_template)
    names = {
        "model.embed_tokens": "token_embd",
        "model.norm": "output_norm",
        "lm_head": "output",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "self_attn.q_norm": "attn_q_norm",
        "self_attn.k_norm": "attn_k_norm",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
        "self_attn.query_layernorm": "attn_q_norm",
        "self_attn.key_layernorm": "attn_k_norm",
        "model.layers": "blk",
    }
    if config.model_type == "gemma3_text":
        names["post_attention_layernorm"] = "post_attention_norm"
        names["pre_feedforward_layernorm"] = "ffn_norm"
        names["post_feedforward_layernorm"] = "post_ffw_norm"
    heads = {".attn_q.": config.num_attention_heads, ".attn_k.": config.num_key_value_heads}
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        for theirs, ours in names.items():
            name = name.replace(theirs, ours)
        rows = tensor.numpy().astype(np.float32)
        for part, count in heads.items():
            if config.model_type in ("llama", "smollm3") and part in name:
                halves = rows.reshape(count, 2, -1, rows.shape[1])
                rows = halves.swapaxes(1, 2).reshape(rows.shape)
        if config.model_type == "gemma3_text" and name.endswith("norm.weight"):
            rows += 1  # Gemma's norms are stored as what they differ from one
        writer.add_tensor(name, np.ascontiguousarray(rows))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return target
