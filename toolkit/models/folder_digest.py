"""What tells whether the folder of a model is still the same, in little time."""

import hashlib
import json
import os
from pathlib import Path

from toolkit.errors import ModelError
from toolkit.models.boundary import one_line

SAMPLES, SAMPLE_BYTES = 64, 1 << 18  # 16 MiB in all


def digest_of_folder(folder: Path) -> str:
    """sha256 of the names, sizes and contents of the files below `folder`, hidden ones aside. Of a
    file larger than 16 MiB the size and 64 evenly spread pieces of 256 KiB count: weights that were
    trained on differ everywhere.

    Raises ModelError for what can't be read.
    """
    try:
        paths = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        shown = [path for path in paths if not any(part.startswith(".") for part in path.parts)]
        listed = [(path.as_posix(), *_facts(folder / path)) for path in shown]
    except OSError as error:
        raise ModelError(f"{folder} can't be read: {one_line(error)}") from error
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()


def _facts(path: Path) -> tuple[int, str]:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if size <= SAMPLES * SAMPLE_BYTES:
            return size, hashlib.file_digest(stream, "sha256").hexdigest()
        for index in range(SAMPLES):
            stream.seek((size - SAMPLE_BYTES) * index // (SAMPLES - 1))
            digest.update(stream.read(SAMPLE_BYTES))
    return size, digest.hexdigest()
