"""What the repository of each entry of the catalogue holds, with a tiny model in it.

Files, settings and weights are named as in the real repositories, as far as those are public. Each
model was taught the golden sentence.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from tests.tiny_models import SENTENCES, teach, teach_chat, train_sentencepiece, write_gguf
from toolkit.engines.tryout import FRENCH, PLAIN
from toolkit.models.catalogue import find_spec
from toolkit.prompts import load_prompt

FRENCH_ARTICLE = f"{FRENCH} {SENTENCES[1]}"
ENGLISH_ARTICLE = f"{SENTENCES[5]} {SENTENCES[6]}"
# What the translators and summarizers were taught besides.
TRANSLATIONS = {FRENCH: SENTENCES[5], SENTENCES[1]: SENTENCES[6]}
ENGLISH_SUMMARIES = {FRENCH: SENTENCES[5], ENGLISH_ARTICLE: SENTENCES[5]}
FRENCH_SUMMARIES = {FRENCH: FRENCH, FRENCH_ARTICLE: FRENCH}

Tiny = Callable[[str], Path]  # builds a model of tests/tiny_models.py once
Settings = dict[str, object]


@dataclass(frozen=True, slots=True)
class Layout:
    """`told` is what docs/models.md says of it, `by_us` what was run with the real weights.

    `write` puts the repository into a folder that isn't there yet; `engines` can run the model.
    """

    told: str
    write: Callable[[Tiny, Path], None]
    engines: tuple[str, ...] = ("ctranslate2",)
    by_us: str = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The tiny checkpoint called `name` with what its `config` says besides.

    `absent` are files that the repository lacks, `pickled` says that its weights are pickles.
    """

    name: str
    lessons: dict[str, str]
    config: Settings
    tokenizer_config: Settings | None = None
    absent: tuple[str, ...] = ()
    pickled: bool = False
    half: bool = False  # its numbers are of 16 bits
    codes: tuple[str, str] | None = None
    pieces: bool = False  # a SentencePiece model, though nothing reads it beside tokenizer.json
    words: bool = False  # the vocabulary of a byte-level tokenizer in vocab.json and merges.txt

    def __call__(self, tiny: Tiny, folder: Path) -> None:
        taught = tiny(self.name).with_name(f"{self.name}-taught")
        if not taught.exists():  # by another entry
            teach(shutil.copytree(tiny(self.name), taught), self.lessons, codes=self.codes)
        shutil.copytree(taught, folder)
        weights = folder / "model.safetensors"
        _change(folder / "config.json", self.config)
        if self.tokenizer_config is not None:
            (folder / "tokenizer_config.json").write_text(
                json.dumps(self.tokenizer_config), "utf-8"
            )
        if self.words:
            write_words(folder)
        if self.pieces:
            train_sentencepiece(folder).rename(folder / "sentencepiece.bpe.model")
        if self.half:
            tensors = {name: tensor.half() for name, tensor in load_file(weights).items()}
            save_file(tensors, weights, metadata={"format": "pt"})
        if self.pickled:
            pickle_weights(weights)
        for name in (*self.absent, "spm.model", "spm.vocab"):
            (folder / name).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Gguf:
    """The tiny chat model called `name` in one file. `kwargs` are for its template; what it is
    asked for the golden sentence, and with which template, may be said by an `entry`.
    """

    name: str
    kwargs: Settings = field(default_factory=dict)
    entry: str = ""

    def __call__(self, tiny: Tiny, folder: Path) -> None:
        checkpoint = shutil.copytree(tiny(self.name), folder.with_name(f"{self.name}-taught"))
        chat, kwargs = PLAIN, self.kwargs
        if self.entry:
            spec = find_spec(self.entry)
            inputs = {"source": FRENCH, "before": "", "terms": [], "hints": [], "faults": []}
            chat = load_prompt("translation", spec.prompts["translation"]).render(**inputs)
            kwargs = kwargs | {"chat_template": spec.chat_template or None}
        teach_chat(checkpoint, chat, SENTENCES[5], **kwargs)
        folder.mkdir()
        write_gguf(checkpoint, folder / "model.gguf")


def quickmt(tiny: Tiny, folder: Path) -> None:
    """With the model before its conversion, which isn't wanted."""
    shutil.copytree(tiny("quickmt"), folder)
    (folder / "joint.eole.vocab").write_text("Le\t5\n", "utf-8")
    (folder / "eole-model").mkdir()
    for name in ("config.json", "joint.spm.model", "model.00.safetensors", "vocab.json"):
        (folder / "eole-model" / name).write_bytes(b"{}")


def write_words(folder: Path) -> None:
    model = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]
    (folder / "vocab.json").write_text(json.dumps(model["vocab"]), "utf-8")
    merges = ["#version: 0.2", *(" ".join(pair) for pair in model["merges"])]
    (folder / "merges.txt").write_text("\n".join(merges) + "\n", "utf-8")


def pickle_weights(file: Path) -> None:
    """As fairseq's checkpoints were converted: one matrix under all its names, and a version."""
    tensors = load_file(file)
    shared = tensors["model.shared.weight"]
    for side in ("encoder", "decoder"):
        tensors[f"model.{side}.embed_tokens.weight"] = shared
        tensors[f"model.{side}.version"] = torch.tensor([3.0])
    torch.save(tensors | {"lm_head.weight": shared}, file.with_name("pytorch_model.bin"))
    file.unlink()


def _change(path: Path, settings: Settings) -> None:
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | settings), "utf-8")


