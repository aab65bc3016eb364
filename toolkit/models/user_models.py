"""Users' own entries of the catalogue, after what a GGUF file or a checkpoint says of itself."""

import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from toolkit.errors import ModelError, UsageError
from toolkit.files import is_regular, read_whole, shortened
from toolkit.models.boundary import model_errors
from toolkit.models.catalogue import FILE_NAME, Family, Generation, Task
from toolkit.models.ctranslate2_folder import MODEL_FILE
from toolkit.models.machine import WITH_TORCH
from toolkit.models.sources import sha256_of_file

if TYPE_CHECKING:
    from toolkit.models.conversion.gguf import GgufFile

NO_TEMPLATE = "the model has no chat template, so it can't follow prompts"
BOTH: tuple[Task, ...] = ("translation", "summarization")
# Checkpoints that are converted, and what they are for where that is sure.
CAUSAL = ("llama", "qwen2", "qwen3")
SEQ2SEQ: dict[str, tuple[Task, ...]] = {
    "marian": ("translation",),
    "bart": ("summarization",),
    "m2m_100": ("translation",),
    "mbart": (),
    "t5": (),
}
# The language tokens of multilingual models, by their tokenizers.
LANGUAGE_CODES = {
    "NllbTokenizer": {"fr": "fra_Latn", "en": "eng_Latn"},
    "MBart50Tokenizer": {"fr": "fr_XX", "en": "en_XX"},
}
# What entries take over of a checkpoint's settings. How widely to search is the toolkit's own.
PRESCRIBED: dict[Family, tuple[str, ...]] = {
    "causal": ("repetition_penalty", "temperature", "top_p"),
    "seq2seq": ("repetition_penalty", "no_repeat_ngram_size"),
}
# As GGUF files call them.
SAMPLERS = {"repetition_penalty": "penalty_repeat", "temperature": "temp", "top_p": "top_p"}
DEFAULT_CONTEXT = 512  # of models that don't limit positions themselves, such as T5
NOT_COMMERCIAL = re.compile(r"(?:^|[^a-z])nc(?:[^a-z]|$)|non-?commercial", re.IGNORECASE)
README_LICENCE = re.compile(r"^license: *(\S.*)$", re.MULTILINE)
# As catalogue.toml has them.
WORKING_BYTES = {"causal": 1_200_000_000, "seq2seq": 500_000_000}
INSTALLED_BYTES = 1.2  # for each parameter: 8 bits, their scales, and an embedding matrix twice
QUICK, SLOW = 500_000_000, 2_000_000_000  # parameters
MAX_CONFIG_BYTES = 20_000_000


def entry_of_file(
    name: str, file: Path, *, tasks: Sequence[Task] = (), licence: str = ""
) -> dict[str, Any]:
    """The entry for a GGUF file; of a kind that the conversions don't know, for llama.cpp.

    Raises ModelError for one that no engine of the toolkit can run.
    """
    if not is_regular(file):
        raise UsageError(f"{file} is no file")
    with model_errors(f"{file} can't be read as GGUF"):
        from toolkit.models.conversion.gguf import GgufFile

        gguf = GgufFile(file)
    return on_this_machine(gguf_entry(name, gguf, tasks=tasks, licence=licence), [file])


def gguf_entry(
    name: str,
    gguf: "GgufFile",
    *,
    tasks: Sequence[Task],
    licence: str,
    generation: Mapping[str, Any] = {},
) -> dict[str, Any]:
    """What the head of a GGUF file says, without `files` and `sources`; `generation` is what is
    said beside it.
    """
    file = gguf.path
    with model_errors(f"{file.name} can't be read as GGUF"):
        from gguf import MODEL_ARCH_NAMES

        from toolkit.models.conversion.gguf import ARCHITECTURES, TOKENIZERS

        architecture = gguf.architecture
        if architecture not in MODEL_ARCH_NAMES.values():
            raise ModelError(
                f"{file.name}: no engine of the toolkit runs the architecture '{architecture}'"
            )
        if int(gguf.field("split.count", 1)) > 1 or not gguf.has("token_embd.weight"):
            raise ModelError(
                f"{file.name} holds only a part of a model; join the parts to one file"
            )
        template = str(gguf.field("tokenizer.chat_template", ""))
        if not template:
            raise ModelError(f"{file.name}: {NO_TEMPLATE}")
        facts: dict[str, Any] = {
            "description": str(gguf.field("general.name", file.stem)),
            "publisher": str(gguf.field("general.organization", "unknown")),
            "max_context_tokens": int(gguf.parameter("context_length")),
        }
        kind = str(gguf.field("tokenizer.ggml.pre", "unknown"))
        if architecture not in ARCHITECTURES or kind not in TOKENIZERS:
            facts["engines"] = ["llamacpp"]
        said = {
            each: gguf.field(f"general.sampling.{theirs}", generation.get(each) or "")
            for each, theirs in SAMPLERS.items()
        }
        licence = licence or str(gguf.field("general.license", "unknown"))
        parameters = gguf.parameters
    return _entry(
        name,
        facts,
        family="causal",
        form="gguf",
        tasks=tasks or BOTH,
        licence=licence,
        parameters=parameters,
        template=template,
        said=said,
        names=[file.name],
    )


