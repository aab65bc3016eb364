"""References written by hand: translations, summaries and facts of articles."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from toolkit.errors import InputError
from toolkit.evaluation.cleaning import GoldPart
from toolkit.evaluation.files import fault_of, read_toml

E = TypeVar("E", bound=BaseModel)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pair(_Entry):
    """A sentence of the article with its translation."""

    source: str = Field(min_length=1)
    target: str = Field(min_length=1)
    title: bool = False


class Fact(_Entry):
    """What a summary may tell. `sentences` are the numbers of those that state it, from 1.

    `carries` holds the names, numbers and dates without which it isn't stated; `A|B` is either.
    """

    text: str = Field(min_length=1)
    central: bool
    sentences: tuple[int, ...] = Field(min_length=1)
    carries: tuple[str, ...]


class Summaries(_Entry):
    """By length; several are independent of one another. `brief_fr` is in French."""

    headline: tuple[str, ...]
    brief: tuple[str, ...]
    standard: tuple[str, ...]
    detailed: tuple[str, ...]
    brief_fr: tuple[str, ...]


class Reference(_Entry):
    """All that is written about one article. `document` is its path in the project."""

    document: str
    sentences: tuple[Pair, ...]
    summaries: Summaries
    facts: tuple[Fact, ...]

    @property
    def name(self) -> str:
        return Path(self.document).stem


class PageFacts(_Entry):
    """The facts of one page of the gold for cleaning. Nothing may be fitted on `part` test."""

    page: str = Field(min_length=1)
    part: GoldPart
    facts: tuple[Fact, ...] = Field(min_length=1)


def load_references(folder: Path) -> dict[str, Reference]:
    """By the name of the article. Raises InputError for a file that isn't what it should be."""
    return {each.name: each for each in _read_all(folder, Reference)}


def load_facts(folder: Path) -> dict[str, PageFacts]:
    """By the name of the page. Raises InputError for a file that isn't what it should be."""
    return {each.page: each for each in _read_all(folder, PageFacts)}


def _read_all(folder: Path, kind: type[E]) -> list[E]:
    entries = []
    for path in sorted(folder.glob("*.toml")):
        try:
            entries.append(kind.model_validate(read_toml(path)))
        except ValidationError as error:
            raise InputError(f"{path}: {fault_of(error)}") from error
    return entries
