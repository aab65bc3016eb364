"""Floors that quality must not fall below, from eval/baseline.json.

Each names by a digest what it was measured on. A floor is lowered only with a line of reason beside
it, under `reason`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.cleaning import judge
from toolkit.errors import InputError
from toolkit.evaluation.cleaning import (
    GoldPage,
    digest_of,
    load_gold_pages,
    load_html_pages,
    mean_f1,
    score_pages,
    toolkit_cleaner,
)
from toolkit.evaluation.runs import Run, load_run
from toolkit.evaluation.suites import Part, Suite
from toolkit.evaluation.support import (
    grounds_of_page,
    load_sentences,
    load_translations,
    outcomes,
)
from toolkit.evaluation.systems import corpus_of
from toolkit.files import sha256_of
from toolkit.reading import read_document
from toolkit.translation.glossary import load_glossary


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One value and the floor that it must reach, or the ceiling that it must keep under."""

    name: str
    value: float
    limit: float
    is_floor: bool = True

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.is_floor else self.value <= self.limit

    def __str__(self) -> str:
        sign = ("≥" if self.is_floor else "≤") if self.holds else ("<" if self.is_floor else ">")
        return f"{self.name}: {self.value:.3f} {sign} {self.limit:.3f}"


def load_baseline(folder: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((folder / "baseline.json").read_text(encoding="utf-8"))
    return value


def verdicts(folder: Path) -> Iterator[Verdict]:
    """Everything that needs no large model: cleaning, the checks of summaries, recorded outputs.

    `folder` is that of eval/. Raises InputError when a floor is for other data than is there.
    """
    baseline = load_baseline(folder)
    yield from cleaning_verdicts(folder, baseline["cleaning"])
    yield from support_verdicts(folder, baseline["support"])
    for suite, floors in baseline["runs"].items():
        run = load_run(folder / floors["recorded"])
        yield from run_verdicts(run, floors, name=f"recorded {suite}")


def cleaning_verdicts(folder: Path, floors: Mapping[str, Any]) -> Iterator[Verdict]:
    pages = load_gold_pages(folder / "gold/cleaning")

    def html_cleaner(page: GoldPage) -> str:
        return judge(read_document(folder / "gold/html" / f"{page.name}.html")).document.text

    for part, floor in floors.items():
        html = part == "html"
        of_part = [page for page in pages if page.part == part]
        if html:
            of_part = load_html_pages(folder / "gold/html")
        _same(f"cleaning {part}", digest_of(of_part), floor["pages"])
        scores = score_pages(of_part, html_cleaner if html else toolkit_cleaner)
        yield Verdict(
            name=f"cleaning {part}, mean F1", value=mean_f1(scores), limit=floor["mean_f1"]
        )
        yield Verdict(
            name=f"cleaning {part}, worst F1",
            value=min(score.f1 for score in scores),
            limit=floor["worst_f1"],
        )
        yield Verdict(
            name=f"cleaning {part}, pages that lose a sentence",
            value=sum(bool(score.lost) for score in scores),
            limit=floor["pages_losing_a_sentence"],
            is_floor=False,
        )


def support_verdicts(folder: Path, floor: Mapping[str, Any]) -> Iterator[Verdict]:
    path = folder / "gold/support/sentences.tsv"
    _same("support", sha256_of(path.read_bytes()), floor["sentences"])
    glossary = load_glossary("diplomacy", source_language="fr", target_language="en")
    translations = load_translations(folder / "gold/support/translations.json")
    grounds = {
        page.name: grounds_of_page(page, glossary, translations[page.name])
        for page in load_gold_pages(folder / "gold/cleaning")
        if page.name in translations
    }
    found = outcomes(load_sentences(path), grounds)
    flagged = sum(each.flagged for fault, each in found.items() if fault)
    precision = flagged / (flagged + found[""].flagged)
    yield Verdict(name="support, precision", value=precision, limit=floor["precision"])
    looked_up = [found[fault] for fault in ("name", "number", "date")]
    recall = sum(each.flagged for each in looked_up) / sum(each.count for each in looked_up)
    yield Verdict(
        name="support, recall on names, numbers and dates",
        value=recall,
        limit=floor["recall_names_numbers_dates"],
    )


def run_verdicts(run: Run, floors: Mapping[str, Any], *, name: str) -> Iterator[Verdict]:
    """The scores of a run against floors by part, system and metric.

    Raises InputError when the run is over other references than those that are there now, or lacks
    what has a floor.
    """
    suite = Suite.model_validate({"name": run.name} | dict(run.record["suite"]))
    parts: dict[str, Part] = {part.name: part for part in suite.parts}
    for part, systems in floors["floors"].items():
        if part not in parts:
            raise InputError(f"{name}: the run has no part {part}, which has floors")
        now = corpus_of(parts[part]).first(run.record["limit"]).digest
        _same(f"{name}, {part}", now, floors["digests"][part])
        _same(f"{name}, {part}, as run", run.digest(part), floors["digests"][part])
        for system, metrics in systems.items():
            outcome = next((each for each in run.of(part) if each.system == system), None)
            for metric, limit in metrics.items():
                score = outcome.score(metric) if outcome else None
                if score is None:
                    raise InputError(f"{name}: the run has no {part}, {system}, {metric}")
                yield Verdict(
                    name=f"{name}, {part}, {system}, {metric}",
                    value=score.value,
                    limit=limit,
                    is_floor=score.higher_is_better is not False,
                )


def _same(name: str, found: str, pinned: str) -> None:
    if found != pinned:
        raise InputError(
            f"{name}: the floors are for other data ({pinned[:19]}… is pinned, {found[:19]}… is "
            "there); measure again and pin the new digest"
        )
