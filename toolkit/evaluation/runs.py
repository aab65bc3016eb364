"""Runs of a suite: one folder with all that is needed to repeat, compare and read it.

`run.json` says what was run, with what, on what; `data/PART.jsonl` holds the items,
`outputs/PART/SYSTEM.jsonl` every answer with its own scores, `scores.json` the scores.
"""

import json
import os
import platform
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from toolkit import __version__
from toolkit.errors import InputError, UsageError
from toolkit.evaluation.answers import Answer
from toolkit.evaluation.data import Corpus, Item
from toolkit.evaluation.metrics import Score, mean_score
from toolkit.evaluation.references import Fact
from toolkit.evaluation.registry import METRICS, OF_COPYING, OF_FACTS, RECORDED
from toolkit.evaluation.suites import Part, Suite, System
from toolkit.evaluation.systems import answers_of, corpus_of
from toolkit.files import write_atomically
from toolkit.pipeline import Pipeline
from toolkit.settings import Settings, resolve_settings

LIBRARIES = ("ctranslate2", "transformers", "tokenizers", "sacrebleu", "rouge-score", "torch")
# They say where things lie on one machine, not what comes out.
NOT_RECORDED = frozenset(
    {"models_folder", "bertscore_model", "cache_file", "cache", "cache_max_mb"}
)
KILOBYTE = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answers of one system in one part, with their scores."""

    part: str
    system: str
    answers: tuple[Answer, ...]
    scores: tuple[Score, ...]

    def score(self, metric: str) -> Score | None:
        return next((each for each in self.scores if each.metric == metric), None)

    @property
    def seconds(self) -> float:
        return sum(each.seconds for each in self.answers)

    @property
    def new_tokens(self) -> int:
        return sum(each.new_tokens for each in self.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`record` is the content of run.json."""

    name: str
    record: Mapping[str, Any]
    outcomes: tuple[Outcome, ...]

    def parts(self) -> list[str]:
        return list(dict.fromkeys(each.part for each in self.outcomes))

    def of(self, part: str) -> list[Outcome]:
        return [each for each in self.outcomes if each.part == part]

    def digest(self, part: str) -> str:
        """Of the items and references that the part was scored with."""
        return str(self.record["parts"][part]["digest"])


def run_suite(
    suite: Suite,
    folder: Path,
    *,
    flags: Mapping[str, Any],
    only: Sequence[str] = (),
    limit: int | None = None,
    resume: bool = False,
    progress: Progress = lambda what, done, total: None,
) -> Run:
    """Run what `only` names, or all, and write the folder; finished systems of a run that is
    resumed are kept.

    Raises UsageError for a folder that is not this run's, and what the systems raise.
    """
    corpora = {part.name: corpus_of(part).first(limit) for part in suite.parts}
    record = _record(suite, corpora, limit)
    _open(folder, record, resume=resume)
    for part in suite.parts:
        corpus = corpora[part.name]
        _write_lines(folder / "data" / f"{part.name}.jsonl", map(_item, corpus.items))
        for system in part.all_systems:
            if only and system.name not in only:
                continue
            if system.name in record["parts"][part.name]["systems"]:
                continue
            path = _outputs(folder, part.name, system.name)
            settings = _settings(part, system, flags)
            label = f"{part.name}, {system.name}"
            if settings.cache:
                answers, made = _work(part, corpus, settings, partial(progress, label))
            else:
                progress(label, 0, 0)
                answers, made = _work_alone(part, corpus, settings)
            scores = score(part.all_metrics, answers)
            _write_lines(path, _answers(answers, scores))
            record["parts"][part.name]["systems"][system.name] = made
            record["finished"] = _now()
            write_atomically(folder / "run.json", _json(record))
    run = load_run(folder)
    write_atomically(folder / "scores.json", _json(_scores(run)))
    return run


