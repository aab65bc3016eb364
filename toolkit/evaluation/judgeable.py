"""Translations that can be judged, from what the toolkit wrote and from tables of others."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from toolkit.errors import InputError, UsageError
from toolkit.evaluation.data import read_tsv, stem_of
from toolkit.evaluation.files import fault_of
from toolkit.evaluation.folders import load_run
from toolkit.evaluation.judgements import Judgement
from toolkit.files import read_whole
from toolkit.schema import ArticleRecord, MultiDocumentRecord, Segment, TranslatedArticle

AGAIN = " (again)"  # after the name of a judge who judges for agreement
_VISIBLE = re.compile(r"\S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """A sentence with its translation. `before` is the sentence that comes before it in its
    document; `part` and `system` are empty where nothing says them.
    """

    id: str
    source: str
    target: str
    system: str = ""
    part: str = ""
    document: str = ""
    before: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.id, self.system


def read_translations(path: Path, *, system: str = "", part: str = "") -> list[Translated]:
    """What `path` holds: a run of `toolkit eval run`, JSON or JSON lines of `toolkit translate`,
    or rows with source and target as JSON lines or TSV, which may have id, system, part and
    document as well.

    Only those of the `system` and the `part`, where these are given; translations of which nothing
    says what made them are by `system`, or else named after the file.

    Raises InputError, naming the line, for what isn't that and for two translations of one id by
    one system, UsageError for a system or part that isn't there.
    """
    found = [each for each in _read(path) if each.source.strip()]
    found = list(_with_sentences_before(found))
    found = [replace(each, system=each.system or system or stem_of(path)) for each in found]
    found = _only(path, "part", part, found, lambda each: each.part)
    found = _only(path, "system", system, found, lambda each: each.system)
    if not found:
        raise InputError(f"{path}: holds no translations")
    chosen: dict[tuple[str, str], Translated] = {}
    for each in found:
        first = chosen.setdefault(each.key, each)
        if (first.source, first.target) != (each.source, each.target):
            raise InputError(f"{path}: has two translations of {each.id} by {each.system}")
    return list(chosen.values())


def left_to_judge(
    translations: Sequence[Translated], judgements: Iterable[Judgement], judge: str
) -> list[Translated]:
    """Those that the judge hasn't judged. Raises InputError where a judgement is there of another
    text under the same id and system.
    """
    texts = {(each.id, each.system): (each.source, each.target) for each in judgements}
    for each in translations:
        if texts.get(each.key, text := (each.source, each.target)) != text:
            raise InputError(
                f"{each.id} by {each.system} was judged with another text before; take another "
                "--output, or name the system with --system"
            )
    done = {(each.id, each.system) for each in judgements if each.judge == judge}
    return [each for each in translations if each.key not in done]


def left_to_judge_again(
    translations: Sequence[Translated],
    judgements: Sequence[Judgement],
    judge: str,
    *,
    count: int,
    seed: int,
    today: date,
) -> list[Translated]:
    """What is left of `count` translations that somebody judged, or the judge on an earlier day, in
    an order by chance that `seed` gives. They are to be judged as `judge` with AGAIN behind it.
    """
    fresh = left_to_judge(translations, judgements, judge + AGAIN)
    others = [each for each in judgements if each.judge != judge + AGAIN]
    too_soon = {
        (each.id, each.system) for each in others if each.judge == judge and each.judged >= today
    }
    judged = {(each.id, each.system) for each in others} - too_soon
    pool = sorted(
        (each for each in fresh if each.key in judged), key=lambda each: _rank(each, seed)
    )
    return pool[: max(0, count - (len(translations) - len(fresh)))]


def _rank(translated: Translated, seed: int) -> bytes:
    """An order by chance that stays the same when translations are added or judged."""
    return hashlib.sha256(json.dumps([seed, *translated.key]).encode()).digest()


def _only(
    path: Path,
    what: str,
    name: str,
    found: list[Translated],
    of: Callable[[Translated], str],
) -> list[Translated]:
    if not name or not found:
        return found
    if kept := [each for each in found if of(each) == name]:
        return kept
    there = ", ".join(sorted({of(each) for each in found} - {""})) or "none"
    raise UsageError(f"{path}: has no {what} {name}; there are: {there}")


def _with_sentences_before(found: Iterable[Translated]) -> Iterator[Translated]:
    last, source = None, ""
    for each in found:
        text = (each.document, each.system, each.part)
        goes_on = each.document and text == last and source != each.source
        yield replace(each, before=source) if goes_on else each
        last, source = text, each.source


def _read(path: Path) -> Iterator[Translated]:
    if path.is_dir():
        yield from _of_run(path)
    elif path.suffix == ".tsv":
        for number, row in read_tsv(path):
            yield _of_row(path, number, row)
    else:
        for number, value in _json_values(path):
            try:
                found = list(_of_value(path, number, value))
            except ValidationError as error:
                raise InputError(f"{path}:{number}: {fault_of(error)}") from error
            if any(map(_holds_half_characters, found)):
                raise InputError(f"{path}:{number}: holds halves of characters, which no file can")
            yield from found


def _holds_half_characters(translated: Translated) -> bool:
    return any("\ud800" <= char <= "\udfff" for text in astuple(translated) for char in text)


def _of_run(folder: Path) -> Iterator[Translated]:
    run = load_run(folder)
    for outcome in run.outcomes:
        if run.record.parts[outcome.part].task != "translation":
            continue
        for answer in outcome.answers:
            yield Translated(
                id=answer.item.id,
                source=answer.item.source,
                target=answer.text,
                system=outcome.system,
                part=outcome.part,
                document=answer.item.document,
            )


class _Row(BaseModel):
    """A translation as people write it; what else the row holds is theirs."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    source: str
    target: str
    id: str = ""
    system: str = ""
    part: str = ""
    document: str = Field("", validation_alias=AliasChoices("document", "page"))


