"""What stands in the files of a run."""

from typing import Annotated

from pydantic import (
    AliasChoices,
    Field,
    JsonValue,
    StringConstraints,
    field_validator,
    model_validator,
)

from toolkit.checks import IN_WORDS, Check
from toolkit.evaluation.files import Entry, Sha256
from toolkit.evaluation.references import Fact
from toolkit.evaluation.registry import METRICS
from toolkit.evaluation.suites import Suite, SuiteTask

# No count or time of a run comes near it, and it is a float without loss.
MOST = 10**12
Count = Annotated[int, Field(ge=0, le=MOST)]
Seconds = Annotated[float, Field(ge=0, le=MOST)]
Share = Annotated[float, Field(ge=0, le=1)]
Value = Annotated[float, Field(ge=-MOST, le=MOST)]
Name = Annotated[str, StringConstraints(min_length=1)]
UNSUPPORTED = "not in the article: "


class Made(Entry):
    """How the answers of one system came about. `peak_mb` is of the process, which with the store
    on (`from_store`) ran the systems before it as well. `loading` is how long the models took to
    load, `outputs` is of the file with the answers; runs of earlier versions lack them.
    """

    settings: dict[str, JsonValue]
    provenance: dict[str, JsonValue] = Field(alias="with")
    seconds: Seconds
    loading: Seconds | None = None
    from_store: bool
    peak_mb: Count | None = None
    outputs: Sha256 | None = None


class PartRecord(Entry):
    """`digest` is of the items and references, `data` of the file with them; runs of earlier
    versions lack the latter. `failed` says of models that could not be measured why.
    """

    task: SuiteTask
    corpus: str
    items: Annotated[int, Field(ge=1, le=MOST)]
    digest: Sha256
    data: Sha256 | None = None
    metrics: tuple[str, ...]
    systems: dict[str, Made]
    failed: dict[str, str] = Field(default_factory=dict)

    @field_validator("metrics")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := set(value) - METRICS.keys():
            raise ValueError(f"no metric {', '.join(sorted(unknown))}")
        if len(set(value)) < len(value):
            raise ValueError("a metric is named twice")
        return value


class Commit(Entry):
    """Empty outside of a checkout."""

    commit: str = "installed"
    clean: bool = True


class Machine(Entry):
    processor: str
    cores: int | None
    memory_gb: Count
    system: str


class Record(Entry):
    """run.json."""

    suite: Suite
    limit: Annotated[int, Field(ge=1)] | None
    started: str
    finished: str
    toolkit: str
    revision: Commit
    libraries: dict[str, str]
    machine: Machine
    parts: dict[str, PartRecord]

    @model_validator(mode="after")
    def _is_of_its_suite(self) -> "Record":
        parts = {part.name: part for part in self.suite.parts}
        for name, part in self.parts.items():
            if name not in parts or parts[name].task != part.task:
                raise ValueError(f"the suite has no part {name} for {part.task}")
            named = {*part.systems, *part.failed}
            if unknown := named - {system.name for system in parts[name].all_systems}:
                raise ValueError(f"the suite's part {name} has no system {min(unknown)}")
        return self


class ItemLine(Entry):
    """A line of data/PART.jsonl."""

    id: Name
    document: str
    source: str
    references: tuple[str, ...]
    facts: tuple[Fact, ...] = ()


class CheckRecord(Entry):
    name: str
    relation: str
    values: tuple[str, ...] = ()


def check_of(recorded: CheckRecord | str) -> Check:
    """Runs of version 0.1 have a check in words, such as `names: lost Brest`."""
    if isinstance(recorded, CheckRecord):
        return Check(**dict(recorded))
    name, _, text = recorded.partition(": ")
    if text.startswith(UNSUPPORTED):
        values = tuple(text.removeprefix(UNSUPPORTED).split(", "))
        return Check(name=name, relation="unsupported", values=values)
    return Check(name=name, relation=IN_WORDS, values=(text,))


class AnswerLine(Entry):
    """A line of outputs/PART/SYSTEM.jsonl; what an answer doesn't have is left out."""

    id: Name
    text: str = ""
    failed: tuple[CheckRecord | str, ...] = ()
    confidence: Share | None = None
    copied_from: str = ""
    max_words: Count = 0
    terms: Count = 0
    terms_kept: Count = 0
    new_tokens: Count = 0
    seconds: Seconds = 0.0
    method: str = ""
    revisions: tuple[str, ...] = Field((), validation_alias=AliasChoices("revisions", "guards"))
    precision: Share = 0.0
    recall: Share = 0.0
    scores: dict[str, Value]

    @model_validator(mode="after")
    def _kept_of_all(self) -> "AnswerLine":
        if self.terms_kept > self.terms:
            raise ValueError("more terms are kept than there are")
        return self


class ScoreRecord(Entry):
    value: Value
    low: Value
    high: Value
    signature: str


# By part, system and metric.
Scores = dict[str, dict[str, dict[str, ScoreRecord]]]