def _work(
    part: Part, corpus: Corpus, settings: Settings, progress: Callable[[int, int], None]
) -> tuple[list[Answer], dict[str, Any]]:
    """The answers of one system, and what is recorded of how they came about."""
    pipeline = Pipeline(settings)
    started = time.perf_counter()
    answers = list(answers_of(part, corpus, pipeline, progress))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE
    return answers, {
        "settings": settings.model_dump(mode="json", exclude=set(NOT_RECORDED)),
        "with": _provenance(part, pipeline),
        "seconds": round(time.perf_counter() - started, 2),
        "from_store": settings.cache,
        "peak_mb": round(peak / 1e6),
    }


def _work_alone(
    part: Part, corpus: Corpus, settings: Settings
) -> tuple[list[Answer], dict[str, Any]]:
    """In a process of its own, so that its memory and its time are nobody else's."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_work, part, corpus, settings, _silent).result()


def _silent(done: int, total: int) -> None:
    pass


def score(metrics: Iterable[str], answers: Sequence[Answer]) -> list[Score]:
    """By each metric that the answers have what it needs for. Raises UsageError for no answers."""
    if not answers:
        raise UsageError("there is nothing to score")
    missing = set[str]()
    if not any(each.item.facts for each in answers):
        missing |= OF_FACTS
    if not any(each.copied_from for each in answers):
        missing |= OF_COPYING
    return [METRICS[name].score(answers) for name in metrics if name not in missing]


def load_run(folder: Path) -> Run:
    """Raises InputError for a folder that holds no run, and for answers that don't fit its data."""
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise InputError(f"{folder}: holds no run of `toolkit eval run`: {error}") from error
    outcomes = []
    for part, described in record["parts"].items():
        items = {each.id: each for each in _read_items(folder / "data" / f"{part}.jsonl")}
        for system in described["systems"]:
            path = _outputs(folder, part, system)
            answers = _read_answers(path, items)
            metrics = described["metrics"]
            scores = score([each for each in metrics if each not in RECORDED], answers)
            scores += [_recorded(path, each) for each in metrics if each in RECORDED]
            outcomes.append(
                Outcome(part=part, system=system, answers=tuple(answers), scores=tuple(scores))
            )
    return Run(name=folder.name, record=record, outcomes=tuple(outcomes))


def _settings(part: Part, system: System, flags: Mapping[str, Any]) -> Settings:
    own: dict[str, Any] = {"length": part.length} if part.task == "summaries" else {}
    if part.language == "fr":
        own["target_language"] = "fr"
    if not part.cache:
        own["cache"] = False
    settings, _ = resolve_settings({**flags, **own, **system.settings})
    return settings


def _provenance(part: Part, pipeline: Pipeline) -> dict[str, Any]:
    if part.task == "cleaning":
        return {"steps": list(pipeline.settings.steps)}
    if part.task == "translation":
        return pipeline.provenance("translation")
    return pipeline.summary_provenance()


def _record(suite: Suite, corpora: Mapping[str, Corpus], limit: int | None) -> dict[str, Any]:
    return {
        "suite": suite.model_dump(mode="json", exclude_defaults=True),
        "limit": limit,
        "started": _now(),
        "finished": "",
        "toolkit": __version__,
        "revision": _revision(),
        "libraries": _versions(),
        "machine": _machine(),
        "parts": {
            part.name: {
                "task": part.task,
                "corpus": corpora[part.name].name,
                "items": len(corpora[part.name].items),
                "digest": corpora[part.name].digest,
                "metrics": list(part.all_metrics),
                "systems": {},
            }
            for part in suite.parts
        },
    }


def _open(folder: Path, record: dict[str, Any], *, resume: bool) -> None:
    """Start the folder's record, or take over what another run of the same suite finished."""
    path = folder / "run.json"
    if path.exists() and not resume:
        raise UsageError(f"{folder} holds a run already; --resume goes on with it")
    if path.exists():
        old = json.loads(path.read_text(encoding="utf-8"))
        if (old["suite"], old["limit"]) != (record["suite"], record["limit"]):
            raise UsageError(f"{folder} holds a run of another suite; name another folder")
        for name, part in old["parts"].items():
            if part["digest"] != record["parts"][name]["digest"]:
                raise UsageError(f"{folder}: the references of {name} have changed since; run anew")
            record["parts"][name]["systems"] = part["systems"]
    elif folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty and holds no run; name another folder")
    write_atomically(path, _json(record))


