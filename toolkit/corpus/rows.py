"""What is written for a row: its own columns as they were, then ours."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from pydantic.main import IncEx

from toolkit import __version__
from toolkit.articles import Article
from toolkit.corpus.formats.base import Row
from toolkit.documents import Summary, Translation
from toolkit.errors import InputError, LanguageError, UsageError
from toolkit.pipeline.provenance import of_cleaning
from toolkit.results import Caution, Result
from toolkit.schema import segment, statement

OUTPUT_SCHEMA = 1
MAX_REASON = 300  # characters of an error
# Each of our columns with what adds it (`Job.adds`), any of them, and the type of what isn't null.
# docs/scale.md says what they mean.
COLUMNS: Mapping[str, tuple[frozenset[str], str]] = {
    "article": (frozenset({"clean"}), "string"),
    "title_translation": (frozenset({"translate"}), "string"),
    "translation": (frozenset({"translate"}), "string"),
    "summary": (frozenset({"summarize"}), "string"),
    "error": (frozenset({"clean", "translate", "summarize"}), "string"),
    "duplicate_of": (frozenset({"duplicates"}), "string"),
    "sentences": (frozenset({"translate"}), "int64"),
    "flagged": (frozenset({"translate"}), "int64"),
    "doubtful": (frozenset({"translate"}), "int64"),
    "doubts": (frozenset({"translate"}), "string"),
    "confidence": (frozenset({"translate"}), "double"),
    "confidence_min": (frozenset({"translate"}), "double"),
    "summary_flagged": (frozenset({"summarize"}), "int64"),
    "summary_doubtful": (frozenset({"summarize"}), "int64"),
    "summary_doubts": (frozenset({"summarize"}), "string"),
    "paywalled": (frozenset({"clean"}), "bool"),
    "cleaning_doubt": (frozenset({"clean"}), "string"),
    "provenance": (frozenset({"clean", "translate", "summarize"}), "string"),
}
Made = Article | Result
# What is told of a sentence that is flagged or doubtful, of all that JSON holds elsewhere.
CHECKS: IncEx = {"__all__": {"name", "detail"}}
OF_SENTENCE: IncEx = {"source": True, "target": True, "failed": CHECKS, "confidence": True}
OF_STATEMENT: IncEx = {"text": True, "failed": CHECKS, "confidence": True}


def columns(adding: Collection[str], prefix: str = "") -> dict[str, str]:
    """Our columns that any of these adds, in their order, with their types."""
    return {
        prefix + name: kind for name, (adds, kind) in COLUMNS.items() if not adds.isdisjoint(adding)
    }


def refuse_taken(names: Iterable[str], ours: Iterable[str], place: str) -> None:
    """Raises UsageError where the input at `place` has a column that is called like one of ours."""
    if taken := sorted(set(names) & set(ours)):
        raise UsageError(
            f"{place} has columns {', '.join(taken)} already; --prefix renames ours, as in "
            "--prefix toolkit_"
        )


@dataclass(frozen=True, slots=True)
class Columns:
    """Makes the rows of a job with these `Job.adds` and this prefix."""

    adding: tuple[str, ...]
    prefix: str = ""

    def row(
        self,
        given: Row,
        made: Made | Exception,
        name: str = "",
        *,
        duplicate_of: str | None = None,
    ) -> Row:
        """The row that was `given` with what came of it; `name` is what errors call it.

        Raises UsageError where a column would be lost.
        """
        ours = columns(self.adding, self.prefix)
        refuse_taken(given, ours, name or "a row")
        values = dict.fromkeys(COLUMNS) | _values(made, name) | {"duplicate_of": duplicate_of}
        return {**given, **{key: values[key.removeprefix(self.prefix)] for key in ours}}


def _values(made: Made | Exception, name: str) -> Row:
    if isinstance(made, Exception):
        return {"error": reason_of(made, name), "provenance": _provenance({})}
    article = made if isinstance(made, Article) else made.article
    values: Row = {
        "article": article.document.text,
        "paywalled": article.paywalled,
        "cleaning_doubt": article.doubt,
    }
    if isinstance(made, Article):
        return values | {"provenance": _provenance(of_cleaning(article))}
    sentences = made.numbered
    known = [each.confidence for _, each in sentences if each.confidence is not None]
    values |= {
        "title_translation": made.title_text,
        "translation": made.translation_text,
        "sentences": len(sentences),
        "flagged": len(made.flagged),
        "doubtful": len(made.doubtful),
        "doubts": _doubts(made),
        "confidence": round(fmean(known), 3) if known else None,
        "confidence_min": round(min(known), 3) if known else None,
        "provenance": _provenance({**made.provenance, "caution": asdict(made.caution)}),
    }
    if made.summary:
        values |= {
            "summary": made.summary.text,
            "summary_flagged": len(made.summary.failed),
            "summary_doubtful": len(made.caution.statements(made.summary)),
            "summary_doubts": _summary_doubts(made.summary, made.caution),
        }
    return values


def _doubts(made: Result) -> str | None:
    found = [
        {"number": number, **segment(each).model_dump(include=OF_SENTENCE)}
        for number, each in made.numbered
        if each.failed or made.caution.is_doubtful(each)
    ]
    return _json(found) if found else None


def _summary_doubts(summary: Summary, caution: Caution) -> str | None:
    """Its sentences, then the checks that it failed as a whole."""
    found: list[dict[str, Any]] = [
        {"number": number, **statement(each).model_dump(include=OF_STATEMENT)}
        for number, each in enumerate(summary.statements, start=1)
        if each.failed or caution.is_doubtful(each)
    ]
    of_sentences = {check for each in summary.statements for check in each.failed}
    if whole := [check for check in summary.failed if check not in of_sentences]:
        checks = [{"name": check.name, "detail": check.detail} for check in whole]
        found.append({"number": None, "failed": checks})
    return _json(found) if found else None


def tokens_of(made: Made | Exception) -> int:
    """The tokens that a model wrote for the translation that was kept."""
    return sum(each.new_tokens for each in _translations(made))


def _translations(made: Made | Exception) -> tuple[Translation, ...]:
    return (*made.title, *made.translations) if isinstance(made, Result) else ()


def reason_of(error: Exception, name: str) -> str:
    """In one line, for the column of errors."""
    if not isinstance(error, InputError):
        return " ".join(f"{type(error).__name__}: {error}".split())[:MAX_REASON].rstrip(": ")
    reason = " ".join(str(error).removeprefix(f"{name}: ").split())
    if isinstance(error, LanguageError):
        reason += f"; --from {error.expected} takes it all the same"
    return reason


def _provenance(facts: Mapping[str, Any]) -> str:
    record = {"schema": OUTPUT_SCHEMA, "toolkit": __version__, **facts}
    return _json(record, sort_keys=True)


def _json(value: Any, *, sort_keys: bool = False) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=sort_keys, separators=(",", ":"))
