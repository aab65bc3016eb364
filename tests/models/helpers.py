"""Wheels that carry a model in parts, a pull without a word to anybody, and an adapter."""

import json
import zipfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from toolkit.models.conversion.adapter import CONFIG, PROJECTIONS, TENSORS
from toolkit.models.conversion.gguf import GgufFile
from toolkit.models.install import install

PARTS = 3


def write_wheel(folder, part, data):
    package = f"toolkit_test_part{part}"
    write_package(folder, package, "1.0", f"{package}/data/part{part:02d}.bin", data)


def write_package(folder, package, version, member, data):
    info = f"{package}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{package}-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{package}/__init__.py", "raise RuntimeError('imported')")
        archive.writestr(member, data)
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any"
        )
        archive.writestr(f"{info}/RECORD", "")


def pull(spec, folder, *, messages=None, **options):
    return install(
        spec,
        folder,
        on_message=(messages if messages is not None else []).append,
        on_bytes=lambda done, total: None,
        try_out=lambda model: "Yes.",
        **options,
    )


def write_adapter(folder: Path, gguf: Path, *, alpha: float = 1) -> None:
    """One for the second layer of the model in `gguf`, which adds little with a small `alpha`."""
    folder.mkdir(parents=True)
    numbers = np.random.default_rng(5)
    tensors = {}
    for here, there in PROJECTIONS.items():
        outputs, inputs = GgufFile(gguf).shape(f"blk.1.{here}.weight")
        place = f"base_model.model.model.layers.1.{there}"
        for side, shape in (("A", (2, inputs)), ("B", (outputs, 2))):
            tensors[f"{place}.lora_{side}.weight"] = numbers.normal(size=shape).astype(np.float16)
    save_file(tensors, folder / TENSORS)
    (folder / CONFIG).write_text(json.dumps({"r": 2, "lora_alpha": alpha}))
