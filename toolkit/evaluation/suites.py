"""What is measured with what: suites in TOML, of parts with data, systems and metrics."""

import itertools
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from toolkit.assets import asset_folder
from toolkit.errors import UsageError
from toolkit.evaluation.registry import CLEANING, METRICS, SUMMARIES, TRANSLATION
from toolkit.summarization.forms import Length

Task = Literal["translation", "summaries", "cleaning"]
DEFAULT_METRICS: dict[Task, tuple[str, ...]] = {
    "translation": TRANSLATION,
    "summaries": SUMMARIES,
    "cleaning": CLEANING,
}
DEFAULT_SUITE = "seeds"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class System(_Entry):
    """A name for settings that differ from the user's, such as `summarizer` or `route`."""

    name: str = Field(pattern=r"^[\w.,=+ -]+$")
    settings: dict[str, Any] = Field(default_factory=dict)


class Part(_Entry):
    """One task on one corpus by several systems.

    `data` is `seeds`, a file under eval/, or `sacrebleu:NAME`. `matrix` holds settings with several
    values each; every combination is one more system.
    """

    name: str = Field(pattern=r"^[\w-]+$")
    task: Task
    data: tuple[str, ...] = ("seeds",)
    length: Length = "brief"
    language: Literal["en", "fr"] = "en"
    systems: tuple[System, ...] = ()
    matrix: dict[str, tuple[Any, ...]] = Field(default_factory=dict)
    metrics: tuple[str, ...] = ()
    cache: bool = True

    @model_validator(mode="after")
    def _known(self) -> "Part":
        if unknown := set(self.metrics) - METRICS.keys():
            raise ValueError(f"no metric {', '.join(sorted(unknown))}")
        names = [each.name for each in self.all_systems]
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
        return (*self.systems, *combined) or (System(name="default"),)

    @property
    def all_metrics(self) -> tuple[str, ...]:
        return self.metrics or DEFAULT_METRICS[self.task]


class Suite(_Entry):
    name: str
    description: str
    parts: tuple[Part, ...] = Field(min_length=1)


def suites_folder() -> Path:
    return asset_folder("eval") / "suites"


def load_suite(name: str) -> Suite:
    """A bundled suite by its name, or a TOML file. Raises UsageError for one that can't be used."""
    path = Path(name) if name.endswith(".toml") else suites_folder() / f"{name}.toml"
    try:
        value = tomllib.loads(path.read_text(encoding="utf-8"))
        return Suite.model_validate({"name": path.stem} | value)
    except FileNotFoundError as error:
        known = ", ".join(list_suites())
        raise UsageError(f"there is no suite {name}; there are: {known}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: {error}") from error
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        raise UsageError(f"{path}: {place}: {fault['msg']}") from error


def list_suites() -> list[str]:
    return sorted(path.stem for path in suites_folder().glob("*.toml"))
