"""Averages two adapters for one model, such as one and what it became by further training: see
README.md.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from toolkit.models.conversion.adapter import CONFIG, TENSORS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="of the second")
    options = parser.parse_args()
    if options.output.resolve() in (options.first.resolve(), options.second.resolve()):
        parser.error("the average needs a folder of its own")
    tensors = average(options.first, options.second, options.share)
    options.output.mkdir(parents=True, exist_ok=True)
    save_file(tensors, options.output / TENSORS)
    shutil.copyfile(options.second / CONFIG, options.output / CONFIG)


def average(first: Path, second: Path, share: float) -> dict[str, torch.Tensor]:
    """The largest singular values of the sum of both, as many as the second has, in 16 bits."""
    (ours, our_scale), (theirs, their_scale) = map(_read, (first, second))
    if ours.keys() != theirs.keys():
        raise SystemExit("the adapters are for different matrices")
    tensors = {}
    for down_name in (name for name in theirs if name.endswith("lora_A.weight")):
        up_name = down_name.replace("lora_A", "lora_B")
        rank = len(theirs[down_name])
        down = torch.cat([ours[down_name], theirs[down_name]]).double()
        parts = (1 - share) * our_scale * ours[up_name], share * their_scale * theirs[up_name]
        factor, rest = torch.linalg.qr(torch.cat(parts, 1).double())
        left, values, right = torch.linalg.svd(rest @ down, full_matrices=False)
        roots = values[:rank].sqrt()
        new_down, new_up = roots[:, None] * right[:rank], factor @ left[:, :rank] * roots
        # What the second is scaled by is done to this one as well.
        tensors[down_name] = new_down.to(torch.float16).contiguous()
        tensors[up_name] = (new_up / their_scale).to(torch.float16).contiguous()
    return tensors


def _read(folder: Path) -> tuple[dict[str, torch.Tensor], float]:
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    tensors = {name: each.float() for name, each in load_file(folder / TENSORS).items()}
    return tensors, config["lora_alpha"] / config["r"]


if __name__ == "__main__":
    main()
