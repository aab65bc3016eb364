"""What systems are measured on: items with their references, and files of others read strictly."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from toolkit.errors import InputError
from toolkit.evaluation.cleaning import load_gold_pages
from toolkit.evaluation.files import parse_json
from toolkit.evaluation.references import Fact, load_facts, load_references
from toolkit.files import read_whole
from toolkit.languages.identification import identify_language
from toolkit.reading import read_document

MAX_RATIO, MIN_CHARS = 4, 40  # of the longer side of a pair to the shorter, where one is this long


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One sentence or article with its references: one, several, or none where there are facts."""

    id: str
    document: str
    source: str
    references: tuple[str, ...]
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Corpus:
    """Items in their order."""

    name: str
    items: tuple[Item, ...]

    @cached_property
    def digest(self) -> str:
        """sha256 over everything that scores depend on."""
        values = [
            [item.id, item.source, item.references, [fact.model_dump() for fact in item.facts]]
            for item in self.items
        ]
        canonical = json.dumps(values, ensure_ascii=False)
        return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()

    def first(self, count: int | None) -> "Corpus":
        return self if count is None else Corpus(self.name, self.items[:count])


def seed_sentences(references: Path) -> Corpus:
    """The sentences and titles of the seed articles with their translations."""
    return Corpus(
        "seeds",
        tuple(
            Item(
                id=f"{name}#{number}",
                document=name,
                source=pair.source,
                references=(pair.target,),
            )
            for name, reference in load_references(references).items()
            for number, pair in enumerate(reference.sentences, start=1)
        ),
    )


def seed_articles(references: Path, seeds: Path, *, length: str) -> Corpus:
    """The seed pages as scraped, with summaries of `length`, and the facts, which are in English:
    `brief_fr` has none.
    """
    items = []
    for name, reference in load_references(references).items():
        page = read_document(seeds / Path(reference.document).name)
        items.append(
            Item(
                id=name,
                document=name,
                source=page.text,
                references=getattr(reference.summaries, length),
                facts=() if length.endswith("_fr") else reference.facts,
            )
        )
    return Corpus(f"seeds {length}", tuple(items))


def translated_articles(references: Path, *, length: str) -> Corpus:
    """The seed articles in English, as translated by hand, with summaries of `length` and facts."""
    items = []
    for name, reference in load_references(references).items():
        title, body = (
            [pair.target for pair in reference.sentences if pair.title == is_title]
            for is_title in (True, False)
        )
        items.append(
            Item(
                id=name,
                document=name,
                source="\n\n".join((*title, " ".join(body))),
                references=getattr(reference.summaries, length),
                facts=reference.facts,
            )
        )
    return Corpus(f"seeds {length}, translated by hand", tuple(items))


def pages_with_facts(gold: Path, part: str, *, language: str) -> Corpus:
    """The pages of `part` whose facts are listed, as scraped. They have no reference summaries, and
    in another language than English no facts either. Raises InputError for no such part.
    """
    pages = {page.name: page for page in load_gold_pages(gold / "cleaning")}
    listed = load_facts(gold / "facts").values()
    items = tuple(
        Item(
            id=each.page,
            document=each.page,
            source=pages[each.page].text,
            references=(),
            facts=each.facts if language == "en" else (),
        )
        for each in listed
        if each.part == part
    )
    if not items:
        parts = ", ".join(f"facts:{name}" for name in dict.fromkeys(each.part for each in listed))
        raise InputError(f"facts:{part}: no pages with facts; there are: {parts}")
    return Corpus(f"facts:{part}", items)


class Row(BaseModel):
    """A line of data as people write it, by any of these names; what else it holds is theirs."""

    model_config = ConfigDict(frozen=True, strict=True)

    source: str | None = None
    text: str | None = None
    targets: tuple[str, ...] | str | None = None
    references: tuple[str, ...] | str | None = None
    target: str | None = None
    page: str | int | None = None
    document: str | int | None = None


def read_table(path: Path) -> Corpus:
    """TSV with the columns source and target, and perhaps page or document; or JSON lines with
    source and target (or targets).

    Raises InputError, naming the line, for whatever can't be scored as it stands.
    """
    rows = _json_rows(path) if path.suffix == ".jsonl" else _tsv_rows(path)
    stem = stem_of(path)
    items = []
    for line, row in rows:
        targets = row.targets or row.references or row.target
        references = (targets,) if isinstance(targets, str) else targets or ()
        source = row.source or row.text or ""
        for what, text in (
            ("source", source),
            *(("target", reference) for reference in references),
        ):
            _refuse_bad(path, line, text, what)
        if not references:
            raise InputError(f"{path}:{line}: there is no reference (target or targets)")
        document = str(row.page or row.document or stem)
        items.append(
            Item(
                id=f"{document}#{line}",
                document=document,
                source=source,
                references=references,
            )
        )
    return _checked(path, Corpus(stem, tuple(items)))


