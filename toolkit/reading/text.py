"""Plain text in UTF-8, with or without a byte order mark, or in a Western one-byte encoding."""

import codecs
import re
from pathlib import Path
from typing import BinaryIO

from toolkit.documents import Document
from toolkit.errors import InputError

SIGNATURES = (
    (b"%PDF-", "a PDF file; extract its text first"),
    (b"PK\x03\x04", "an archive or office file; save it as text first"),
    (b"\x1f\x8b", "a gzip file; unpack it first"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
)
HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
MAX_CONTROL_SHARE = 0.02


def read_document(path: Path, *, max_chars: int) -> Document:
    """Raises InputError for what can't be read as text, naming the file and why."""
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a folder, not a file")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    return _document(str(path), data, max_chars)


def read_stream(stream: BinaryIO, *, max_chars: int) -> Document:
    """Standard input, under the name `-`."""
    return _document("-", stream.read(), max_chars)


def _document(name: str, data: bytes, max_chars: int) -> Document:
    try:
        text, encoding = decode(data)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error
    if len(text) > max_chars:
        raise InputError(
            f"{name}: {len(text):,} characters is over the limit of {max_chars:,}; split the "
            "file, or raise max_document_chars in toolkit.toml"
        )
    return Document(name=name, text=text, encoding=encoding)


def decode(data: bytes) -> tuple[str, str]:
    """The text with `\\n` line ends, and the name of the encoding that it was in.

    Bytes that are no UTF-8 are read as cp1252, and as latin-1 where that has no character: this
    reads a whole one-byte file, and a UTF-8 page with a few such bytes pasted into it, alike.

    Raises InputError for an empty file, binary data, HTML and lone surrogates.
    """
    if not data.strip():
        raise InputError("is empty")
    for signature, what in SIGNATURES:
        if data.startswith(signature):
            raise InputError(f"is {what}")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _unify(_strict(data, "utf-16")), "utf-16"
    if b"\x00" in data:
        raise InputError(f"holds a NUL byte at offset {data.index(0)}, so it is not text")
    if HTML.match(data):
        raise InputError("is HTML; save the page as plain text first")
    surrogate = SURROGATE.search(data)
    if surrogate and not _is_one_byte(data):
        raise InputError(f"holds a lone surrogate at byte {surrogate.start()}: invalid UTF-8")
    text, encoding = _decode_utf8(data.removeprefix(codecs.BOM_UTF8))
    controls = sum(1 for char in text if ord(char) < 32 and char not in "\t\n\r\f\v\x1b")
    if controls > MAX_CONTROL_SHARE * len(text):
        raise InputError("is binary data, not text")
    if not text.strip():
        raise InputError("is empty")
    return _unify(text), encoding


def _decode_utf8(data: bytes) -> tuple[str, str]:
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text = data.decode("utf-8", errors="toolkit-cp1252")
    # Any valid sequence of several bytes shows that the file was UTF-8 to begin with.
    mixed = len(text) < len(data)
    return text, "utf-8 with cp1252" if mixed else "cp1252"


def _is_one_byte(data: bytes) -> bool:
    """Whether no valid UTF-8 sequence of several bytes occurs, surrogates aside."""
    rest = SURROGATE.sub(b"", data)
    return len(rest.decode("utf-8", errors="ignore")) == len(re.sub(rb"[\x80-\xff]", b"", rest))


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(f"is damaged {encoding.upper()} text at byte {error.start}") from error


def _unify(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_as_cp1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    byte = error.object[error.start : error.start + 1]
    try:
        return byte.decode("cp1252"), error.start + 1
    except UnicodeDecodeError:
        return byte.decode("latin-1"), error.start + 1


codecs.register_error("toolkit-cp1252", _read_as_cp1252)
