"""The weights of Hugging Face checkpoints as arrays, each read when it is asked for.

Safetensors files are read without torch. Pickled ones need it: of all that reads pickles only torch
has a reader that makes nothing but tensors.
"""

import json
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.errors import ModelError
from toolkit.models.boundary import model_errors
from toolkit.models.machine import WITH_TORCH

Array = np.ndarray[Any, np.dtype[np.float32]]
SAFETENSORS, PICKLED = "model.safetensors", "pytorch_model.bin"
PLAIN_NAME = re.compile(r"\w[\w.-]*")
# numpy has no bfloat16: its bits are the upper half of a float32's.
DTYPES = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}


def unfit(reason: str) -> ModelError:
    """About a checkpoint that isn't understood, with what may run it."""
    return ModelError(f"the checkpoint can't be converted: {reason}; {WITH_TORCH}")


class Weights:
    """Tensors by name. What is asked for is noted, so that nothing can be left over unseen."""

    def __init__(self, readers: Mapping[str, Callable[[], Array]]) -> None:
        self._readers = readers
        self._left = set(readers)

    def has(self, name: str) -> bool:
        return name in self._readers

    def tensor(self, name: str, *shape: int) -> Array:
        """A copy in float32. Raises ModelError where it is missing or has another shape."""
        if name not in self._readers:
            raise unfit(f"it lacks the tensor '{name}'")
        self._left.discard(name)
        tensor = self._readers[name]()
        if tensor.shape != shape:
            raise unfit(
                f"by its config.json its tensor '{name}' should be {_shown(shape)}, not "
                f"{_shown(tensor.shape)}"
            )
        return tensor

    def count(self, prefix: str) -> int:
        """How many layers there are that are numbered behind `prefix`, whatever their numbers: a
        single one may be called the millionth.
        """
        found = (re.match(rf"{re.escape(prefix)}(\d+)\.", name) for name in self._readers)
        return len({match[1] for match in found if match})

    def left(self) -> list[str]:
        """The names of those that nobody has asked for."""
        return sorted(self._left)


def is_pickled(folder: Path) -> bool:
    """Whether only pickled weights are there."""
    suffixes = {path.suffix for path in folder.iterdir()}
    return ".bin" in suffixes and ".safetensors" not in suffixes


def read_safetensors(folder: Path) -> Weights:
    """Raises ModelError for files that are missing or damaged."""
    readers: dict[str, Callable[[], Array]] = {}
    for file, names in _files(folder, SAFETENSORS).items():
        with model_errors(f"{file.name} is damaged or no safetensors file"):
            tensors = _safetensors(file)
        readers |= _chosen(tensors, names, file)
    return Weights(readers)


def read_pickled(folder: Path) -> Weights:
    """Needs torch. Raises ModelError for files that are missing, damaged or hold more than
    tensors.
    """
    import torch

    readers: dict[str, Callable[[], Array]] = {}
    for file, names in _files(folder, PICKLED).items():
        with model_errors(f"{file.name} can't be read"):
            state = torch.load(
                file, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(file)
            )
            tensors = {name: _of_torch(tensor) for name, tensor in state.items()}
        readers |= _chosen(tensors, names, file)
    return Weights(readers)


def _files(folder: Path, name: str) -> dict[Path, list[str] | None]:
    """The files of the weights with the names of the tensors to take from each; None is all."""
    if (folder / name).is_file():
        return {folder / name: None}
    index = folder / f"{name}.index.json"
    if not index.is_file():
        raise ModelError(f"{folder} holds neither {name} nor {index.name}")
    found: dict[Path, list[str] | None] = {}
    with model_errors(f"{index.name} can't be read"):
        for tensor, file in json.loads(index.read_text(encoding="utf-8"))["weight_map"].items():
            if not PLAIN_NAME.fullmatch(file):
                raise ModelError(f"{index.name} names a file elsewhere, {file[:80]!r}")
            if not (folder / file).is_file():
                raise ModelError(f"{folder} lacks {file}, which {index.name} names")
            names = found.setdefault(folder / file, [])
            assert names is not None
            names.append(tensor)
    return found


def _chosen(
    tensors: Mapping[str, Callable[[], Array]], names: list[str] | None, file: Path
) -> Mapping[str, Callable[[], Array]]:
    if names is None:
        return tensors
    if missing := [name for name in names if name not in tensors]:
        raise ModelError(f"{file.name} lacks the tensor '{missing[0]}'")
    return {name: tensors[name] for name in names}


def _safetensors(file: Path) -> dict[str, Callable[[], Array]]:
    from safetensors import safe_open

    # Opening checks the file, whose every tensor has to lie inside it. It can't read bfloat16
    # without torch, so where the tensors are is taken from the header that was checked.
    with safe_open(file, framework="np"):
        pass
    with file.open("rb") as stream:
        size = int.from_bytes(stream.read(8), "little")
        header = json.loads(stream.read(size))
    header.pop("__metadata__", None)
    # Not `mmap` alone, which a file without any tensor makes fail.
    data = np.memmap(file, np.uint8, "r")[8 + size :]
    return {name: _reader(name, data, **entry) for name, entry in header.items()}


def _reader(
    name: str, data: Any, *, dtype: str, shape: list[int], data_offsets: list[int]
) -> Callable[[], Array]:
    def read() -> Array:
        if dtype not in DTYPES:
            raise unfit(f"its tensor '{name}' is of {dtype} (known: {', '.join(DTYPES)})")
        values = np.asarray(data[slice(*data_offsets)]).view(DTYPES[dtype]).reshape(shape)
        if dtype == "BF16":
            return (values.astype(np.uint32) << 16).view(np.float32)
        return values.astype(np.float32)

    return read


def _of_torch(tensor: Any) -> Callable[[], Array]:
    import torch

    if not isinstance(tensor, torch.Tensor):
        raise ModelError("its pickled weights hold something else than tensors")
    return lambda: np.array(tensor.detach().float().numpy())


def _shown(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "of a single number"
