"""Bytes to documents."""

from toolkit.reading.documents import KINDS, Kind, Reading, read_bytes, read_document, read_file
from toolkit.reading.packed import unpacked_name
from toolkit.reading.text import decode, text_encoding

__all__ = [
    "KINDS",
    "Kind",
    "Reading",
    "decode",
    "read_bytes",
    "read_document",
    "read_file",
    "text_encoding",
    "unpacked_name",
]
