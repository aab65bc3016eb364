"""What this machine can run."""

import os
import platform
import shutil
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

# Of control groups, in their second version and their first.
CONTAINER_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
NO_PACKAGE = "the package openvino-genai is not installed"
NO_LLAMACPP = "the package xllamacpp is not installed"
OLD_PROCESSOR = "the processor lacks AVX2"
INSTALL_TORCH = "type: pip install 'toolkit-fr-en[torch]'"
ONLY_PICKLED = f"has only pickled weights, which need the extra torch; {INSTALL_TORCH}"
WITH_TORCH = (
    "the transformers engine may run it: give --model the folder (it needs the extra torch)"
)


def has_torch() -> bool:
    return find_spec("torch") is not None


def openvino_fault() -> str:
    """Why OpenVINO can't run here, empty where it can."""
    if find_spec("openvino_genai") is None:
        return NO_PACKAGE
    return OLD_PROCESSOR if _is_x86() and not _has("AVX2") else ""


def llamacpp_fault() -> str:
    """Why llama.cpp can't run here, empty where it can."""
    return NO_LLAMACPP if find_spec("xllamacpp") is None else ""


def lacks_vnni() -> bool:
    """Whether the processor is an x86 without instructions for products of 8 bits."""
    return _is_x86() and not _has("AVX512VNNI")


def memory_bytes() -> int:
    """Of the whole machine, or of the container; zero where the system doesn't say."""
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return 0
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min((machine, *filter(None, map(_limit, CONTAINER_LIMITS))))


def _limit(path: Path) -> int:
    """Zero where there is none."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):  # no such file, or "max"
        return 0


def usable_memory(max_memory_mb: int = 0) -> int:
    """The bytes that models may take together: what is set, else most of what the machine has; zero
    where the system doesn't say.
    """
    return max_memory_mb * 1_000_000 or memory_bytes() * 4 // 5


def free_bytes(folder: Path) -> int:
    """Of the disk that `folder` is on, or will be."""
    existing = next(each for each in (folder, *folder.parents) if os.path.exists(each))  # noqa: PTH110
    return shutil.disk_usage(existing).free


def _is_x86() -> bool:
    return platform.machine().lower() in ("x86_64", "amd64")


def _has(feature: str) -> bool:
    """Whether the processor has a feature, as numpy calls it; what it doesn't know is there."""
    try:
        numpy_core = import_module("numpy._core._multiarray_umath")
    except ImportError:
        return True
    return bool(getattr(numpy_core, "__cpu_features__", {}).get(feature, True))
