"""Stand-in."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from toolkit.errors import InputError, UsageError
from toolkit.files import refused


@dataclass(frozen=True, slots=True)
class StoredFile:
    url: str
    bytes: int


class Output:
    def __init__(self, file: BinaryIO) -> None:
        self.file, self.bytes, self.hash = file, 0, hashlib.sha256()

    @property
    def digest(self) -> str:
        return f"sha256:{self.hash.hexdigest()}"

    def write(self, data: bytes) -> int:
        self.hash.update(data)
        self.bytes += len(data)
        return self.file.write(data)


@dataclass(frozen=True, slots=True)
class Storage:
    root: str

    @classmethod
    def of(cls, url: str) -> "Storage":
        return cls(url)

    def expand(self) -> list[StoredFile]:
        path = Path(self.root)
        if not path.exists():
            raise UsageError(f"{path}: there is no such file")
        found = sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
        return [StoredFile(str(each), each.stat().st_size) for each in found]

    def open(self, path: str) -> BinaryIO:
        try:
            return (Path(self.root) / path).open("rb")
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from error

    @contextmanager
    def write(self, path: str) -> Iterator[Any]:
        place = Path(self.root) / path
        temporary = place.with_name(f".toolkit-{place.name}-{os.getpid()}.tmp")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                yield Output(file)
            temporary.replace(place)
        except OSError as error:
            raise refused(place, error) from error
        finally:
            temporary.unlink(missing_ok=True)

    def create(self, path: str, data: bytes) -> bool:
        place = Path(self.root) / path
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                file.write(data)
        except FileExistsError:
            return False
        except OSError as error:
            raise refused(place, error) from error
        return True

    def read(self, path: str) -> bytes | None:
        if Path(self.root).is_file():
            raise InputError(f"{self.root}: is a file")
        place = Path(self.root) / path
        return place.read_bytes() if place.exists() else None

    def exists(self, path: str) -> bool:
        return (Path(self.root) / path).exists()

    def remove(self, path: str) -> None:
        (Path(self.root) / path).unlink(missing_ok=True)

    def names(self, prefix: str) -> list[str]:
        folder = Path(self.root) / (prefix or ".")
        if not folder.is_dir():
            return []
        return sorted(str(e.relative_to(self.root)) for e in folder.rglob("*") if e.is_file())

    def read_all(self, folder: str) -> dict[str, bytes]:
        return {name: self.read(name) or b"" for name in self.names(folder)}
