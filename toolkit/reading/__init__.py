"""Bytes to documents."""

from toolkit.reading.text import decode, read_document, read_stream

__all__ = ["decode", "read_document", "read_stream"]
