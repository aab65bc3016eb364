"""Installed models: the record beside each, and whether its files are still what it says."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from toolkit.errors import ModelDamagedError, ModelError, ModelMissingError
from toolkit.models.boundary import one_line
from toolkit.models.catalogue import Family, Form, ModelSpec, TemplateValue
from toolkit.models.machine import NO_PACKAGE, OLD_PROCESSOR, llamacpp_fault, openvino_fault
from toolkit.models.sources import sha256_of_file
from toolkit.progress import Progress

RECORD = "installed.json"
MODEL_FOLDER = "model"  # the conversion
TOKENIZER_FOLDER = "tokenizer"
SCHEMA = 1
FORM_NAMES: dict[Form, str] = {
    "openvino": "OpenVINO",
    "ctranslate2": "CTranslate2",
    "llamacpp": "llama.cpp",
}
LLAMACPP_EXTRA = "type: pip install 'toolkit-fr-en[llamacpp]'"
SMALL_BYTES = 64_000_000
CHOSEN = "it was pulled for"  # how the reason begins where somebody chose the engine


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledModel:
    """A model that is ready to use. `files` maps paths inside `folder` to their sha256.

    `source_sha256` is that of the weights as they came; of several files, that of the list that the
    program sha256sum makes of them, in the order of their names.
    `form` names the engine that it was converted for, `reason` why it wasn't the quickest one, and
    `adapter` what was added to its weights.
    Records of before there were `form` and what stands behind it are read all the same.
    """

    id: str
    folder: Path
    family: Family
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
    form: Form = "ctranslate2"
    reason: str = ""
    chat_template_kwargs: dict[str, TemplateValue] = field(default_factory=dict)
    chat_template: str = ""
    adapter: str = ""

    @property
    def bytes(self) -> int:
        return sum((self.folder / name).stat().st_size for name in self.files)


def load_installed(models_folder: Path, model_id: str) -> InstalledModel:
    """Raises ModelMissingError, or ModelDamagedError when files are missing or cut short."""
    folder = models_folder / model_id
    record = folder / RECORD
    try:
        if not record.is_file():
            raise ModelMissingError(model_id)
        model, sizes = _read_record(record)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = f"{record} can't be read ({one_line(error)})"
        raise ModelDamagedError(f"{reason}; {repair(model_id)}") from None
    for name, size in sizes.items():
        path = folder / name
        # Only the weights are too large to be looked at each time.
        if _size_of(path) != size or (size < SMALL_BYTES and _changed(model, name)):
            raise _damaged(path, model_id)
    return model


def _read_record(path: Path) -> tuple[InstalledModel, dict[str, int]]:
    """What was installed, and the size of each file. The record may have been edited by hand."""
    values = json.loads(path.read_text(encoding="utf-8"))
    if values.pop("schema") != SCHEMA:
        raise ValueError("written by another version")
    values.pop("installed_at")
    sizes = TypeAdapter(dict[str, int]).validate_python(values.pop("sizes"))
    model = TypeAdapter(InstalledModel).validate_python({**values, "folder": path.parent})
    if model.id != path.parent.name or set(sizes) != set(model.files):
        raise ValueError("it contradicts itself")
    if model.max_context_tokens < 1:
        raise ValueError("it leaves the model no context")
    outside = [name for name in sizes if Path(name).is_absolute() or ".." in Path(name).parts]
    if outside:
        raise ValueError(f"it names a file elsewhere, {outside[0]}")
    return model, sizes


def why_not_openvino(model: InstalledModel) -> str:
    """Why OpenVINO, which is the quickest, doesn't run a causal model; empty for others."""
    if model.form == "openvino" or model.family != "causal":
        return ""
    # What the machine lacked when the model was pulled it may have by now.
    lasting = "" if model.reason in (NO_PACKAGE, OLD_PROCESSOR) else model.reason
    return lasting or openvino_fault() or f"pulled before; {repair(model.id)}"


def engine_fault(model: InstalledModel) -> str:
    """Why the engine that the model was made for can't run here, and what to type; empty where it
    can.
    """
    if model.form == "llamacpp" and (fault := llamacpp_fault()):
        return f"'{model.id}' is installed for llama.cpp, but {fault}; {LLAMACPP_EXTRA}"
    if model.form != "openvino" or not (fault := openvino_fault()):
        return ""
    package = "type: pip install openvino-genai, or: toolkit models pull"
    fix = f"{package} {model.id} --force" if fault == NO_PACKAGE else repair(model.id)
    return f"'{model.id}' is installed for OpenVINO, but {fault}; {fix}"


def outdated(model: InstalledModel, spec: ModelSpec) -> str:
    """What differs and what to type, where `spec` has another adapter; empty elsewhere."""
    if model.adapter == spec.adapter:
        return ""
    there = f"with the adapter {model.adapter}" if model.adapter else "without an adapter"
    here = f"has {spec.adapter}" if spec.adapter else "has none"
    engine = f" --engine {model.form}" if model.reason.startswith(CHOSEN) else ""
    pull = f"type: toolkit models pull {model.id}{engine}"
    return f"installed {there}; this version of the toolkit {here}; to renew it, {pull}"


def write_record(model: InstalledModel) -> None:
    """Call what is in the model's folder installed."""
    record = {
        "schema": SCHEMA,
        "installed_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **{key: value for key, value in asdict(model).items() if key != "folder"},
        "sizes": {name: (model.folder / name).stat().st_size for name in model.files},
    }
    (model.folder / RECORD).write_text(json.dumps(record, indent=2), encoding="utf-8")


def _size_of(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def _changed(model: InstalledModel, name: str) -> bool:
    try:
        return sha256_of_file(model.folder / name) != model.files[name]
    except OSError:
        return True


def _damaged(path: Path, model_id: str) -> ModelDamagedError:
    state = "missing" if _size_of(path) is None else "damaged"
    return ModelDamagedError(f"{path} is {state}; {repair(model_id)}")


def list_installed(models_folder: Path) -> list[str]:
    """Raises ModelError for a folder that can't be looked into."""
    with readable(models_folder):
        return sorted(path.parent.name for path in models_folder.glob(f"*/{RECORD}"))


def verify_installed(model: InstalledModel, on_bytes: Progress) -> None:
    """Raises ModelDamagedError naming the first file whose content has changed."""
    done = 0
    for name in model.files:
        path = model.folder / name
        if _changed(model, name):
            raise _damaged(path, model.id)
        done += path.stat().st_size
        on_bytes(done, model.bytes)


def repair(model_id: str) -> str:
    """What to type about a model that is damaged or was made for another engine."""
    return f"type: toolkit models pull {model_id} --force"


@contextmanager
def readable(models_folder: Path) -> Iterator[None]:
    """Raises ModelError where the folder can't be looked into."""
    try:
        yield
    except OSError as error:
        raise ModelError(f"{models_folder} can't be read: {one_line(error)}") from error
