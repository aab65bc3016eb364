"""What this machine has for models, and what it lacks for one."""

from dataclasses import dataclass
from pathlib import Path

from toolkit.models.catalogue import ModelSpec
from toolkit.models.install import disk_bytes
from toolkit.models.installed import list_installed
from toolkit.models.machine import free_bytes, has_torch, llamacpp_fault, usable_memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """In bytes; the memory is what models may take, zero where the system doesn't say."""

    memory: int
    free_disk: int
    has_torch: bool
    has_llamacpp: bool
    installed: frozenset[str]

    @classmethod
    def here(cls, models_folder: Path, *, max_memory_mb: int = 0) -> "Machine":
        """Raises ModelError for a folder of models that can't be looked into."""
        return cls(
            memory=usable_memory(max_memory_mb),
            free_disk=free_bytes(models_folder),
            has_torch=has_torch(),
            has_llamacpp=not llamacpp_fault(),
            installed=frozenset(list_installed(models_folder)),
        )

    def lacks(self, spec: ModelSpec) -> str:
        """What keeps `spec` from being used here, empty where nothing does."""
        if self.memory and spec.memory_bytes > self.memory:
            return "memory"
        if spec.id in self.installed:
            return ""
        if disk_bytes(spec) > self.free_disk:
            return "disk"
        if spec.runs_on == ("llamacpp",) and not self.has_llamacpp:
            return "llamacpp"
        return "" if self.has_torch else _torch(spec)


def _torch(spec: ModelSpec) -> str:
    """Whether its conversion needs torch. What nobody pinned shows only where it comes from."""
    if spec.format != "huggingface":
        return ""
    suffixes = {Path(file.name).suffix for file in spec.files}
    if spec.family == "causal" or ".bin" in suffixes:
        return "torch"
    return "" if ".safetensors" in suffixes else "perhaps torch"
