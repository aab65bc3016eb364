"""From the name of a model to a loaded engine."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from toolkit.engines.base import (
    ENDPOINT_TIMEOUT_S,
    KV_CACHE_MB,
    Engine,
    EngineInfo,
    EngineName,
)
from toolkit.engines.references import place_of
from toolkit.engines.sentencepiece_tokenizer import has_pieces
from toolkit.engines.tokens import SourceFormat, Tokens
from toolkit.errors import ModelError, UsageError
from toolkit.models.boundary import model_errors
from toolkit.models.catalogue import AUTO_MODEL, catalogue
from toolkit.models.ctranslate2_folder import MODEL_FILE
from toolkit.models.folder_digest import digest_of_folder
from toolkit.models.installed import (
    FORM_NAMES,
    MODEL_FOLDER,
    TOKENIZER_FOLDER,
    InstalledModel,
    engine_fault,
    load_installed,
    outdated,
    repair,
    verify_installed,
    why_not_openvino,
)
from toolkit.models.machine import memory_bytes

FAKE = "fake"
OTHER_TOKENIZER = "the tokenizer in {folder} belongs to another model: put the right one there"


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """How a model is run. Zero threads are as many as there are cores, a batch size of zero is the
    one that suits the model; `kv_cache_mb` is for OpenVINO and llama.cpp. `beside_threads`
    says that others work in this process, which OpenVINO then gives time to. With an `endpoint`
    models are those of the server there.
    """

    engine: EngineName = "auto"
    device: str = "cpu"
    compute_type: str = "auto"
    threads: int = 0
    batch_size: int = 0
    kv_cache_mb: int = KV_CACHE_MB
    beside_threads: bool = False
    languages: tuple[str, str] = ("fr", "en")
    endpoint: str = ""
    endpoint_timeout_s: float = ENDPOINT_TIMEOUT_S
    allow_remote: bool = False


DEFAULTS = EngineOptions()


def load_engine(
    reference: str,
    *,
    models_folder: Path,
    options: EngineOptions = DEFAULTS,
    on_trouble: Callable[[str], None] | None = None,
) -> Engine:
    """`reference` is a catalogue id, a folder in Hugging Face or CTranslate2 layout, a hub
    repository in the local cache, or `fake`; with an endpoint, a model of its server, or `auto` for
    the only one. `on_trouble` is told of a catalogue model that is outdated.

    Raises ModelMissingError for a catalogue model that was not pulled, ModelError for what can't
    be loaded, UsageError for an unknown name. Without an endpoint the network isn't touched.
    """
    if reference == FAKE:
        from toolkit.engines.fake import FakeEngine

        return FakeEngine()
    if options.endpoint:
        return _open_endpoint(reference, options)
    options = replace(options, threads=options.threads or _cores())
    if reference in catalogue():
        return _open_from_catalogue(reference, models_folder, options, on_trouble)
    if options.engine in ("openvino", "llamacpp"):
        raise UsageError(
            f"--engine {options.engine} is for models of the catalogue, which are pulled for it"
        )
    folder, name = place_of(reference)
    if (folder / MODEL_FILE).is_file() and options.engine != "transformers":
        return _open_converted_folder(folder, name, options)
    if options.engine == "ctranslate2":
        raise ModelError(f"{folder} holds no CTranslate2 {MODEL_FILE}")
    from toolkit.engines.transformers import TransformersEngine

    return TransformersEngine(
        folder,
        name=name,
        source_format=_source_format({}, "", options.languages),
        device=options.device,
        compute_type=options.compute_type,
        threads=options.threads,
        batch_size=options.batch_size,
        sha256=digest_of_folder(folder),
    )


def _open_endpoint(model: str, options: EngineOptions) -> Engine:
    if options.engine != "auto":
        raise UsageError(
            f"--engine {options.engine} runs models in this program; the server at "
            f"{options.endpoint} runs its own"
        )
    from toolkit.engines.endpoint.engine import open_endpoint

    return open_endpoint(
        options.endpoint,
        "" if model == AUTO_MODEL else model,
        allow_remote=options.allow_remote,
        timeout_s=options.endpoint_timeout_s,
        at_once=options.batch_size,
    )


def _open_from_catalogue(
    model_id: str,
    models_folder: Path,
    options: EngineOptions,
    on_trouble: Callable[[str], None] | None,
) -> Engine:
    if options.engine == "transformers":
        raise UsageError(
            f"'{model_id}' is converted when it is pulled; for the transformers engine give "
            "--model a Hugging Face folder or a hub repository"
        )
    installed = load_installed(models_folder, model_id)
    if options.engine not in ("auto", installed.form):
        raise UsageError(
            f"'{model_id}' is installed for {FORM_NAMES[installed.form]}; "
            f"type: toolkit models pull {model_id} --force --engine {options.engine}"
        )
    if fault := engine_fault(installed):
        raise ModelError(fault)
    if on_trouble and (why := outdated(installed, catalogue()[model_id])):
        on_trouble(f"{model_id}: {why}")
    with _repairable(installed, options.compute_type):
        return open_installed(installed, options)


def open_installed(model: InstalledModel, options: EngineOptions = DEFAULTS) -> Engine:
    """Load a model that was pulled. Raises ModelError when its engine refuses it."""
    source_format = replace(
        _source_format(model.language_codes, model.text_prefix, options.languages),
        chat_template_kwargs=model.chat_template_kwargs,
        chat_template=model.chat_template,
    )
    compute_type = options.compute_type
    info = EngineInfo(
        engine=model.form,
        engine_version="",
        model=model.id,
        family=model.family,
        compute_type=model.compute_type if compute_type == "auto" else compute_type,
        device=options.device,
        revision=model.revision,
        sha256=model.source_sha256,
        reason=why_not_openvino(model),
        chat_template_kwargs=model.chat_template_kwargs,
        chat_template=_digest(model.chat_template),
    )
    if model.form == "openvino":
        return _open_openvino(model, info, source_format, options)
    if model.form == "llamacpp":
        return _open_llamacpp(model, info, source_format, options)
    from toolkit.engines.ctranslate2 import CTranslate2Engine, available_version

    return CTranslate2Engine(
        model.folder / MODEL_FOLDER,
        tokens=_tokens(model.folder / TOKENIZER_FOLDER, model.folder / MODEL_FOLDER, source_format),
        info=replace(info, engine_version=available_version()),
        max_source_tokens=model.max_context_tokens,
        threads=options.threads or _cores(),
        batch_size=options.batch_size,
    )


@contextmanager
def _repairable(model: InstalledModel, compute_type: str) -> Iterator[None]:
    """ModelErrors from inside say what to type, and name a file that has changed."""
    try:
        yield
    except ModelError as error:
        verify_installed(model, lambda done, total: None)
        if compute_type != "auto":  # it may be no type of numbers that the engine has
            raise
        raise ModelError(f"{error}; {repair(model.id)}") from error


def _open_openvino(
    model: InstalledModel, info: EngineInfo, source_format: SourceFormat, options: EngineOptions
) -> Engine:
    if info.device == "cuda":
        raise UsageError(f"'{model.id}' is installed for OpenVINO, which runs on the CPU here")
    _check_options(model, info, options)
    with model_errors("OpenVINO can't be used"):
        from toolkit.engines.openvino import OpenVINOEngine, available_version

    with ThreadPoolExecutor(1) as beside:
        tokens = beside.submit(Tokens.load, model.folder / TOKENIZER_FOLDER, source_format)
        return OpenVINOEngine(
            model.folder / MODEL_FOLDER,
            tokens=tokens.result,
            info=replace(info, device="cpu", engine_version=available_version()),
            max_source_tokens=model.max_context_tokens,
            threads=options.threads or _cores(),
            kv_cache_mb=options.kv_cache_mb,
            beside_threads=options.beside_threads,
        )


def _open_llamacpp(
    model: InstalledModel, info: EngineInfo, source_format: SourceFormat, options: EngineOptions
) -> Engine:
    if info.device == "cuda":
        raise UsageError(
            f"'{model.id}' is installed for llama.cpp; --device auto has it run on whatever its "
            "package was built for"
        )
    _check_options(model, info, options)
    with model_errors("llama.cpp can't be used"):
        from toolkit.engines.llamacpp.engine import LlamaCppEngine
        from toolkit.engines.llamacpp.server import available_version

        version = available_version()
    return LlamaCppEngine(
        model.folder / MODEL_FOLDER,
        model.folder / TOKENIZER_FOLDER,
        source_format=source_format,
        info=replace(info, engine_version=version),
        max_source_tokens=model.max_context_tokens,
        threads=options.threads or _cores(),
        kv_cache_mb=options.kv_cache_mb,
    )


def _check_options(model: InstalledModel, info: EngineInfo, options: EngineOptions) -> None:
    """Raises UsageError for numbers that the model wasn't made of, ModelError for more memory than
    there is.
    """
    if info.compute_type != model.compute_type:
        name = FORM_NAMES[model.form]
        raise UsageError(f"'{model.id}' is installed for {name} as {model.compute_type}")
    memory, kv_cache_mb = memory_bytes(), options.kv_cache_mb
    if memory and kv_cache_mb * 1_000_000 > memory:
        raise ModelError(
            f"kv_cache_mb is {kv_cache_mb}, but this machine has {memory // 1_000_000} MB; set "
            f"less (the default is {KV_CACHE_MB})"
        )


def _open_converted_folder(folder: Path, name: str, options: EngineOptions) -> Engine:
    """A CTranslate2 folder made elsewhere, with its tokenizer beside it or in `tokenizer/`."""
    from toolkit.engines.ctranslate2 import CTranslate2Engine, available_version

    inner = folder / TOKENIZER_FOLDER
    tokens = _tokens(inner if inner.is_dir() else folder, folder)
    causal, vocabulary, _ = _vocabularies(folder)
    if not tokens.fits(vocabulary):
        raise ModelError(OTHER_TOKENIZER.format(folder=folder))
    return CTranslate2Engine(
        folder,
        tokens=tokens,
        info=EngineInfo(
            engine="ctranslate2",
            engine_version=available_version(),
            model=name,
            family="causal" if causal else "seq2seq",
            compute_type="default" if options.compute_type == "auto" else options.compute_type,
            device=options.device,
            sha256=digest_of_folder(folder),
        ),
        max_source_tokens=min(tokens.tokenizer.model_max_length, 4096 if causal else 512),
        threads=options.threads,
        batch_size=options.batch_size,
    )


def _tokens(folder: Path, model_folder: Path, source_format: SourceFormat | None = None) -> Tokens:
    """The tokenizer in `folder` of a CTranslate2 model."""
    if not has_pieces(folder):
        return Tokens.load(folder, source_format)
    tokens = Tokens.load_pieces(folder, model_folder, source_format)
    _, source, target = _vocabularies(model_folder)
    if not tokens.tokenizer.belongs_to(source, target):
        raise ModelError(OTHER_TOKENIZER.format(folder=folder))
    return tokens


def _vocabularies(folder: Path) -> tuple[bool, set[str], set[str]]:
    """Whether the model is causal, and the tokens that it reads and writes."""
    # CTranslate2 gives encoder-decoder models a shared or a pair of vocabularies.
    for names in (("shared_",), ("source_", "target_"), ("",)):
        found = [_words(folder / f"{name}vocabulary") for name in names]
        if all(found):
            return names == ("",), found[0], found[-1]
    raise ModelError(f"{folder} holds no vocabulary beside its {MODEL_FILE}")


def _words(stem: Path) -> set[str]:
    """Those of the file called so, with either suffix; none where there isn't one."""
    for path in (stem.with_suffix(".json"), stem.with_suffix(".txt")):
        if path.is_file():
            with model_errors(f"{path} can't be read"):
                text = path.read_text(encoding="utf-8")
                return set(json.loads(text) if path.suffix == ".json" else text.split("\n"))
    return set()


def _source_format(
    codes: dict[str, str], text_prefix: str, languages: tuple[str, str]
) -> SourceFormat:
    source, target = languages
    if codes and not {source, target} <= codes.keys():
        raise UsageError(f"the model knows {', '.join(codes)}, not {source} to {target}")
    return SourceFormat(
        text_prefix=text_prefix,
        source_code=codes.get(source),
        target_code=codes.get(target),
    )


def _digest(text: str) -> str:
    """Empty for no text."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" if text else ""


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
