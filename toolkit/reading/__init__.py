"""Bytes to documents."""

from toolkit.reading.documents import (
    KINDS,
    Kind,
    Reading,
    read_bytes,
    read_document,
    read_file,
    read_text,
)
from toolkit.reading.text import decode, text_encoding

__all__ = [
    "KINDS",
    "Kind",
    "Reading",
    "decode",
    "read_bytes",
    "read_document",
    "read_file",
    "read_text",
    "text_encoding",
]
