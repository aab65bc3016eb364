"""Models that are published as CTranslate2 folders: nothing of them is converted.

`model.bin` and `config.json` come with one vocabulary for both sides or one for each, and so do the
tokenizers: plain SentencePiece models with these names, or the files of a Hugging Face tokenizer.
"""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from toolkit.errors import ModelError

MODEL_FILE, CONFIG_FILE = "model.bin", "config.json"
JOINT_PIECES = "joint.spm.model"
SOURCE_PIECES, TARGET_PIECES = "src.spm.model", "tgt.spm.model"
VOCABULARY = re.compile(r"(?:(shared|source|target)_)?vocabulary\.(?:json|txt)")
TOKENIZER_SUFFIXES = (".json", ".txt", ".spm", ".model", ".jinja")


def published_files(names: Iterable[str], place: object) -> list[str]:
    """Those of the files in `place` that the model needs.

    Raises ModelError when one is missing.
    """
    wanted = sorted(
        name
        for name in names
        if Path(name).name == name and (name == MODEL_FILE or name.endswith(TOKENIZER_SUFFIXES))
    )
    if missing := _missing(set(wanted)):
        raise ModelError(f"{place} lacks {missing}")
    return wanted


def place_published(source: Path, model_folder: Path, tokenizer_folder: Path) -> None:
    """Put the files in `source` into these existing folders."""
    for path in source.iterdir():
        if path.is_file():
            target = model_folder if _is_of_model(path.name) else tokenizer_folder
            shutil.copyfile(path, target / path.name)


def _missing(names: set[str]) -> str:
    sides = {match[1] for match in map(VOCABULARY.fullmatch, names) if match}
    if MODEL_FILE not in names:
        return f"{MODEL_FILE}, so it holds no CTranslate2 model"
    if not sides & {None, "shared"} and not {"source", "target"} <= sides:
        return "a vocabulary: shared_vocabulary.json, or source_ and target_vocabulary.json"
    if all(map(_is_of_model, names)):
        return f"a tokenizer: {JOINT_PIECES}, or {SOURCE_PIECES} and {TARGET_PIECES}"
    pair = {SOURCE_PIECES, TARGET_PIECES}
    return "".join(pair - names) if len(pair & names) == 1 and JOINT_PIECES not in names else ""


def _is_of_model(name: str) -> bool:
    return name in (MODEL_FILE, CONFIG_FILE) or VOCABULARY.fullmatch(name) is not None