def entry_of_folder(
    name: str, folder: Path, *, tasks: Sequence[Task] = (), licence: str = ""
) -> dict[str, Any]:
    """The entry for a Hugging Face checkpoint.

    Raises ModelError for one that can't be converted, UsageError where nobody can know what it is
    for.
    """
    if not os.path.isdir(folder):  # noqa: PTH112 - never raises, as Path.is_dir may
        raise UsageError(f"{folder} is no folder")
    if is_regular(folder / MODEL_FILE):
        raise UsageError(
            f"{folder} is a CTranslate2 model, which needs no entry; give --model the folder"
        )
    weights = _weights(folder, "*.safetensors") or _weights(folder, "pytorch_model*.bin")
    sizes = {each.name: each.stat().st_size for each in weights}
    entry = checkpoint_entry(name, folder, sizes, tasks=tasks, licence=licence)
    return on_this_machine(entry, weights)


def checkpoint_entry(
    name: str,
    folder: Path,
    weights: Mapping[str, int],
    *,
    tasks: Sequence[Task],
    licence: str,
    repository: str = "",
) -> dict[str, Any]:
    """What the small files in `folder` say of a checkpoint, without `files` and `sources`.

    `weights` are the names of the large files and their bytes; `repository` is where all of them
    are, if not in `folder`.
    """
    place = repository or folder
    if not is_regular(folder / "config.json"):
        raise ModelError(
            f"{place} holds no checkpoint: it lacks config.json (a GGUF file is for --file)"
        )
    config, tokenizer, generation = (
        read_config(folder / each, place)
        for each in ("config.json", "tokenizer_config.json", "generation_config.json")
    )
    kind = shortened(str(config.get("model_type", "unknown")))
    codes = LANGUAGE_CODES.get(str(tokenizer.get("tokenizer_class")).removesuffix("Fast"), {})
    if kind not in (*CAUSAL, *SEQ2SEQ) or (kind == "m2m_100" and not codes):
        raise ModelError(
            f"{place}: a checkpoint of the architecture '{kind}' can't be pulled "
            f"(known: {', '.join((*CAUSAL, *SEQ2SEQ))})"
            + (f"; {WITH_TORCH}" if _writes_text(config) else "")
        )
    if not weights:
        raise ModelError(f"{place} holds no weights (*.safetensors or pytorch_model*.bin)")
    causal = kind in CAUSAL
    template = str(tokenizer.get("chat_template", "")) or _text(folder / "chat_template.jinja")
    if causal and not template:
        raise ModelError(f"{place}: {NO_TEMPLATE}")
    if not (tasks := tasks or (BOTH if causal else SEQ2SEQ[kind])):
        raise UsageError(
            f"{place}: a model of the kind {kind} may translate or summarize; say which with --task"
        )
    number = str(config.get("dtype") or config.get("torch_dtype") or "float32")
    with model_errors(f"{place}: config.json can't be used"):
        context = int(config.get("max_position_embeddings") or DEFAULT_CONTEXT)
        if context < 1:
            raise ValueError(f"max_position_embeddings is {context}")
    facts = {
        "description": repository or str(config.get("_name_or_path") or folder.resolve().name),
        "publisher": repository.partition("/")[0] or "unknown",
        "max_context_tokens": context,
    }
    pair = [tokenizer.get("source_lang"), tokenizer.get("target_lang")]
    if kind == "marian" and all(re.fullmatch("[a-z]{2,3}", str(each)) for each in pair):
        facts |= {"direction": pair, "languages": pair}
    if codes and "translation" in tasks:
        facts["language_codes"] = codes
    return _entry(
        name,
        facts,
        family="causal" if causal else "seq2seq",
        form="huggingface",
        tasks=tasks,
        licence=licence or licence_in(folder) or "unknown",
        parameters=sum(weights.values()) // (2 if "16" in number else 4),
        template=template,
        said={**config, **generation},  # where older and where newer ones have it
        names=list(weights),
    )


