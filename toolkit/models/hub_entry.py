"""Users' own entries of the catalogue for models of the Hugging Face hub, whose weights stay there
until a pull.
"""

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import ModelError, UsageError
from toolkit.files import shortened
from toolkit.models.boundary import model_errors
from toolkit.models.catalogue import FILE_NAME, Task
from toolkit.models.ctranslate2_folder import MODEL_FILE
from toolkit.models.hub import CONNECT_TIMEOUT_S, download, download_head, hub_errors
from toolkit.models.sources import checkpoint_files, is_right
from toolkit.models.user_models import (
    MAX_CONFIG_BYTES,
    checkpoint_entry,
    gguf_entry,
    licence_in,
    read_config,
)

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

    from toolkit.models.conversion.gguf import GgufFile

# What an entry is made of, where it is there.
SMALL_FILES = (
    "config.json",
    "tokenizer_config.json",
    "generation_config.json",
    "chat_template.jinja",
    "README.md",
)
WEIGHTS = re.compile(r".+\.safetensors|pytorch_model.*\.bin")
# The head of a GGUF file has its tokenizer. Half a million tokens, and as many merges, fit in.
HEAD_BYTES = 1 << 25
COMMIT = re.compile(r"[0-9a-f]{40}")


def entry_of_hub(
    name: str,
    repository: str,
    *,
    revision: str = "main",
    file: str = "",
    tasks: Sequence[Task] = (),
    licence: str = "",
) -> dict[str, Any]:
    """The entry for a checkpoint of the hub, or for its GGUF file called `file`, pinned to a commit
    and to the sha256 that the hub tells.

    Raises ModelError for a repository that can't be had and for a model that no engine can run,
    UsageError where nobody can know what it is for or which file is meant.
    """
    hub = _Repository(repository, revision)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        if file:
            pinned = [hub.pin(file)]
            hub.bring(["README.md", "generation_config.json"], folder)
            entry = gguf_entry(
                name,
                hub.head(file, folder),
                tasks=tasks,
                licence=licence or licence_in(folder),
                generation=read_config(folder / "generation_config.json", repository),
            )
            if entry["publisher"] == "unknown":
                entry["publisher"] = hub.owner
        else:
            hub.refuse_other_formats()
            hub.bring(SMALL_FILES, folder)
            names = checkpoint_files(list(hub.listed))
            pinned = [hub.pin(each) for each in names if hub.listed[each].lfs]
            weights = {each: hub.size(each) for each in names if WEIGHTS.fullmatch(each)}
            entry = checkpoint_entry(
                name, folder, weights, tasks=tasks, licence=licence, repository=repository
            )
    source = {"kind": "hub", "repository": repository, "revision": hub.commit}
    return {**entry, "measured": False, "files": pinned, "sources": [source]}


class _Repository:
    """A revision of a repository with the files that the hub lists."""

    def __init__(self, name: str, revision: str) -> None:
        with hub_errors(name):
            from huggingface_hub import HfApi
            from huggingface_hub.errors import RevisionNotFoundError

            try:
                info = HfApi().model_info(
                    name, revision=revision, timeout=CONNECT_TIMEOUT_S, files_metadata=True
                )
            except RevisionNotFoundError as error:
                said = f"the hub's {name} has no revision '{shortened(revision)}'"
                raise ModelError(said) from error
            self.listed: Mapping[str, RepoSibling] = {
                str(file.rfilename): file for file in info.siblings or []
            }
            self._sizes = {name: int(file.size or 0) for name, file in self.listed.items()}
            self.commit = str(info.sha)
            if not COMMIT.fullmatch(self.commit):
                raise ValueError("the hub tells no commit")
        self.name = name
        self.owner = name.partition("/")[0]

    def size(self, file: str) -> int:
        return self._sizes[file]

    def pin(self, file: str) -> dict[str, Any]:
        """A large file as an entry has it. Raises UsageError for one that an entry can't have."""
        found = self.listed.get(file)
        if found is None:
            raise UsageError(f"the hub's {self.name} lacks {shortened(file)}{self._choice()}")
        if not re.fullmatch(FILE_NAME, file):
            raise UsageError(
                f"an entry can't hold the name of {shortened(file)}; download it, and give its "
                "path with --file alone"
            )
        if not found.lfs:
            raise ModelError(f"the hub tells no sha256 of {file}")
        return {"name": file, "bytes": found.lfs.size, "sha256": found.lfs.sha256}

    def refuse_other_formats(self) -> None:
        """Raises UsageError where the repository holds something else than a checkpoint."""
        if MODEL_FILE in self.listed:
            raise UsageError(
                f"{self.name} is a CTranslate2 model; write its entry by hand (docs/models.md)"
            )
        if "config.json" not in self.listed and (choice := self._choice()):
            raise UsageError(f"{self.name} has GGUF files{choice}")

    def _choice(self) -> str:
        names = sorted(name for name in self.listed if name.endswith(".gguf"))
        return f"; name one with --file: {shortened(', '.join(names))}" if names else ""

    def bring(self, names: Iterable[str], folder: Path) -> None:
        """Those of the small files that are there."""
        for name in names:
            if name not in self.listed:
                continue
            if self.size(name) > MAX_CONFIG_BYTES:
                raise ModelError(f"{name} of the hub's {self.name} is too large")
            with hub_errors(self.name):
                download(self.name, name, self.commit, folder)
            if not is_right(folder / name, None, self.listed[name]):
                raise ModelError(f"{name} is not the file that the hub lists (hash differs)")

    def head(self, file: str, folder: Path) -> "GgufFile":
        """A GGUF file of which only the first bytes were fetched."""
        path, size = folder / file, self.size(file)
        with hub_errors(self.name):
            came = download_head(self.name, file, self.commit, path, HEAD_BYTES)
        with model_errors(f"{file} can't be read as GGUF"):
            from toolkit.models.conversion.gguf import GgufFile

            try:
                gguf = GgufFile(path, only_head=True)
                cut = gguf.head_bytes > came or gguf.bytes > size
            except Exception:
                if came == size:
                    raise
                cut = True
        if cut:
            raise ModelError(
                f"the head of {file} is damaged, or too long to be looked at; download the file, "
                "and give its path with --file alone"
            )
        return gguf
