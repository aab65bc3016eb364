"""Terms that must be translated one way, and which of them occur in a text."""

import csv
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from toolkit.assets import asset_folder
from toolkit.errors import UsageError
from toolkit.text import fold

APOSTROPHES = str.maketrans({"’": "'", "\u00a0": " ", "\u202f": " "})


@dataclass(frozen=True, slots=True)
class Term:
    """A source phrase and its translation.

    A `phrase` is told to the model but not insisted on: another wording may be as good.
    """

    source: str
    target: str
    kind: Literal["term", "phrase"] = "term"


class Glossary:
    """`digest` is empty for an empty glossary."""

    def __init__(self, terms: tuple[Term, ...] = (), *, name: str = "", digest: str = "") -> None:
        self.terms = terms
        self.name = name
        self.digest = digest
        self._by_source = {_normal(term.source): term for term in terms}
        self._pattern = _whole_words(self._by_source)
        # Only what begins with a capital is sure not to be an English word as well.
        self._by_name = {
            term.source: term.target
            for term in terms
            if term.source[0].isupper() and not term.target.startswith("the ")
        }
        self._names = _whole_words(self._by_name)

    def occurring(self, text: str) -> tuple[Term, ...]:
        """The terms in `text`, each once, in the order in which they first occur.

        Of overlapping terms the longest counts. Case is ignored but for acronyms.
        """
        if self._pattern is None:
            return ()
        found: dict[str, Term] = {}
        folded = _normal(text)
        for match in self._pattern.finditer(folded):
            term = self._by_source[match.group()]
            written = text[match.start() : match.end()]
            if not term.source.isupper() or written == term.source:
                found.setdefault(match.group(), term)
        return tuple(found.values())

    def repair(self, text: str, *, source: str) -> str:
        """`text`, a translation of `source`, with names and acronyms that were left in their
        source form replaced by their targets.

        What `source` doesn't hold stays: CPI is a court in French and an index in English.
        """
        if self._names is None:
            return text
        held = fold(source)

        def replacement(match: re.Match[str]) -> str:
            name = match.group()
            return self._by_name[name] if fold(name) in held else name

        return self._names.sub(replacement, text)


def load_glossary(reference: str, *, source_language: str, target_language: str) -> Glossary:
    """A TSV file with the columns source, target and kind, or a bundled glossary by name.

    `kind` is `term` or `phrase`; the column may be left out.

    `none`, and a bundled name that doesn't exist for the languages, give the empty glossary.
    Raises UsageError for a file that can't be read.
    """
    path = Path(reference)
    if path.suffix != ".tsv":
        direction = f"{source_language}-{target_language}"
        path = asset_folder("prompts") / "glossaries" / f"{reference}.{direction}.tsv"
        if not path.is_file():
            return Glossary()
    try:
        raw = path.read_bytes()
        rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines(), delimiter="\t"))
        terms = tuple(_term(row) for row in rows)
    except OSError as error:
        raise UsageError(f"glossary {path} can't be read: {error.strerror}") from error
    except (UnicodeDecodeError, KeyError, AttributeError, csv.Error) as error:
        raise UsageError(
            f"glossary {path} is no UTF-8 TSV file with the columns source, target and kind"
        ) from error
    return Glossary(terms, name=path.stem, digest=f"sha256:{hashlib.sha256(raw).hexdigest()}")


def _term(row: dict[str, str]) -> Term:
    kind: Literal["term", "phrase"] = "phrase" if row.get("kind") == "phrase" else "term"
    return Term(row["source"].strip(), row["target"].strip(), kind)


def _whole_words(terms: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted(terms, key=len, reverse=True)
    alternatives = "|".join(re.escape(term) for term in longest_first)
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)") if longest_first else None


def _normal(text: str) -> str:
    """Lower case and straight apostrophes, without changing any offset."""
    lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return lowered.translate(APOSTROPHES)