def stem_of(path: Path) -> str:
    """The name of a file without its suffix, as text that can be written."""
    return path.stem.encode(errors="replace").decode()


def read_parallel(source: Path, references: Sequence[Path]) -> Corpus:
    """A file of sources and files of references, aligned line by line."""
    sources = read_lines(source)
    columns = [
        sources if reference == source else read_lines(reference) for reference in references
    ]
    for path, lines in zip(references, columns, strict=True):
        refuse_unaligned(source, sources, path, lines)
    stem = stem_of(source)
    items = tuple(
        Item(
            id=f"{stem}#{number}",
            document=stem,
            source=text,
            references=tuple(targets),
        )
        for number, (text, *targets) in enumerate(zip(sources, *columns, strict=True), start=1)
    )
    return _checked(source, Corpus(stem, items))


def read_lines(path: Path) -> list[str]:
    """The lines of a file, each with text. Raises InputError for an empty line and a stray
    carriage return, with the line number.
    """
    try:
        text = read_whole(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{path}:{number}: is not UTF-8") from error
    if not text:
        raise InputError(f"{path}: is empty")
    lines = text.removesuffix("\n").split("\n")
    if all(line.endswith("\r") for line in lines[:-1] or lines):
        lines = [line.removesuffix("\r") for line in lines]
    for number, line in enumerate(lines, start=1):
        _refuse_bad(path, number, line, "line")
    return lines


def refuse_unaligned(
    first: Path, sources: Sequence[str], second: Path, targets: Sequence[str]
) -> None:
    """Raises InputError when two files can't be line for line the same text."""
    if len(sources) != len(targets):
        shorter = first if len(sources) < len(targets) else second
        raise InputError(
            f"{first} has {len(sources)} lines and {second} {len(targets)}: "
            f"{shorter}:{min(len(sources), len(targets)) + 1}: is missing"
        )
    for number, (source, target) in enumerate(zip(sources, targets, strict=True), start=1):
        longer, other = max(len(source), len(target)), min(len(source), len(target))
        if longer >= MIN_CHARS and longer > MAX_RATIO * other:
            raise InputError(
                f"{second}:{number}: {len(target)} characters beside {len(source)} in {first}; "
                "are the files aligned?"
            )


def read_public(name: str, *, pair: str = "fr-en") -> Corpus:
    """A public test set by its sacrebleu name. Raises InputError when it can't be had."""
    from sacrebleu.dataset import DATASETS
    from sacrebleu.utils import get_reference_files, get_source_file

    known = [each for each, test_set in DATASETS.items() if pair in test_set.langpairs]
    if name not in known:
        raise InputError(f"sacrebleu has no test set {name} for {pair}; it has {', '.join(known)}")
    try:
        source = Path(get_source_file(name, pair))
        references = [Path(file) for file in get_reference_files(name, pair)]
    except (Exception, SystemExit) as error:  # what breaks a download has no common kind
        raise InputError(
            f"{name}: sacrebleu can't get this test set for {pair}: {error}"
        ) from error
    corpus = read_parallel(source, references)
    return Corpus(name, corpus.items)


def _checked(path: Path, corpus: Corpus) -> Corpus:
    """Raises InputError for no items, and for a source and targets that look swapped."""
    if not corpus.items:
        raise InputError(f"{path}: holds nothing to score")
    sources = identify_language(" ".join(item.source for item in corpus.items[:50]))
    targets = identify_language(" ".join(each.references[0] for each in corpus.items[:50]))
    if sources and targets and sources.code == "en" and targets.code == "fr":
        raise InputError(f"{path}:1: the sources are English and the targets French: swapped?")
    return corpus


def _refuse_bad(path: Path, line: int, text: str, what: str) -> None:
    if not text.strip():
        raise InputError(f"{path}:{line}: the {what} is empty")
    if "\r" in text:
        raise InputError(f"{path}:{line}: holds a stray carriage return")
    if "\0" in text:
        raise InputError(f"{path}:{line}: holds a NUL character; is it text?")


def read_tsv(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows by their columns, source and target among them, each with its line. Raises InputError,
    naming the line, for a column or cell that is missing.
    """
    header, *lines = (line.split("\t") for line in read_lines(path))
    missing = {"source", "target"} - set(header)
    if missing:
        raise InputError(f"{path}:1: there is no column {' and '.join(sorted(missing))}")
    for number, row in enumerate(lines, start=2):
        if len(row) != len(header):
            raise InputError(f"{path}:{number}: {len(row)} columns instead of {len(header)}")
        yield number, dict(zip(header, row, strict=True))


def _tsv_rows(path: Path) -> Iterator[tuple[int, Row]]:
    for number, row in read_tsv(path):
        yield number, Row.model_validate(row)


def _json_rows(path: Path) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(read_lines(path), start=1):
        yield number, parse_json(f"{path}:{number}", line, Row)
