"""Installs models: fetch, verify, convert, try out, and only then put into place."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from toolkit.errors import ModelError, ModelMissingError
from toolkit.models.boundary import model_errors, one_line
from toolkit.models.catalogue import ADAPTERS, FolderSource, Form, ModelSpec
from toolkit.models.ctranslate2_folder import place_published
from toolkit.models.installed import (
    CHOSEN,
    FORM_NAMES,
    LLAMACPP_EXTRA,
    MODEL_FOLDER,
    TOKENIZER_FOLDER,
    InstalledModel,
    load_installed,
    readable,
    write_record,
)
from toolkit.models.machine import llamacpp_fault, openvino_fault
from toolkit.models.sources import fetch, folder_bytes, sha256_of_file
from toolkit.progress import Progress

COMPUTE_TYPE: Literal["int8"] = "int8"
MARGIN_BYTES = 200_000_000
# What isn't converted to other engines than those that run it.
KINDS = {
    "gguf": "GGUF model of a kind that only llama.cpp knows",
    "huggingface": "checkpoint",
    "ctranslate2": "CTranslate2 model",
}


def remove_installed(models_folder: Path, model_id: str) -> int:
    """The bytes that were freed. Of a link, only the link is removed.

    Raises ModelMissingError when there was nothing, ModelError when something is left.
    """
    places = [models_folder / model_id, _staging(models_folder, model_id)]
    with readable(models_folder):
        present = [place for place in places if place.is_symlink() or place.is_dir()]
        if not present:
            raise ModelMissingError(model_id)
        freed = sum(0 if place.is_symlink() else folder_bytes(place) for place in present)
        for place in present:
            _remove(place)
    return freed


def _remove(folder: Path) -> None:
    """Raises ModelError when something of it is left. That it goes meanwhile does no harm."""
    if folder.is_symlink():
        with suppress(OSError):
            folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)
    if folder.is_symlink() or folder.exists():
        raise ModelError(f"{folder} can't be removed altogether; look at its permissions")


def install(
    spec: ModelSpec,
    models_folder: Path,
    *,
    from_folder: Path | None = None,
    form: Form | None = None,
    on_message: Callable[[str], None],
    on_bytes: Progress,
    try_out: Callable[[InstalledModel], str],
) -> InstalledModel:
    """Pull `spec`. An interrupted pull is taken up where it stopped.

    It is converted for the quickest engine that can run it here, or for the one that `form` names.
    `try_out` runs the golden sentence through the converted model and returns its answer; it
    raises ModelError when the answer won't do. Raises ModelError when no source works or the disk
    is too full; nothing is called installed before everything succeeded.
    """
    _refuse_what_nothing_runs(spec, form)
    staging = _staging(models_folder, spec.id)
    try:
        staging.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise ModelError(f"{models_folder} can't be written: {one_line(error)}") from error
    with _disk_errors(spec.id), _locked(staging.with_name(f"{spec.id}~lock"), spec.id):
        source_folder, built = staging / "source", staging / "built"
        _check_disk(spec, staging)
        source, revision = _fetch_from_any(
            spec, source_folder, from_folder, on_message=on_message, on_bytes=on_bytes
        )
        fetched = _Fetched(
            spec=spec,
            folder=source_folder,
            source=source,
            revision=revision,
            built=built,
            on_message=on_message,
            try_out=try_out,
        )
        model = _quickest(fetched, form)
        write_record(model)
        target = models_folder / spec.id
        _remove(target)
        built.rename(target)
        _remove(staging)
    return load_installed(models_folder, spec.id)


def _refuse_what_nothing_runs(spec: ModelSpec, form: Form | None) -> None:
    """Raises ModelError, so that nothing is downloaded in vain."""
    if form and form not in spec.runs_on:
        kind = KINDS[spec.format]
        raise ModelError(f"{spec.id} is a {kind}, which is not converted to {FORM_NAMES[form]}")
    if "llamacpp" in (form, spec.runs_on[0]) and (fault := llamacpp_fault()):
        raise ModelError(f"{spec.id} needs llama.cpp, but {fault}; {LLAMACPP_EXTRA}")


def _fetch_from_any(
    spec: ModelSpec,
    folder: Path,
    from_folder: Path | None,
    *,
    on_message: Callable[[str], None],
    on_bytes: Progress,
) -> tuple[str, str]:
    """The kind and revision of the first source that works."""
    sources = spec.sources
    if from_folder is not None:
        sources = (FolderSource(kind="folder", path=from_folder),)
    reasons = []
    for source in sources:
        on_message(f"fetching from {source.kind}")
        try:
            return source.kind, fetch(spec, source, folder, on_bytes)
        except ModelError as error:
            reasons.append(f"{source.kind}: {error}")
            on_message(f"{source.kind}: {error}")
    raise ModelError(f"{spec.id} can't be pulled; " + "; ".join(reasons))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetched:
    """A model in `folder` that is to be converted into the folder `built`."""

    spec: ModelSpec
    folder: Path
    source: str
    revision: str
    built: Path
    on_message: Callable[[str], None]
    try_out: Callable[[InstalledModel], str]

    def made_for(self, form: Form, reason: str = "") -> InstalledModel:
        """Convert and try out. Raises ModelError when either fails."""
        spec, built = self.spec, self.built
        if spec.format != "ctranslate2" and form != "llamacpp":
            self.on_message(f"converting to {FORM_NAMES[form]} int8 (once)")
        shutil.rmtree(built, ignore_errors=True)
        compute_type = _convert(spec, form, self.folder, built)
        model = InstalledModel(
            id=spec.id,
            folder=built,
            family=spec.family,
            licence=spec.licence,
            source=self.source,
            revision=self.revision,
            source_sha256=_digest_of_source(spec, self.folder),
            compute_type=compute_type,
            max_context_tokens=spec.max_context_tokens,
            text_prefix=spec.text_prefix,
            language_codes=spec.language_codes,
            chat_template_kwargs=spec.chat_template_kwargs,
            chat_template=spec.chat_template,
            adapter=spec.adapter,
            golden="",
            files={
                path.relative_to(built).as_posix(): sha256_of_file(path)
                for path in sorted(built.rglob("*"))
                if path.is_file()
            },
            form=form,
            reason=reason,
        )
        self.on_message("translating a sentence with it")
        return replace(model, golden=self.try_out(model))


def _quickest(fetched: _Fetched, form: Form | None) -> InstalledModel:
    """The model made for OpenVINO, which reads GGUF files, or if that is not to be for
    CTranslate2, or for llama.cpp. Raises ModelError when it works with none of them.
    """
    spec = fetched.spec
    if "llamacpp" in (form, spec.runs_on[0]):
        reason = f"{CHOSEN} llama.cpp" if form else "only llama.cpp runs it"
        return fetched.made_for("llamacpp", reason)
    if spec.format != "gguf":
        return fetched.made_for("ctranslate2")
    fault = f"{CHOSEN} CTranslate2" if form == "ctranslate2" else openvino_fault()
    if not fault:
        try:
            return fetched.made_for("openvino")
        except ModelError as error:
            fault = str(error)
    if form == "openvino":
        raise ModelError(f"OpenVINO can't be used: {fault}")
    if form is None:
        fetched.on_message(f"not with OpenVINO: {fault}")
    try:
        return fetched.made_for("ctranslate2", fault)
    except ModelError as error:
        if form or "llamacpp" not in spec.runs_on or llamacpp_fault():
            raise
        fetched.on_message(f"not with CTranslate2: {error}")
    return fetched.made_for("llamacpp", fault)


def _convert(spec: ModelSpec, form: Form, source: Path, built: Path) -> str:
    """The type of the numbers that were written."""
    model_folder, tokenizer_folder = built / MODEL_FOLDER, built / TOKENIZER_FOLDER
    model_folder.mkdir(parents=True)
    tokenizer_folder.mkdir()
    if spec.format == "ctranslate2":
        place_published(source, model_folder, tokenizer_folder)
        return COMPUTE_TYPE
    if spec.format == "huggingface":
        from toolkit.models.conversion.checkpoint import convert_checkpoint

        convert_checkpoint(source, model_folder, tokenizer_folder, compute_type=COMPUTE_TYPE)
        return COMPUTE_TYPE
    file = source / spec.files[0].name
    if form == "llamacpp":
        with model_errors(f"{file.name} can't be used with llama.cpp"):
            from toolkit.models.conversion.llamacpp import place_gguf

            return place_gguf(file, model_folder, tokenizer_folder)
    from toolkit.models.conversion.adapter import Adapter

    folders = model_folder, tokenizer_folder
    adapter = Adapter(ADAPTERS / spec.adapter) if spec.adapter else None
    if form == "openvino":
        with model_errors(f"{file.name} can't be converted to OpenVINO"):
            from toolkit.models.conversion import openvino

            openvino.convert_gguf(file, *folders, compute_type=COMPUTE_TYPE, adapter=adapter)
    else:
        from toolkit.models.conversion import ctranslate2

        ctranslate2.convert_gguf(file, *folders, compute_type=COMPUTE_TYPE, adapter=adapter)
    return COMPUTE_TYPE


def _digest_of_source(spec: ModelSpec, folder: Path) -> str:
    """As InstalledModel has it."""
    if spec.format == "gguf":
        digests = {spec.files[0].name: spec.files[0].sha256}
        if spec.adapter:
            from toolkit.models.conversion.adapter import TENSORS

            digests[TENSORS] = sha256_of_file(ADAPTERS / spec.adapter / TENSORS)
    else:
        found = (path for path in folder.iterdir() if path.suffix in (".safetensors", ".bin"))
        digests = {path.name: sha256_of_file(path) for path in found}
    if len(digests) == 1:
        return next(iter(digests.values()))
    listed = [f"{digest}  {name}\n" for name, digest in sorted(digests.items())]
    return hashlib.sha256("".join(listed).encode()).hexdigest() if listed else ""


def kept_bytes(spec: ModelSpec) -> int:
    """What a model takes of the disk. What only llama.cpp runs stays the file that it is."""
    return spec.download_bytes if spec.runs_on == ("llamacpp",) else spec.installed_bytes


def disk_bytes(spec: ModelSpec) -> int:
    """What must be free for a pull."""
    converted = 0 if spec.runs_on == ("llamacpp",) else spec.installed_bytes
    return spec.download_bytes + converted + MARGIN_BYTES


def _check_disk(spec: ModelSpec, folder: Path) -> None:
    needed = disk_bytes(spec) - folder_bytes(folder)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ModelError(
            f"not enough disk space for {spec.id} in {folder.parent}: "
            f"{needed / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free"
        )


def _staging(models_folder: Path, model_id: str) -> Path:
    return models_folder / ".staging" / model_id


@contextmanager
def _locked(path: Path, model_id: str) -> Iterator[None]:
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ModelError(f"{model_id} is being pulled by another process; wait for it") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _disk_errors(model_id: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        raise ModelError(
            f"pulling {model_id} stopped: {error.strerror or error}{place}; "
            f"what was downloaded is kept, type: toolkit models pull {model_id}"
        ) from error
