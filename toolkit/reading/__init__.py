"""Bytes to documents."""

from toolkit.reading.documents import KINDS, Kind, Reading, read_bytes, read_document, read_file
from toolkit.reading.text import decode

__all__ = ["KINDS", "Kind", "Reading", "decode", "read_bytes", "read_document", "read_file"]