OLD: Settings = {
    "add_bias_logits": False,
    "add_final_layer_norm": False,
    "classif_dropout": 0.0,
    "id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"},
    "normalize_before": False,
    "num_beams": 4,
}
MARIAN = OLD | {
    "bos_token_id": 0,
    "forced_eos_token_id": 0,
    "normalize_embedding": False,
    "share_encoder_decoder_embeddings": True,
}
OPUS = Checkpoint(
    name="marian",
    lessons=TRANSLATIONS,
    config=MARIAN,
    tokenizer_config={"source_lang": "fr", "target_lang": "en"},
    pickled=True,
)
BART = OLD | {
    "early_stopping": True,
    "force_bos_token_to_be_generated": True,
    "forced_bos_token_id": 0,
    "forced_eos_token_id": 2,
    "length_penalty": 2.0,
    "max_length": 142,
    "min_length": 56,
    "no_repeat_ngram_size": 3,
    "output_past": True,
    "prefix": " ",
    "task_specific_params": {"summarization": {"max_length": 142, "min_length": 56}},
}
SILENT: Settings = {"enable_thinking": False}
PICKLED = "pickled"

ANY = ("openvino", "ctranslate2")
QWEN2, QWEN3, THINKER = Gguf("qwen2"), Gguf("qwen3"), Gguf("qwen3_thinking", SILENT)
HUNYUAN = Gguf("hunyuan", entry="hy-mt2-1.8b")

LAYOUTS = {
    "qwen2.5-coder-1.5b-news": Layout("GGUF, qwen2", QWEN2, ANY, "both tasks"),
    "qwen2.5-coder-1.5b-instruct": Layout("GGUF, qwen2", QWEN2, ANY, "both tasks"),
    "qwen2.5-coder-0.5b-instruct": Layout("GGUF, qwen2", QWEN2, ANY, "both tasks"),
    "qwen3-4b-instruct-2507": Layout("GGUF, qwen3", QWEN3, ANY),
    "qwen3-4b": Layout("GGUF, qwen3 told not to think", THINKER, ANY),
    "qwen3-1.7b": Layout("GGUF, qwen3 told not to think", THINKER, ANY),
    "qwen2.5-1.5b-instruct": Layout("GGUF, qwen2", QWEN2, ANY),
    "hy-mt2-7b": Layout("GGUF, hunyuan-dense", HUNYUAN, ("llamacpp",)),
    "hy-mt2-1.8b": Layout("GGUF, hunyuan-dense", HUNYUAN, ("llamacpp",)),
    "translategemma-4b": Layout(
        "GGUF, gemma3", Gguf("gemma3", entry="translategemma-4b"), ("llamacpp",)
    ),
    "smollm2-135m-instruct": Layout("GGUF, llama", Gguf("smollm"), ANY, "summaries"),
    "opus-mt-fr-en": Layout(f"Marian, {PICKLED}", OPUS),
    "opus-mt-en-fr": Layout(f"Marian, {PICKLED}", OPUS),
    "opus-mt-tc-big-fr-en": Layout(
        "Marian, safetensors in float16",
        Checkpoint(
            name="marian",
            lessons=TRANSLATIONS,
            config=MARIAN | {"decoder_vocab_size": 90},
            tokenizer_config={
                "source_lang": "fr",
                "target_lang": "en",
                "model_max_length": 512,
                "separate_vocabs": False,
                "sp_model_kwargs": {},
                "special_tokens_map_file": None,
                "tokenizer_class": "MarianTokenizer",
            },
            half=True,
        ),
    ),
    "quickmt-fr-en": Layout("CTranslate2, one vocabulary", quickmt),
    "quickmt-en-fr": Layout("CTranslate2, one vocabulary", quickmt),
    "nllb-200-distilled-600m": Layout(
        f"M2M100, {PICKLED}",
        Checkpoint(
            name="nllb",
            lessons=TRANSLATIONS,
            config={"tokenizer_class": "NllbTokenizer", "max_length": 200},
            codes=("fra_Latn", "eng_Latn"),
            pieces=True,
            pickled=True,
        ),
    ),
    "bart-large-cnn": Layout(
        "BART, safetensors",
        Checkpoint(
            name="bart",
            lessons=ENGLISH_SUMMARIES,
            config=BART,
            words=True,
            absent=("tokenizer_config.json",),
        ),
    ),
    "distilbart-cnn-12-6": Layout(
        f"BART, {PICKLED}",
        Checkpoint(
            name="bart",
            lessons=ENGLISH_SUMMARIES,
            config=BART | {"extra_pos_embeddings": 2, "normalize_embedding": True},
            tokenizer_config={"model_max_length": 1024},
            words=True,
            absent=("generation_config.json", "tokenizer.json"),
            pickled=True,
        ),
    ),
    "barthez-orangesum-abstract": Layout(
        f"mBART with BARThez's tokenizer, {PICKLED}",
        Checkpoint(
            name="barthez",
            lessons=FRENCH_SUMMARIES,
            config=OLD
            | {
                "add_final_layer_norm": True,
                "extra_pos_embeddings": 2,
                "forced_eos_token_id": 2,
                "no_repeat_ngram_size": 3,
                "normalize_before": True,
                "normalize_embedding": True,
                "tokenizer_class": "BarthezTokenizer",
            },
            absent=("generation_config.json", "tokenizer_config.json"),
            pieces=True,
            pickled=True,
        ),
    ),
}
