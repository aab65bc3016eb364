"""Installs models: fetch, verify, convert, try out, and only then put into place."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from toolkit.errors import ModelDamagedError, ModelError, ModelMissingError
from toolkit.models.catalogue import FolderSource, ModelSpec
from toolkit.models.sources import Progress, fetch, sha256_of

RECORD = "installed.json"
MODEL_FOLDER = "model"  # the CTranslate2 conversion
TOKENIZER_FOLDER = "tokenizer"
SCHEMA = 1
MARGIN_BYTES = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledModel:
    """A model that is ready to use. `files` maps paths inside `folder` to their sha256.

    `source_sha256` is the digest of the file that was downloaded, or of the list of its files.
    """

    id: str
    folder: Path
    family: str
    licence: str
    source: str
    revision: str
    source_sha256: str
    compute_type: str
    max_context_tokens: int
    text_prefix: str
    language_codes: dict[str, str]
    golden: str
    files: dict[str, str]

    @property
    def bytes(self) -> int:
        return sum((self.folder / name).stat().st_size for name in self.files)


def load_installed(models_folder: Path, model_id: str) -> InstalledModel:
    """Raises ModelMissingError, or ModelDamagedError when files are missing or cut short."""
    folder = models_folder / model_id
    record = folder / RECORD
    if not record.is_file():
        raise ModelMissingError(model_id)
    try:
        values = json.loads(record.read_text(encoding="utf-8"))
        if values.pop("schema") != SCHEMA:
            raise ValueError("written by another version")
        sizes = values.pop("sizes")
        values.pop("installed_at")
        model = InstalledModel(folder=folder, **values)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelDamagedError(f"{record} can't be read ({error}); {_repair(model_id)}") from None
    for name, size in sizes.items():
        path = folder / name
        if not path.is_file():
            raise ModelDamagedError(f"{path} is missing; {_repair(model_id)}")
        if path.stat().st_size != size:
            raise ModelDamagedError(f"{path} is damaged; {_repair(model_id)}")
    return model


def list_installed(models_folder: Path) -> list[str]:
    return sorted(path.parent.name for path in models_folder.glob(f"*/{RECORD}"))


def verify_installed(model: InstalledModel, on_bytes: Progress) -> None:
    """Raises ModelDamagedError naming the first file whose content has changed."""
    done = 0
    for name, sha256 in model.files.items():
        path = model.folder / name
        if sha256_of(path) != sha256:
            raise ModelDamagedError(f"{path} is damaged; {_repair(model.id)}")
        done += path.stat().st_size
        on_bytes(done, model.bytes)


def remove_installed(models_folder: Path, model_id: str) -> int:
    """The bytes that were freed. Raises ModelMissingError when there was nothing."""
    folders = [models_folder / model_id, _staging(models_folder, model_id)]
    present = [folder for folder in folders if folder.is_dir()]
    if not present:
        raise ModelMissingError(model_id)
    freed = sum(path.stat().st_size for each in present for path in each.rglob("*"))
    for folder in present:
        shutil.rmtree(folder)
    return freed


def install(
    spec: ModelSpec,
    models_folder: Path,
    *,
    from_folder: Path | None = None,
    on_message: Callable[[str], None],
    on_bytes: Progress,
    try_out: Callable[[InstalledModel], str],
) -> InstalledModel:
    """Pull `spec`. An interrupted pull is taken up where it stopped.

    `try_out` runs the golden sentence through the converted model and returns its answer; it
    raises ModelError when the answer won't do. Raises ModelError when no source works or the disk
    is too full; nothing is called installed before everything succeeded.
    """
    staging = _staging(models_folder, spec.id)
    try:
        staging.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(f"{models_folder} can't be written: {error.strerror}") from error
    with _locked(staging.with_suffix(".lock"), spec.id), _disk_errors(spec.id):
        source_folder, built = staging / "source", staging / "built"
        _check_disk(spec, staging)
        source, revision = _fetch_from_any(
            spec, source_folder, from_folder, on_message=on_message, on_bytes=on_bytes
        )
        on_message("checked; converting to CTranslate2 int8 (once)")
        shutil.rmtree(built, ignore_errors=True)
        compute_type = "int8"
        _convert(spec, source_folder, built, compute_type)
        files = {
            path.relative_to(built).as_posix(): sha256_of(path)
            for path in sorted(built.rglob("*"))
            if path.is_file()
        }
        model = InstalledModel(
            id=spec.id,
            folder=built,
            family=spec.family,
            licence=spec.licence,
            source=source,
            revision=revision,
            source_sha256=_digest_of_source(spec, source_folder),
            compute_type=compute_type,
            max_context_tokens=spec.max_context_tokens,
            text_prefix=spec.text_prefix,
            language_codes=spec.language_codes,
            golden="",
            files=files,
        )
        on_message("converted; translating a sentence with it")
        golden = try_out(model)
        record = {
            "schema": SCHEMA,
            "installed_at": datetime.now(UTC).isoformat(timespec="seconds"),
            **{key: value for key, value in asdict(model).items() if key != "folder"},
            "golden": golden,
            "sizes": {name: (built / name).stat().st_size for name in files},
        }
        (built / RECORD).write_text(json.dumps(record, indent=2), encoding="utf-8")
        target = models_folder / spec.id
        shutil.rmtree(target, ignore_errors=True)
        built.rename(target)
        shutil.rmtree(staging)
    return load_installed(models_folder, spec.id)


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


def _convert(spec: ModelSpec, source: Path, built: Path, compute_type: str) -> None:
    model_folder, tokenizer_folder = built / MODEL_FOLDER, built / TOKENIZER_FOLDER
    model_folder.mkdir(parents=True)
    tokenizer_folder.mkdir()
    if spec.format == "gguf":
        from toolkit.models.gguf import convert_gguf

        convert_gguf(
            source / spec.files[0].name, model_folder, tokenizer_folder, compute_type=compute_type
        )
    else:
        from toolkit.models.checkpoint import convert_checkpoint

        convert_checkpoint(source, model_folder, tokenizer_folder, compute_type=compute_type)


def _digest_of_source(spec: ModelSpec, folder: Path) -> str:
    if len(spec.files) == 1:
        return spec.files[0].sha256
    weights = [path for path in folder.iterdir() if path.suffix in (".safetensors", ".bin")]
    return sha256_of(sorted(weights)[0]) if weights else ""


def _check_disk(spec: ModelSpec, folder: Path) -> None:
    present = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    needed = spec.download_bytes + spec.installed_bytes + MARGIN_BYTES - present
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ModelError(
            f"not enough disk space for {spec.id} in {folder.parent}: "
            f"{needed / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free"
        )


def _staging(models_folder: Path, model_id: str) -> Path:
    return models_folder / ".staging" / model_id


def _repair(model_id: str) -> str:
    return f"{_pull_again(model_id)} --force"


def _pull_again(model_id: str) -> str:
    return f"type: toolkit models pull {model_id}"


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
            f"what was downloaded is kept, {_pull_again(model_id)}"
        ) from error
