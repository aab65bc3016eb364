"""Files and streams to documents, each by its kind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from toolkit.documents import Document
from toolkit.errors import InputError, NoTextError, UsageError
from toolkit.files import MAX_BYTES, read_whole
from toolkit.reading import html, markdown, records
from toolkit.reading.outline import too_long
from toolkit.reading.packed import unpacked_name, unpacker
from toolkit.reading.text import LINE_END, RECORD_END, decode

Kind = Literal["text", "html", "markdown", "jsonl", "csv"]
KINDS: dict[str, Kind] = {
    ".txt": "text",
    ".text": "text",
    ".htm": "html",
    ".html": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
}
CHARS_A_LINE = 50  # at least, over a whole page: lines cost more than the characters in them
MANY: tuple[Kind, ...] = ("jsonl", "csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read. `kind` None: by the file's name, and by the text where that says nothing.

    The field `id_field` of a record names it, else its number does. `max_bytes` is for a file,
    `max_chars` for the text of one page or record; it limits its lines as well.
    """

    kind: Kind | None = None
    encoding: str | None = None
    text_field: str = "text"
    id_field: str | None = None
    max_bytes: int = MAX_BYTES
    max_chars: int = 10_000_000

    def kind_of(self, name: str) -> Kind | None:
        return self.kind or KINDS.get(unpacked_name(Path(name)).suffix.lower())

    def holds_many(self, name: str) -> bool:
        """Whether `name` is a file with a document a record."""
        return self.kind_of(name) in MANY


def read_file(path: Path, reading: Reading = Reading()) -> Iterator[Document | InputError]:
    """The documents of a file, which may be packed; an InputError stands for a record that can't
    be used.

    Raises InputError for what can't be read at all, naming the file and why.
    """
    data = read_whole(path, max_bytes=reading.max_bytes, unpack=unpacker(path))
    return read_bytes(str(path), data, reading)


def read_document(path: Path, reading: Reading = Reading()) -> Document:
    """The first document of a file. Raises InputError where there is none to be used."""
    first = next(read_file(path, reading), None)
    if isinstance(first, Document):
        return first
    raise first or InputError(f"{path}: holds no document")


def named_texts(text: str | Iterable[str], name: str) -> list[tuple[str, str]]:
    """One text, or each of several, with what messages call it: `name`, and its number from 1.

    Raises UsageError for what is not text.
    """
    texts: object = [text] if isinstance(text, str) else text
    if isinstance(texts, bytes) or not isinstance(texts, Iterable):
        raise UsageError(f"{name}: is of type {type(texts).__name__}, not text")
    numbered = list(enumerate(texts, start=1))
    if wrong := [(number, each) for number, each in numbered if not isinstance(each, str)]:
        number, each = wrong[0]
        raise UsageError(f"{name} {number}: is of type {type(each).__name__}, not text")
    if isinstance(text, str):
        return [(name, text)]
    return [(f"{name} {number}", each) for number, each in numbered]


def read_text(name: str, text: str, reading: Reading = Reading()) -> Document:
    """A document of text that is in memory, HTML or not. Raises InputError where it is empty."""
    try:
        return _document(name, LINE_END.sub("\n", text), reading.kind, "utf-8", {}, reading)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def read_record(name: str, record: dict[str, Any], reading: Reading = Reading()) -> Document:
    """A document of a record that is in memory. Raises InputError where it holds no text."""
    text, others = records.text_of(record, reading.text_field)
    text = LINE_END.sub("\n", text)
    document = _document(name, text, None, "utf-8", others, reading)
    rest = {name: value for name, value in record.items() if name != reading.text_field}
    return replace(document, record=rest)


def read_bytes(
    name: str, data: bytes, reading: Reading = Reading()
) -> Iterator[Document | InputError]:
    """`read_file` for bytes that came from elsewhere, such as standard input as `-`."""
    kind = reading.kind_of(name)
    # A name that promises text may hold a page; somebody who says text means it.
    sniffed = reading.kind is None and kind in (None, "text")
    head = data[: html.HEAD_BYTES].decode("latin-1")
    try:
        if kind == "html" or (sniffed and html.is_html(head)):
            text, encoding = html.decode_html(data, encoding=reading.encoding)
            kind = "html"
        else:
            line_end = RECORD_END if kind in MANY else LINE_END
            text, encoding = decode(data, encoding=reading.encoding, line_end=line_end)
        if kind not in MANY:
            document = _document(name, text, kind, encoding, {}, reading)
            return iter([document])
    except InputError as error:
        raise InputError(f"{name}: {error}") from error
    return _records(name, text, encoding, kind == "jsonl", reading)


def _document(
    name: str,
    text: str,
    kind: Kind | None,
    encoding: str,
    metadata: dict[str, str],
    reading: Reading,
) -> Document:
    marks: tuple[frozenset[str], ...] = ()
    if kind == "html" or (kind is None and html.is_html(text)):
        text, found, marks = html.extract(text, max_chars=reading.max_chars)
        metadata = {**found, **metadata}
    elif kind == "markdown":
        if len(text) > reading.max_chars:  # the parser takes 200 bytes for each
            raise too_long("characters of Markdown", reading.max_chars)
        text, found = markdown.extract(text)
        metadata = {**found, **metadata}
    if not text.strip():
        raise NoTextError("is empty")
    if len(text) > reading.max_chars:
        raise too_long("characters of text", reading.max_chars)
    if text.count("\n") > (max_lines := reading.max_chars // CHARS_A_LINE):
        raise too_long("lines", max_lines)
    return Document(name=name, text=text, encoding=encoding, metadata=metadata, marks=marks)


def _records(
    name: str, text: str, encoding: str, is_json: bool, reading: Reading
) -> Iterator[Document | InputError]:
    numbers: dict[str, int] = {}
    rows = records.json_lines(text) if is_json else records.csv_rows(text)
    for number, record in rows:
        place = f"{name}:{number}"
        try:
            if isinstance(record, InputError):
                raise record
            if reading.id_field:
                key = records.id_of(record, reading.id_field)
                if (first := numbers.setdefault(key, number)) != number:
                    raise InputError(f"has the id '{key}' that record {first} has")
                place = f"{name}:{key}"
            yield replace(read_record(place, record, reading), encoding=encoding)
        except InputError as error:
            yield InputError(f"{place}: {error}")
