"""The one reader of the folders that `toolkit eval run` writes.

`run.json` says what was run, with what, on what; `data/PART.jsonl` holds the items,
`outputs/PART/SYSTEM.jsonl` every answer with its own scores, `scores.json` the scores.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from toolkit.errors import InputError, UsageError
from toolkit.evaluation.answers import Answer
from toolkit.evaluation.data import Corpus, Item
from toolkit.evaluation.files import read_json, read_json_lines
from toolkit.evaluation.metrics import Score, mean_score
from toolkit.evaluation.records import AnswerLine, ItemLine, PartRecord, Record, Scores, check_of
from toolkit.evaluation.registry import RECORDED, possible, score
from toolkit.files import file_name

# What scores.json may differ by from the scores that are computed again: it rounds to 3 digits.
ROUNDING = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answers of one system in one part, with their scores."""

    part: str
    system: str
    answers: tuple[Answer, ...]
    scores: tuple[Score, ...]

    def score(self, metric: str) -> Score | None:
        return next((each for each in self.scores if each.metric == metric), None)

    def in_order_of(self, ids: Sequence[str]) -> "Outcome":
        """The same with its answers in the order of these items. Raises UsageError when it doesn't
        answer each of them once.
        """
        places = {answer.item.id: place for place, answer in enumerate(self.answers)}
        if len(places) < len(self.answers) or sorted(places) != sorted(ids):
            raise UsageError(f"{self.part}, {self.system}: the answers aren't one to each item")
        order = [places[each] for each in ids]
        return replace(
            self,
            answers=tuple(self.answers[place] for place in order),
            scores=tuple(
                replace(each, values=tuple(each.values[place] for place in order))
                for each in self.scores
            ),
        )

    @property
    def ids(self) -> list[str]:
        return [answer.item.id for answer in self.answers]

    @property
    def seconds(self) -> float:
        return sum(answer.seconds for answer in self.answers)

    @property
    def new_tokens(self) -> int:
        return sum(answer.new_tokens for answer in self.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`remarks` say what could not be verified of it."""

    name: str
    record: Record
    outcomes: tuple[Outcome, ...]
    remarks: tuple[str, ...] = ()

    def parts(self) -> list[str]:
        return list(dict.fromkeys(outcome.part for outcome in self.outcomes))

    def of(self, part: str) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.part == part]

    def digest(self, part: str) -> str:
        """Of the items and references that the part was scored with."""
        return self.record.parts[part].digest


def load_run(folder: Path) -> Run:
    """Raises InputError for a folder that holds no run, and for one whose files aren't as the run
    wrote them.
    """
    try:
        record = read_json(folder / "run.json", Record)
    except InputError as error:
        raise InputError(f"{folder}: holds no run of `toolkit eval run`: {error}") from error
    outcomes = [
        outcome
        for part, described in record.parts.items()
        if described.systems
        for outcome in _outcomes(folder, part, described)
    ]
    remarks = []
    if not all(map(_is_pinned, record.parts.values())):
        remarks.append("recorded without digests of its files: a change of them can't be noticed")
    remarks += _other_scores(folder / "scores.json", outcomes)
    return Run(
        name=folder.resolve().name,
        record=record,
        outcomes=tuple(outcomes),
        remarks=tuple(remarks),
    )


def _is_pinned(part: PartRecord) -> bool:
    digests = [part.data, *(made.outputs for made in part.systems.values())]
    return not part.systems or None not in digests


def data_file(folder: Path, part: str) -> Path:
    return folder / "data" / f"{file_name(part)}.jsonl"


def outputs_file(folder: Path, part: str, system: str) -> Path:
    return folder / "outputs" / file_name(part) / f"{file_name(system)}.jsonl"


def _outcomes(folder: Path, part: str, described: PartRecord) -> list[Outcome]:
    items = _read_items(folder, part, described)
    outcomes = []
    taken: dict[Path, str] = {}
    for system, made in described.systems.items():
        path = _or_older(
            outputs_file(folder, part, system), folder / "outputs" / part / _older_name(system)
        )
        if path in taken:
            raise InputError(
                f"{path}: {taken[path]} and {system} can't both be its system; run anew"
            )
        taken[path] = system
        lines = _in_order(path, read_json_lines(path, AnswerLine, digest=made.outputs), items)
        answers = [_answer(line, items[line.id]) for line in lines]
        metrics = possible(described.metrics, answers)
        scores = score([each for each in metrics if each not in RECORDED], answers)
        scores += [_recorded(path, lines, metric) for metric in metrics if metric in RECORDED]
        outcomes.append(
            Outcome(part=part, system=system, answers=tuple(answers), scores=tuple(scores))
        )
    return outcomes


def _or_older(path: Path, older: Path) -> Path:
    """Where earlier versions put the same, if it is there."""
    return older if not path.is_file() and older.is_file() else path


def _older_name(name: str) -> str:
    return re.sub(r"[^\w.=+-]+", "_", name) + ".jsonl"


def _read_items(folder: Path, part: str, described: PartRecord) -> Mapping[str, Item]:
    """By their ids, in their order."""
    path = _or_older(data_file(folder, part), folder / "data" / _older_name(part))
    lines = read_json_lines(path, ItemLine, digest=described.data)
    items = {line.id: Item(**dict(line)) for line in lines}
    if len(items) < len(lines):
        raise InputError(f"{path}: {_twice(lines)} is there twice")
    found = Corpus(described.corpus, tuple(items.values())).digest
    if (len(items), found) != (described.items, described.digest):
        raise InputError(
            f"{path}: holds other items or references than the run was scored with "
            f"({described.digest[:19]}… is recorded, {found[:19]}… is there); put it back, or run "
            "anew"
        )
    return items


def _in_order(
    path: Path, lines: Sequence[AnswerLine], items: Mapping[str, Item]
) -> list[AnswerLine]:
    """One for each item, in the items' order."""
    answered = {line.id: line for line in lines}
    if unknown := answered.keys() - items.keys():
        raise InputError(f"{path}: answers {min(unknown)}, which is not an item of the run")
    if len(answered) < len(lines):
        raise InputError(f"{path}: {_twice(lines)} is answered twice")
    if missing := [each for each in items if each not in answered]:
        raise InputError(
            f"{path}: has {len(answered)} answers to {len(items)} items; {missing[0]} is missing"
        )
    return [answered[item] for item in items]


def _answer(line: AnswerLine, item: Item) -> Answer:
    values = {name: value for name, value in line if name not in ("id", "scores")}
    return Answer(item=item, **values | {"failed": tuple(map(check_of, line.failed))})


def _twice(lines: Sequence[ItemLine | AnswerLine]) -> str:
    return Counter(line.id for line in lines).most_common(1)[0][0]


def _recorded(path: Path, lines: Sequence[AnswerLine], metric: str) -> Score:
    """What the answers of one system were given by a metric that needs a model of its own."""
    if missing := [line.id for line in lines if metric not in line.scores]:
        raise InputError(f"{path}: {missing[0]} has no {metric}")
    values = [line.scores[metric] for line in lines]
    return mean_score(metric, values, signature=f"{metric}|as recorded")


def _other_scores(path: Path, outcomes: Sequence[Outcome]) -> list[str]:
    """What scores.json, which a run that was cut off lacks, has otherwise than the answers give."""
    if not path.exists():
        return []
    recorded = read_json(path, Scores)
    other = [
        f"{outcome.part}, {outcome.system}, {each.metric}"
        for outcome in outcomes
        for each in outcome.scores
        if (old := recorded.get(outcome.part, {}).get(outcome.system, {}).get(each.metric))
        and max(abs(old.value - each.value), abs(old.low - each.low), abs(old.high - each.high))
        > ROUNDING
    ]
    said = f"scores.json has others than the answers give, which are shown here: {'; '.join(other)}"
    return [said] if other else []
