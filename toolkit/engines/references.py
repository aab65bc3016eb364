"""What the name of a model stands for, where it is no id of the catalogue."""

import re
from pathlib import Path

from toolkit.errors import ModelError, UsageError
from toolkit.models.catalogue import catalogue
from toolkit.models.installed import MODEL_FOLDER, RECORD

HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
MAX_SHOWN = 80  # letters of a name in a message


def place_of(reference: str) -> tuple[Path, str]:
    """The folder of a model that isn't in the catalogue, and what to call it.

    Raises UsageError for what is neither a folder nor a hub repository, and for the folder of a
    model that was pulled; ModelError for a repository that isn't in the local cache.
    """
    if folder := _folder_of(reference):
        return folder, folder.name
    if HUB_NAME.fullmatch(reference):
        return _cached_folder(reference), reference
    known = ", ".join(catalogue())
    shown = reference if len(reference) <= MAX_SHOWN else f"{reference[:MAX_SHOWN]}…"
    raise UsageError(f"no model or folder {shown!r} (the catalogue has: {known})")


def _folder_of(reference: str) -> Path | None:
    """The folder called `reference`. Raises UsageError for a file and for a model that was pulled,
    ModelError for what can't be looked at.
    """
    try:
        path = Path(reference).expanduser()
        if reference and path.is_dir():
            _refuse_pulled(path)
            return path
        if reference and path.exists():
            raise UsageError(f"{path} is a file; give --model the folder of a model")
    except PermissionError as error:
        raise ModelError(f"{reference} can't be read: {error.strerror}") from error
    except (OSError, RuntimeError):  # a name too long, the home of nobody
        pass
    return None


def _refuse_pulled(folder: Path) -> None:
    """Raises UsageError for the folder of a model that was pulled, or for one inside it."""
    whole = folder.resolve()
    for place in (whole, whole.parent):
        if place.name in catalogue() and (place / RECORD).is_file():
            raise UsageError(
                f"{folder} belongs to a model that was pulled; give --model its id, {place.name}"
            )
    if any((folder / part / "openvino_model.xml").is_file() for part in ("", MODEL_FOLDER)):
        raise UsageError(
            f"{folder} is in OpenVINO's form, which only models of the catalogue are run in; give "
            f"--model one of these: {', '.join(catalogue())}"
        )


def _cached_folder(repository: str) -> Path:
    """The folder of a hub repository in the local cache: given its name instead, libraries ask the
    hub about it. Raises ModelError when it isn't there.
    """
    from huggingface_hub import try_to_load_from_cache

    try:
        config = try_to_load_from_cache(repository, "config.json")
    except ValueError:  # no name that the hub gives
        config = None
    if not isinstance(config, str):
        raise ModelError(f"'{repository}' is not on this machine; type: hf download {repository}")
    return Path(config).parent
