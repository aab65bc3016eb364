"""Bytes to text: UTF-8, with or without byte order mark, UTF-16, or a Western encoding."""

import codecs
import re

from toolkit.errors import InputError

SIGNATURES = (
    (b"%PDF-", "a PDF file; extract its text first"),
    (b"PK\x03\x04", "an archive or office file; save it as text first"),
    (b"\x1f\x8b", "a gzip file; unpack it, or end its name with .gz"),
    (b"\x28\xb5\x2f\xfd", "a zstd file; unpack it, or end its name with .zst"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
)
SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
# Python has these as text encodings too, but they are escapes, or depend on the machine.
NOT_OF_TEXT = frozenset(
    "charmap idna mbcs oem punycode raw-unicode-escape undefined unicode-escape utf-7".split()
)
MAX_CONTROL_SHARE = 0.02
LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
RECORD_END = re.compile("\r\n?")  # the others may stand inside a record
CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1b"))


def text_encoding(name: str) -> str | None:
    """Python's own name for the encoding, or None where it knows no character encoding by `name`.

    Python's codecs also pack, escape and scramble (`zlib`, `hex`, `rot13`, `unicode_escape`).
    """
    try:
        found = codecs.lookup(name).name
        "a".encode(found).decode(found)  # which refuses those that make no text
    except (LookupError, ValueError, TypeError):
        return None
    return None if found.replace("_", "-") in NOT_OF_TEXT else found


def decode(
    data: bytes, *, encoding: str | None = None, line_end: re.Pattern[str] = LINE_END
) -> tuple[str, str]:
    """The text with `\\n` line ends, and the name of the encoding that it was in.

    With `encoding` the bytes are read as that. Otherwise bytes that are no UTF-8 are read as
    cp1252, and as latin-1 where that has no character: this reads a whole one-byte file, and a
    UTF-8 page with a few such bytes pasted into it, alike.

    Raises InputError for an empty file, binary data, lone surrogates, and bytes that are not in
    `encoding`.
    """
    if not data.strip():
        raise InputError("is empty")
    for signature, what in SIGNATURES:
        if data.startswith(signature):
            raise InputError(f"is {what}")
    if encoding:
        text, name = _strict(data, encoding), encoding
    elif wide := _wide_encoding(data):
        text, name = _strict(data, wide), wide
    else:
        if b"\x00" in data:
            raise InputError(f"holds a NUL byte at offset {data.index(0)}, so it is not text")
        surrogate = SURROGATE.search(data)
        if surrogate and not _is_one_byte(data):
            raise InputError(f"holds a lone surrogate at byte {surrogate.start()}: invalid UTF-8")
        text, name = _decode_utf8(data.removeprefix(codecs.BOM_UTF8))
    text = text.removeprefix("\ufeff")
    plain = text.encode("utf-8", "surrogatepass")
    if len(plain) - len(plain.translate(None, CONTROLS)) > MAX_CONTROL_SHARE * len(text):
        raise InputError("is binary data, not text")
    if not text.strip():
        raise InputError("is empty")
    return line_end.sub("\n", text), name


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 by its byte order mark, or by the zeros in every second byte of Latin text."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[: min(len(data), 1000) // 2 * 2]
    for name, zeros, others in (
        ("utf-16-le", head[1::2], head[::2]),
        ("utf-16-be", head[::2], head[1::2]),
    ):
        if len(zeros) >= 8 and zeros.count(0) > 0.9 * len(zeros) and 0 not in others:
            return name
    return None


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
        raise InputError(f"is not valid {encoding.upper()} at byte {error.start}") from error
    except UnicodeError as error:  # UTF-16 without a byte order mark says no place
        raise InputError(f"is not valid {encoding.upper()}: {error}") from error


def _read_as_cp1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    byte = error.object[error.start : error.start + 1]
    try:
        return byte.decode("cp1252"), error.start + 1
    except UnicodeDecodeError:
        return byte.decode("latin-1"), error.start + 1


codecs.register_error("toolkit-cp1252", _read_as_cp1252)