def _outputs(folder: Path, part: str, system: str) -> Path:
    return folder / "outputs" / part / (re.sub(r"[^\w.=+-]+", "_", system) + ".jsonl")


def _item(item: Item) -> dict[str, Any]:
    value = asdict(item) | {"facts": [fact.model_dump() for fact in item.facts]}
    return value if item.facts else {k: v for k, v in value.items() if k != "facts"}


def _read_items(path: Path) -> list[Item]:
    return [
        Item(
            id=value["id"],
            document=value["document"],
            source=value["source"],
            references=tuple(value["references"]),
            facts=tuple(Fact.model_validate(each) for each in value.get("facts", ())),
        )
        for value in _read_lines(path)
    ]


def _answers(answers: Sequence[Answer], scores: Sequence[Score]) -> Iterable[dict[str, Any]]:
    for at, answer in enumerate(answers):
        value = {
            name: getattr(answer, name)
            for name in Answer.__dataclass_fields__
            if name != "item" and getattr(answer, name)
        }
        value["seconds"] = round(answer.seconds, 3)
        value["scores"] = {each.metric: round(each.values[at], 2) for each in scores}
        yield {"id": answer.item.id} | value


def _read_answers(path: Path, items: Mapping[str, Item]) -> list[Answer]:
    answers = []
    for value in _read_lines(path):
        item = items.get(value.pop("id"))
        if item is None:
            raise InputError(f"{path}: has an answer to an item that the run doesn't have")
        del value["scores"]
        for name in ("failed", "guards"):
            value[name] = tuple(value.get(name, ()))
        answers.append(Answer(**({"text": ""} | value), item=item))
    if len(answers) != len(items):
        raise InputError(f"{path}: has {len(answers)} answers to {len(items)} items")
    return answers


def _recorded(path: Path, metric: str) -> Score:
    """What the answers of one system were given by a metric that needs a model of its own."""
    values = [float(line["scores"][metric]) for line in _read_lines(path)]
    return mean_score(metric, values, signature=f"{metric}|as recorded")


def _scores(run: Run) -> dict[str, Any]:
    return {
        part: {
            outcome.system: {
                each.metric: {
                    "value": round(each.value, 3),
                    "low": round(each.low, 3),
                    "high": round(each.high, 3),
                    "signature": each.signature,
                }
                for each in outcome.scores
            }
            for outcome in run.of(part)
        }
        for part in run.parts()
    }


def _write_lines(path: Path, values: Iterable[Mapping[str, Any]]) -> None:
    lines = (json.dumps(each, ensure_ascii=False) + "\n" for each in values)
    write_atomically(path, "".join(lines))


def _read_lines(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines if line]
    except (OSError, json.JSONDecodeError) as error:
        raise InputError(f"{path}: {error}") from error


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _revision() -> dict[str, Any]:
    """The commit of the checkout that runs, and whether it has changes; empty outside of one."""
    root = Path(__file__).parents[2]

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True
            )
        except (OSError, subprocess.CalledProcessError):
            return None
        return done.stdout.strip()

    commit = git("rev-parse", "HEAD") if (root / ".git").exists() else None
    if commit is None:
        return {}
    return {"commit": commit, "clean": git("status", "--porcelain", "--untracked-files=no") == ""}


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _machine() -> dict[str, Any]:
    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = re.findall(r"model name\s*: (.+)", cpuinfo.read_text(encoding="utf-8"))
        model = names[0] if names else model
    memory = 0
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gb": round(memory / 1e9),
        "system": platform.system(),
    }