def licence_in(folder: Path) -> str:
    """What the page of a repository begins with; empty where it doesn't say."""
    found = README_LICENCE.search(_text(folder / "README.md"))
    return found[1].strip() if found else ""


def on_this_machine(entry: Mapping[str, Any], files: Sequence[Path]) -> dict[str, Any]:
    """`entry` with its `files`, all in one folder, and their sha256."""
    with model_errors(f"{files[0]} can't be read"):
        pinned = [
            {"name": each.name, "bytes": each.stat().st_size, "sha256": sha256_of_file(each)}
            for each in files
        ]
    source = {"kind": "folder", "path": str(files[0].absolute().parent)}
    return {**entry, "measured": True, "files": pinned, "sources": [source]}


def _writes_text(config: Mapping[str, Any]) -> bool:
    """Whether a checkpoint is of a class that transformers has for writing text after a text. Its
    lists have BERT and Whisper too, by classes that their checkpoints aren't of.
    """
    from transformers.models.auto import modeling_auto as auto

    classes = {
        lists.get(str(config.get("model_type")))
        for lists in (
            auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
            auto.MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES,
        )
    }
    said = config.get("architectures")
    return isinstance(said, list) and any(each in said for each in classes if each)


def _entry(
    name: str,
    facts: Mapping[str, Any],
    *,
    family: Family,
    form: str,
    tasks: Sequence[Task],
    licence: str,
    parameters: int,
    template: str,
    said: Mapping[str, Any],
    names: Sequence[str],
) -> dict[str, Any]:
    for each in names:
        if not re.fullmatch(FILE_NAME, each):
            raise UsageError(
                f"{each} has a name that an entry can't hold; rename it, without blanks"
            )
    installed = math.ceil(parameters * INSTALLED_BYTES)
    speed = "quick" if parameters < QUICK else "slow" if parameters > SLOW else "medium"
    entry = {
        "id": name,
        "family": family,
        "tasks": list(tasks),
        "languages": ["fr", "en"],
        "licence": licence,
        "format": form,
        "parameters": _rounded(parameters),
        "installed_bytes": installed,
        "memory_bytes": installed + WORKING_BYTES[family],
        "speed": speed,
        **facts,
    }
    if NOT_COMMERCIAL.search(licence):
        entry |= {"forbids": "no commercial use", "restricted": True}
    if "enable_thinking" in template:
        entry["chat_template_kwargs"] = {"enable_thinking": False}
    if generation := _prescribed(said, family):
        entry["generation"] = generation
    return entry


def _prescribed(said: Mapping[str, Any], family: Family) -> dict[str, float]:
    """The settings in `said` that an entry can have and that change something."""
    found = dict[str, Any]()
    for name in PRESCRIBED[family]:
        with suppress(ValidationError):  # such as for a temperature of 0, which means no samples
            found |= Generation.model_validate({name: said.get(name)}).settings
    # GGUF files have floats of 32 bits.
    return {name: round(value, 6) for name, value in found.items() if value not in (0, 1)}


def tasks_of_folder(folder: Path) -> tuple[Task, ...]:
    """What a model is for, by its architecture; both where that leaves it open. A CTranslate2
    folder says only whether the model takes prompts; one that doesn't counts as a translator.
    """
    if is_regular(folder / MODEL_FILE):
        causal = any((folder / f"vocabulary.{form}").is_file() for form in ("json", "txt"))
        return BOTH if causal else ("translation",)
    return SEQ2SEQ.get(str(read_config(folder / "config.json", folder).get("model_type"))) or BOTH


def _rounded(parameters: int) -> str:
    """As models are called: 1.7B, 135M."""
    if parameters >= 1_000_000_000:
        return f"{parameters / 1e9:.1f}B"
    return f"{parameters / 1e6:.0f}M" if parameters >= 1_000_000 else f"{parameters / 1e3:.0f}K"


def _weights(folder: Path, pattern: str) -> list[Path]:
    """Those that aren't empty."""
    return sorted(each for each in folder.glob(pattern) if is_regular(each) and each.stat().st_size)


def read_config(path: Path, place: object) -> dict[str, Any]:
    """Empty where there is no such file. Raises ModelError, naming `place`, for one that can't be
    read.
    """
    if not is_regular(path):
        return {}
    with model_errors(f"{place}: {path.name} can't be read"):
        values = json.loads(_text(path))
    if not isinstance(values, dict):
        raise ModelError(f"{place}: {path.name} can't be used: it should hold one object, {{…}}")
    return values


def _text(path: Path) -> str:
    """Empty where there is no such file."""
    if not is_regular(path):
        return ""
    return read_whole(path, max_bytes=MAX_CONFIG_BYTES).decode("utf-8", "replace")
