"""The streams that files of a storage are read and written by."""

import hashlib
import io
from collections.abc import Callable
from typing import Any, BinaryIO

from toolkit.corpus.trying import refusal, trying


class Output(io.RawIOBase):
    """What is being written; counts and digests on the way."""

    def __init__(self, sink: Callable[[bytes], object]) -> None:
        self._sink = sink
        self._digest = hashlib.sha256()
        self.bytes = 0

    @property
    def digest(self) -> str:
        """sha256 of what was written so far."""
        return f"sha256:{self._digest.hexdigest()}"

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.bytes

    def write(self, data: Any, /) -> int:
        piece = bytes(data)
        self._sink(piece)
        self._digest.update(piece)
        self.bytes += len(piece)
        return len(piece)


class PatientFile(io.RawIOBase):
    """A file of a store whose answers may fail: asked again for what it didn't give."""

    def __init__(self, raw: BinaryIO, url: str, *, remote: bool) -> None:
        self._raw, self._url, self._remote = raw, url, remote

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._raw.seekable()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        seek = lambda: self._raw.seek(offset, whence)  # noqa: E731
        return trying(self._url, seek, remote=False)

    def tell(self) -> int:
        return self._raw.tell()

    def readinto(self, buffer: Any, /) -> int:
        try:
            read = lambda: self._raw.read(len(buffer))  # noqa: E731
            data = trying(self._url, read, remote=self._remote)
        except FileNotFoundError as error:  # removed, or replaced, while it is read
            raise refusal(self._url, error) from error
        buffer[: len(data)] = data
        return len(data)
