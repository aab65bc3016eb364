"""References for the seed articles, written by hand: translations, summaries and facts."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from toolkit.errors import InputError
from toolkit.evaluation.files import fault_of, read_toml


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


def load_references(folder: Path) -> dict[str, Reference]:
    """By the name of the article. Raises InputError for a file that isn't what it should be."""
    references = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            reference = Reference.model_validate(read_toml(path))
        except ValidationError as error:
            raise InputError(f"{path}: {fault_of(error)}") from error
        references[reference.name] = reference
    return references
