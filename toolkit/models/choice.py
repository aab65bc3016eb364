"""Which model to take where nobody names one."""

from collections.abc import Iterator
from pathlib import Path

from toolkit.errors import ModelError
from toolkit.models.catalogue import (
    FolderSource,
    ModelSpec,
    Task,
    WheelsSource,
    catalogue,
    in_order,
    order_of,
)
from toolkit.models.installed import list_installed
from toolkit.models.machine import memory_bytes
from toolkit.models.recommend import Machine
from toolkit.models.sources import folder_bytes

WORKING_BYTES = 500_000_000  # beside the weights of a model in a folder


def best_installed(
    task: Task, source: str, target: str, *, models_folder: Path, memory: int
) -> str | None:
    """The id of the best model that is installed for a task and takes no more than `memory` bytes,
    where that isn't zero; None where none is installed.

    Raises ModelError where all of them take more.
    """
    installed = list_installed(models_folder)
    able = [spec for spec in in_order(task, source, target) if spec.id in installed]
    for spec in able:
        if not memory or spec.memory_bytes <= memory:
            return spec.id
    if not able:
        return None
    names = ", ".join(spec.id for spec in able)
    least = min(spec.memory_bytes for spec in able)
    raise ModelError(
        f"{names}: installed, but {least / 1e9:.1f} GB of memory would be needed, and "
        f"{memory / 1e9:.1f} GB may be used; type: toolkit models recommend"
    )


def worth_pulling(
    task: Task, source: str, target: str, machine: Machine, *, hub: bool, restricted: bool
) -> Iterator[ModelSpec]:
    """The models that can be had and used on `machine`, the best first.

    `hub` says whether the hub can be reached, `restricted` whether licences that restrict what one
    may do will do. Models that nobody has compared are left to those who name them.
    """
    best = order_of(task, source, target)
    for spec in in_order(task, source, target):
        here = spec.id in machine.installed
        offline = any(isinstance(each, WheelsSource | FolderSource) for each in spec.sources)
        if (
            spec.id in best
            and not machine.lacks(spec)
            and (here or ((restricted or not spec.restricted) and (hub or offline)))
        ):
            yield spec


def refuse_large(model: str, models_folder: Path, *, max_memory_mb: int) -> None:
    """Raises ModelError for a model that takes more memory than there is."""
    most = max_memory_mb * 1_000_000 or memory_bytes()
    needed = memory_of(model, models_folder)
    if 0 < most < needed:
        whose = "max_memory_mb allows" if max_memory_mb else "this machine has"
        raise ModelError(
            f"'{model}' takes {needed / 1e9:.1f} GB of memory and {whose} {most / 1e9:.1f} GB; to "
            "see which models fit, type: toolkit models recommend"
        )


def memory_of(model: str, models_folder: Path) -> int:
    """The bytes that a process takes that works with `model`; zero where nobody knows."""
    if spec := catalogue().get(model):
        return spec.memory_bytes
    try:
        folder = Path(model).expanduser()
        return folder_bytes(folder) + WORKING_BYTES if folder.is_dir() else 0
    except (OSError, RuntimeError, ValueError):
        return 0
