"""Files, streams and strings to documents.

`documents` finds the kind of an input and hands it to `text`, `html`, `markdown` or `records`;
`packed` unpacks it before. Of HTML `outline` makes lines, `element` finds the article's and
`witness` compares with what trafilatura took; `marks` say what came of it, by `places` too. `facts`
and `linked_data` hold what a page says of itself, of which `metadata` and `paywall` are made, and
`comments` sets aside what its readers say. Documents go to `cleaning`. A new kind of input is a
file here.
"""

from toolkit.reading.documents import (
    KINDS,
    Kind,
    Reading,
    named_texts,
    read_bytes,
    read_document,
    read_file,
    read_record,
    read_text,
)
from toolkit.reading.packed import unpacked_name
from toolkit.reading.text import decode, text_encoding

__all__ = [
    "KINDS",
    "Kind",
    "Reading",
    "decode",
    "named_texts",
    "read_bytes",
    "read_document",
    "read_file",
    "read_record",
    "read_text",
    "text_encoding",
    "unpacked_name",
]
