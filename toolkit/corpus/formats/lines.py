"""Lines of text files, packed or not, of which no more than a line is in memory."""

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, cast

from toolkit.corpus.formats.base import MAX_ROW_BYTES, Piece, suffix_of, too_long
from toolkit.corpus.storage import AHEAD_BYTES, Storage
from toolkit.errors import InputError, UsageError
from toolkit.files import Stream
from toolkit.reading.packed import UNPACKERS

BOM = b"\xef\xbb\xbf"
SKIP_BYTES = 1 << 20
LEAST_AHEAD_BYTES = 1 << 16  # a request each
ZSTD_LEVEL = 3


class Lines:
    """The lines of a piece with their ends. One that is longer than `max_bytes` isn't kept: in its
    place InputError is raised, and the next one follows. Nothing follows a ValueError, which says
    that the file is damaged, or ends before byte `end`.
    """

    def __init__(
        self, stream: BinaryIO, piece: Piece, max_bytes: int = MAX_ROW_BYTES, *, end: int = 0
    ) -> None:
        self._stream, self._stop, self._max_bytes = stream, piece.stop, max_bytes
        self._end = end
        self._at = 0
        self.begin = 0  # of the last line, in bytes from the beginning of the file, unpacked
        self._is_damaged = False
        self.quotes = 0  # among all that was read, long lines included
        if piece.start:
            self._at = piece.start - 1
            stream.seek(self._at)
            self._skip()  # the line that began before, if only by its end

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._is_damaged or (self._stop is not None and self._at >= self._stop):
            raise StopIteration
        try:
            return self._next()
        except ValueError:
            self._is_damaged = True
            raise

    def _next(self) -> bytes:
        is_first = not self._at
        self.begin = self._at
        line = self._read(self._max_bytes + 1)
        if not line:
            if self._at < self._end:
                raise ValueError("became shorter meanwhile")
            raise StopIteration
        if len(line) > self._max_bytes:
            if not line.endswith(b"\n"):
                self._skip()
            raise InputError(too_long(self._max_bytes))
        return line.removeprefix(BOM) if is_first else line

    def _skip(self) -> None:
        while (rest := self._read(SKIP_BYTES)) and not rest.endswith(b"\n"):
            pass

    def _read(self, size: int) -> bytes:
        line = self._stream.readline(size)
        self._at += len(line)
        self.quotes += line.count(b'"')
        return line


@contextmanager
def open_lines(piece: Piece) -> Iterator[Lines]:
    """Raises UsageError where what unpacks the file isn't installed."""
    unpack = UNPACKERS.get(f".{suffix_of(piece.url).rpartition('.')[2]}")
    with Storage.of(piece.url).open(ahead_bytes=_ahead_bytes(piece)) as stream:
        if not unpack:
            yield Lines(stream, piece, end=piece.stop or _size_of(stream))
            return
        try:
            unpacked = unpack(stream)
        except ValueError as error:
            raise UsageError(f"{piece.url}: {error}") from error
        yield Lines(cast(BinaryIO, io.BufferedReader(_Unpacked(unpacked))), piece)


def _ahead_bytes(piece: Piece) -> int:
    """An eighth of a small piece: what is fetched behind its end is for nothing."""
    if piece.stop is None:
        return AHEAD_BYTES
    return min(AHEAD_BYTES, max(LEAST_AHEAD_BYTES, (piece.stop - piece.start) // 8))


def _size_of(stream: BinaryIO) -> int:
    """Zero where a server doesn't say."""
    if not stream.seekable():
        return 0
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return size


@contextmanager
def packed(suffix: str, file: IO[bytes]) -> Iterator[IO[bytes]]:
    """What packs into `file` as `suffix` ends, with the same bytes at any time."""
    if suffix.endswith(".gz"):
        with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packing:
            yield cast(IO[bytes], packing)
    elif suffix.endswith(".zst"):
        import zstandard

        compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True)
        with compressor.stream_writer(file, closefd=False) as packing:
            yield packing
    else:
        yield file


class _Unpacked(io.RawIOBase):
    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        self._rest = self._rest or self._stream.read(len(buffer))
        data, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)
