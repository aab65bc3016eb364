"""What is measured with what: suites in TOML, of parts with data, systems and metrics."""

import itertools
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from toolkit.assets import asset_folder
from toolkit.errors import InputError, UsageError
from toolkit.evaluation.files import fault_of, read_toml
from toolkit.evaluation.registry import CLEANING, METRICS, SUMMARIES, TRANSLATION
from toolkit.summarization.forms import Length

SuiteTask = Literal["translation", "summaries", "cleaning"]
SEEDS, TRANSLATED = "seeds", "seeds:translated"
DEFAULT_METRICS: dict[SuiteTask, tuple[str, ...]] = {
    "translation": TRANSLATION,
    "summaries": SUMMARIES,
    "cleaning": CLEANING,
}
MAX_SYSTEMS = 1000  # of one matrix
SystemName = Annotated[str, Field(pattern=r"^[\w.,=+ -]+$", max_length=500)]
PartName = Annotated[str, Field(pattern=r"^[\w-]+$", max_length=100)]
# It begins the name of a folder.
SuiteName = Annotated[str, Field(pattern=r"^\w[\w.+ -]*$", max_length=100)]
Data = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]+$")]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class System(_Entry):
    """A name for settings that differ from the user's, such as `summarizer` or `route`."""

    name: SystemName
    settings: dict[str, Any] = Field(default_factory=dict)


class Part(_Entry):
    """One task on one corpus by several systems.

    `data` is `seeds`, a file under eval/, `sacrebleu:NAME`, or for summaries `facts:tune`,
    `facts:test` and `seeds:translated`, the seeds as translated by hand. `settings` are those of
    all its systems. `matrix` holds settings with several values each; every combination is one more
    system. With `each_model` the systems are models, which `evaluation.models` puts in, and each is
    measured without the store.
    """

    name: PartName
    task: SuiteTask
    data: tuple[Data, ...] = Field(("seeds",), min_length=1)
    length: Length = "brief"
    language: Literal["en", "fr"] = "en"
    settings: dict[str, Any] = Field(default_factory=dict)
    each_model: bool = False
    systems: tuple[System, ...] = ()
    matrix: dict[str, tuple[Any, ...]] = Field(default_factory=dict)
    metrics: tuple[str, ...] = ()
    cache: bool = True

    @model_validator(mode="after")
    def _known(self) -> "Part":
        if unknown := set(self.metrics) - METRICS.keys():
            raise ValueError(f"no metric {', '.join(sorted(unknown))}")
        if len(set(self.metrics)) < len(self.metrics):
            raise ValueError("a metric is named twice")
        if self.each_model and (self.matrix or self.task == "cleaning"):
            raise ValueError("each_model is for translation and summaries, without a matrix")
        combined = math.prod(map(len, self.matrix.values()))
        if not 1 <= combined <= MAX_SYSTEMS:
            raise ValueError(f"the matrix gives {combined} systems, not 1 to {MAX_SYSTEMS}")
        try:
            systems = self.all_systems
        except ValidationError as error:
            raise ValueError(f"the matrix names no systems: {fault_of(error)}") from error
        names = [system.name for system in systems]
        if len(set(names)) < len(names):
            raise ValueError("two systems have one name")
        return self

    @property
    def all_systems(self) -> tuple[System, ...]:
        """Those that are named, then those of the matrix; the default one when there is none."""
        combined = []
        if self.matrix:
            for values in itertools.product(*self.matrix.values()):
                settings = dict(zip(self.matrix, values, strict=True))
                name = ", ".join(f"{key}={value}" for key, value in settings.items())
                combined.append(System(name=name, settings=settings))
        default = () if self.each_model else (System(name="default"),)
        return (*self.systems, *combined) or default

    @property
    def all_metrics(self) -> tuple[str, ...]:
        return self.metrics or DEFAULT_METRICS[self.task]


class Suite(_Entry):
    name: SuiteName
    description: str
    parts: tuple[Part, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _tells_parts_apart(self) -> "Suite":
        if len({part.name for part in self.parts}) < len(self.parts):
            raise ValueError("two parts have one name")
        return self

    @property
    def compares_models(self) -> bool:
        return any(part.each_model for part in self.parts)

    def extends(self, other: "Suite") -> bool:
        """Whether it is the `other`, perhaps with more models."""
        if len(self.parts) != len(other.parts):
            return False
        parts = (
            new.model_copy(
                update={"systems": tuple(each for each in new.systems if each in old.systems)}
            )
            if new.each_model
            else new
            for new, old in zip(self.parts, other.parts, strict=True)
        )
        return self.model_copy(update={"parts": tuple(parts)}) == other


def suites_folder() -> Path:
    return asset_folder("eval") / "suites"


def load_suite(name: str) -> Suite:
    """A bundled suite by its name, or a TOML file. Raises UsageError for one that can't be used."""
    bundled = list_suites()
    if not name.endswith(".toml") and name not in bundled:
        raise UsageError(f"there is no suite {name}; there are: {', '.join(bundled)}")
    path = Path(name) if name.endswith(".toml") else suites_folder() / f"{name}.toml"
    try:
        value = read_toml(path)
    except InputError as error:
        raise UsageError(str(error)) from error
    return _suite(str(path), {"name": path.stem} | value)


def suite_of(data: Iterable[str], *, task: SuiteTask, each_model: bool = False) -> Suite:
    """One part on somebody's own data. Raises UsageError for data that has no possible name."""
    part = {"name": "own", "task": task, "data": tuple(data), "each_model": each_model}
    return _suite("--data", {"name": "own", "description": "your own data", "parts": [part]})


def _suite(place: str, value: Mapping[str, Any]) -> Suite:
    try:
        return Suite.model_validate(value)
    except ValidationError as error:
        raise UsageError(f"{place}: {fault_of(error)}") from error


def list_suites() -> list[str]:
    return sorted(path.stem for path in suites_folder().glob("*.toml"))
