"""Files packed by gzip or zstd, unpacked while they are read."""

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from toolkit.files import Stream

ZSTD_MISSING = "reading .zst needs zstandard; type: pip install 'toolkit-fr-en[zstd]'"
# A block of zstd is 4 bytes or more and makes 128 KB at most, so these make 32 MB at most.
ZSTD_PIECE_BYTES = 1024


class Gzip:
    """Raises ValueError for what is no whole gzip file."""

    def __init__(self, packed: BinaryIO) -> None:
        self._file = gzip.GzipFile(fileobj=packed)

    def read(self, size: int) -> bytes:
        try:
            return self._file.read1(size)  # `read` would lose what stands before a damage
        except EOFError:
            raise ValueError("is a gzip file that was cut off") from None
        except (gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(f"is a damaged gzip file: {error}") from error


class Zstd:
    """Raises ValueError for what is no whole zstd file, and without zstandard.

    A call of `read` gives what one piece holds, whatever the size.
    """

    def __init__(self, packed: BinaryIO) -> None:
        try:
            import zstandard
        except ImportError:
            raise ValueError(ZSTD_MISSING) from None
        self._packed = packed
        self._error = zstandard.ZstdError
        self._new_frame = zstandard.ZstdDecompressor().decompressobj
        self._frame = self._new_frame()
        self._begun = False

    def read(self, size: int) -> bytes:
        data = b""
        while not data and (piece := self._packed.read(ZSTD_PIECE_BYTES)):
            data = self._unpacked(piece)
        if not data and self._begun:
            raise ValueError("is a zstd file that was cut off")
        return data

    def _unpacked(self, piece: bytes) -> bytes:
        """What `piece` holds, which may end a frame and begin the next ones."""
        data = b""
        while piece:
            try:
                data += self._frame.decompress(piece)
            except self._error as error:
                raise ValueError(f"is a damaged zstd file: {error}") from error
            self._begun = not self._frame.eof
            piece = b""
            if self._frame.eof:
                piece = self._frame.unused_data
                self._frame = self._new_frame()
        return data


UNPACKERS: dict[str, Callable[[BinaryIO], Stream]] = {".gz": Gzip, ".zst": Zstd}


def unpacker(path: Path) -> Callable[[BinaryIO], Stream] | None:
    """What reads a file with the suffix of `path`, None where it isn't packed."""
    return UNPACKERS.get(path.suffix.lower())


def unpacked_name(path: Path) -> Path:
    """`page.txt` for `page.txt.gz`."""
    return path.with_suffix("") if unpacker(path) else path