def _of_row(path: Path, number: int, value: Any) -> Translated:
    row = _Row.model_validate(value)
    return Translated(**dict(row) | {"id": row.id or f"{stem_of(path)}#{number}"})


def _of_value(path: Path, number: int, value: Any) -> Iterator[Translated]:
    if isinstance(value, dict) and "documents" in value:
        together = MultiDocumentRecord.model_validate(value)
        for article in together.documents:
            yield from _of_article(article, _model(together.provenance))
    elif isinstance(value, dict) and "segments" in value:
        record = ArticleRecord.model_validate(value)
        yield from _of_article(record, _model(record.provenance))
    else:
        yield _of_row(path, number, value)


def _of_article(article: TranslatedArticle, system: str) -> Iterator[Translated]:
    name = article.document.name.encode(errors="replace").decode()
    part = article.record.get("part")
    segments: Sequence[Segment] = article.segments
    for number, segment in enumerate(segments, start=1):
        yield Translated(
            id=f"{name}#{number}",
            source=segment.source,
            target=segment.target,
            system=system,
            part=part if isinstance(part, str) else "",
            document=name,
        )


def _model(provenance: dict[str, Any]) -> str:
    """Empty where the record doesn't say it."""
    translation = provenance.get("translation")
    model = translation.get("model") if isinstance(translation, dict) else None
    return model if isinstance(model, str) else ""


def _json_values(path: Path) -> Iterator[tuple[int, Any]]:
    """The values that stand in a file one after the other, on lines or not, with their lines."""
    try:
        text = read_whole(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8") from error
    decoder = json.JSONDecoder()
    line, counted = 1, 0
    found = _VISIBLE.search(text)
    while found:
        at = found.start()
        line += text.count("\n", counted, at)
        counted = at
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}:{line}: is not JSON: {error}") from error
        yield line, value
        found = _VISIBLE.search(text, end)
