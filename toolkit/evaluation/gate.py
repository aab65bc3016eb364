"""Floors that quality must not fall below, from eval/baseline.json.

Each names by a digest what it was measured on. A floor is lowered only with a line of reason beside
it, under `reason`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from toolkit.cleaning import judge
from toolkit.errors import InputError
from toolkit.evaluation.calibration import (
    Detection,
    area_under_curve,
    calibration_error,
    doubted_words,
    reliability,
)
from toolkit.evaluation.cleaning import (
    GoldPage,
    GoldPart,
    digest_of,
    load_gold_pages,
    load_html_pages,
    mean_f1,
    score_pages,
    toolkit_cleaner,
)
from toolkit.evaluation.files import Entry, Sha256, read_json
from toolkit.evaluation.folders import Run, load_run
from toolkit.evaluation.meaning import load_judged
from toolkit.evaluation.support import (
    EXCHANGED,
    LOOKED_UP,
    detections,
    index_page,
    load_likelihoods,
    load_sentences,
    load_translations,
    precision_of,
    recall_of,
)
from toolkit.evaluation.systems import corpus_of
from toolkit.files import read_whole, sha256_of
from toolkit.models.catalogue import DEFAULT_MODEL
from toolkit.reading import read_document
from toolkit.settings import Settings
from toolkit.translation.glossary import load_glossary

CleaningPart = Literal["tune", "test", "html", "kinds tune", "kinds test"]


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


class _Floors(Entry):
    reason: str = ""


class CleaningFloors(_Floors):
    pages: Sha256
    mean_f1: float
    worst_f1: float
    pages_losing_a_sentence: int


class SupportFloors(_Floors):
    precision: float
    recall_names_numbers_dates: float
    recall_actors_places: float


class SupportPartsFloors(Entry):
    """Floors by part, all on the one file of `sentences`."""

    sentences: Sha256
    parts: dict[GoldPart, SupportFloors]


class MeaningFloors(_Floors):
    """Of the default model's judged translations in the part `test`, at the default threshold."""

    files: dict[str, Sha256]
    area_under_curve: float
    precision: float
    recall: float
    calibration_error: float
    doubted_words_precision: float


class RunFloors(_Floors):
    """Floors by part, system and metric. `recorded` is a run's folder in eval/, `record` the digest
    of its run.json, which holds those of its data and outputs.
    """

    recorded: Annotated[str, Field(pattern=r"^results/\w[\w.-]*$")]
    record: Sha256
    digests: dict[str, Sha256]
    floors: dict[str, dict[str, dict[str, float]]]

    @model_validator(mode="after")
    def _name_their_data(self) -> "RunFloors":
        if self.digests.keys() != self.floors.keys():
            raise ValueError("digests and floors are of other parts")
        return self


class Baseline(Entry):
    """eval/baseline.json; the floors of runs are by suite."""

    cleaning: dict[CleaningPart, CleaningFloors]
    support: SupportPartsFloors
    meaning: MeaningFloors
    runs: dict[str, RunFloors]


def load_baseline(folder: Path) -> Baseline:
    """`folder` is that of eval/. Raises InputError for a file that isn't what it should be."""
    return read_json(folder / "baseline.json", Baseline)


def verdicts(folder: Path) -> Iterator[Verdict]:
    """Everything that needs no large model: cleaning, the checks of summaries, recorded outputs.

    `folder` is that of eval/. Raises InputError when a floor is for other data than is there.
    """
    baseline = load_baseline(folder)
    yield from cleaning_verdicts(folder, baseline.cleaning)
    yield from support_verdicts(folder, baseline.support)
    yield from meaning_verdicts(folder, baseline.meaning)
    for suite, floors in baseline.runs.items():
        recorded = folder / floors.recorded
        record = sha256_of(read_whole(recorded / "run.json"))
        _same(f"recorded {suite}, run.json", record, floors.record)
        yield from run_verdicts(load_run(recorded), floors, name=f"recorded {suite}")


def cleaning_verdicts(
    folder: Path, floors: Mapping[CleaningPart, CleaningFloors]
) -> Iterator[Verdict]:
    pages = load_gold_pages(folder / "gold/cleaning")
    kinds = load_gold_pages(folder / "gold/kinds")

    def html_cleaner(page: GoldPage) -> str:
        return judge(read_document(folder / "gold/html" / f"{page.name}.html")).document.text

    for part, floor in floors.items():
        html = part == "html"
        known = kinds if part.startswith("kinds") else pages
        of_part = [page for page in known if page.part == part.removeprefix("kinds ")]
        if html:
            of_part = load_html_pages(folder / "gold/html")
        _same(f"cleaning {part}", digest_of(of_part), floor.pages)
        scores = score_pages(of_part, html_cleaner if html else toolkit_cleaner)
        yield Verdict(name=f"cleaning {part}, mean F1", value=mean_f1(scores), limit=floor.mean_f1)
        yield Verdict(
            name=f"cleaning {part}, worst F1",
            value=min(score.f1 for score in scores),
            limit=floor.worst_f1,
        )
        yield Verdict(
            name=f"cleaning {part}, pages that lose a sentence",
            value=sum(bool(score.lost) for score in scores),
            limit=floor.pages_losing_a_sentence,
            is_floor=False,
        )


def support_verdicts(folder: Path, floors: SupportPartsFloors) -> Iterator[Verdict]:
    path = folder / "gold/support/sentences.tsv"
    _same("support", sha256_of(read_whole(path)), floors.sentences)
    glossary = load_glossary("news", source_language="fr", target_language="en")
    translations = load_translations(folder / "gold/support/translations.json")
    likelihoods = load_likelihoods(folder / "gold/support/likelihoods.json")
    indexes = {
        page.name: index_page(page, glossary, translations[page.name])
        for page in load_gold_pages(folder / "gold/cleaning")
        if page.name in translations
    }
    sentences = load_sentences(path)
    for part, floor in floors.parts.items():
        of_part = [each for each in sentences if each.part == part]
        found = detections(of_part, indexes, likelihoods)
        for name, value, limit in (
            ("precision", precision_of(found), floor.precision),
            (
                "recall on names, numbers and dates",
                recall_of(found, LOOKED_UP),
                floor.recall_names_numbers_dates,
            ),
            (
                "recall on actors and places",
                recall_of(found, EXCHANGED),
                floor.recall_actors_places,
            ),
        ):
            yield Verdict(name=f"support {part}, {name}", value=value, limit=limit)


def meaning_verdicts(folder: Path, floors: MeaningFloors) -> Iterator[Verdict]:
    meaning = folder / "gold/meaning"
    for name, pinned in floors.files.items():
        _same(f"meaning, {name}", sha256_of(read_whole(meaning / name)), pinned)
    judged = [
        each for each in load_judged(meaning) if each.part == "test" and each.model == DEFAULT_MODEL
    ]
    threshold = Settings().min_confidence
    misleads = [each.misleads for each in judged]
    area = area_under_curve([-each.confidence for each in judged], misleads)
    named = Detection.of((each.misleads, each.confidence < threshold) for each in judged)
    bins = reliability([each.confidence for each in judged], [not each for each in misleads])
    yield Verdict(name="meaning, area under curve", value=area, limit=floors.area_under_curve)
    yield Verdict(name="meaning, precision", value=named.precision, limit=floors.precision)
    yield Verdict(name="meaning, recall", value=named.recall, limit=floors.recall)
    yield Verdict(
        name="meaning, calibration error",
        value=calibration_error(bins),
        limit=floors.calibration_error,
        is_floor=False,
    )
    for side, words in doubted_words(judged).items():
        yield Verdict(
            name=f"meaning, precision of doubted words, {side}",
            value=words.precision,
            limit=floors.doubted_words_precision,
        )


def run_verdicts(run: Run, floors: RunFloors, *, name: str) -> Iterator[Verdict]:
    """The scores of a run against floors by part, system and metric.

    Raises InputError when the run is over other references than those that are there now, or lacks
    what has a floor.
    """
    parts = {part.name: part for part in run.record.suite.parts}
    for part, systems in floors.floors.items():
        if part not in run.parts():
            raise InputError(f"{name}: the run has no part {part}, which has floors")
        now = corpus_of(parts[part]).first(run.record.limit).digest
        _same(f"{name}, {part}", now, floors.digests[part])
        _same(f"{name}, {part}, as run", run.digest(part), floors.digests[part])
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
