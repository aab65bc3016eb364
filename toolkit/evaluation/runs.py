"""Runs of a suite, each into one folder with all that is needed to repeat, compare and read it."""

import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, fields
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from toolkit import __version__
from toolkit.engines.endpoint.address import Address
from toolkit.errors import ModelError, ToolkitError, UsageError
from toolkit.evaluation.answers import Answer
from toolkit.evaluation.data import Corpus, Item
from toolkit.evaluation.folders import Run, data_file, load_run, outputs_file
from toolkit.evaluation.metrics import Score
from toolkit.evaluation.models import refuse_unfit
from toolkit.evaluation.records import Record
from toolkit.evaluation.registry import score
from toolkit.evaluation.suites import Part, Suite, System
from toolkit.evaluation.systems import answers_of, corpus_of
from toolkit.files import sweep, write_atomically
from toolkit.models.machine import memory_bytes
from toolkit.pipeline import Pipeline
from toolkit.progress import StageProgress
from toolkit.settings import Settings, resolve_settings

LIBRARIES = (
    "openvino-genai",
    "ctranslate2",
    "xllamacpp",
    "transformers",
    "tokenizers",
    "sacrebleu",
    "rouge-score",
    "torch",
)
# They say where things lie on one machine, not what comes out.
NOT_RECORDED = frozenset(
    {"models_folder", "bertscore_model", "cache_file", "cache", "cache_max_mb"}
)
KILOBYTE = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss


def run_suite(
    suite: Suite,
    folder: Path,
    *,
    flags: Mapping[str, Any],
    parts: Sequence[str] = (),
    only: Sequence[str] = (),
    limit: int | None = None,
    resume: bool = False,
    progress: StageProgress = lambda what, done, total: None,
    on_trouble: Callable[[str], None] | None = None,
) -> Run:
    """Run the systems that `only` names, or all, of these `parts`, or all, and write the folder;
    finished systems of a run that is resumed are kept. Of models that are compared, those that fail
    are recorded with the reason.

    Raises UsageError for a folder that is not this run's, and what other systems raise.
    """
    on_trouble = on_trouble and _once(on_trouble)
    settings = {
        (part.name, system.name): _settings(part, system, flags)
        for part in suite.parts
        for system in part.all_systems
    }
    corpora = {part.name: corpus_of(part).first(limit) for part in suite.parts}
    record = _record(suite, corpora, limit)
    _open(folder, record, resume=resume)
    for part in suite.parts:
        if parts and part.name not in parts:
            continue
        corpus = corpora[part.name]
        described = record["parts"][part.name]
        for system in part.all_systems:
            if (only and system.name not in only) or system.name in described["systems"]:
                continue
            if not described["systems"]:
                path = data_file(folder, part.name)
                described["data"] = _write_lines(path, map(_item, corpus.items))
            described["failed"].pop(system.name, None)
            label = f"{part.name}, {system.name}"
            own = settings[part.name, system.name]
            try:
                if part.each_model:
                    refuse_unfit(part.task, own)
                if own.cache:
                    answers, made = _work(part, corpus, own, partial(progress, label), on_trouble)
                else:
                    progress(label, 0, 0)
                    if on_trouble:
                        _warn_of_remote(part, own, on_trouble)
                    answers, made = _work_alone(part, corpus, own)
            except Exception as error:  # the boundary: one bad model never ends a comparison
                if not part.each_model:
                    raise
                why = str(error) if isinstance(error, ToolkitError) else repr(error)
                described["failed"][system.name] = why
                if on_trouble:
                    on_trouble(f"{label}: {why}")
            else:
                scores = score(part.all_metrics, answers)
                path = outputs_file(folder, part.name, system.name)
                made["outputs"] = _write_lines(path, _answers(answers, scores))
                described["systems"][system.name] = made
            record["finished"] = _now()
            write_atomically(folder / "run.json", _json(record))
    run = load_run(folder)
    write_atomically(folder / "scores.json", _json(_scores(run)))
    return run


def _work(
    part: Part,
    corpus: Corpus,
    settings: Settings,
    progress: Callable[[int, int], None],
    on_trouble: Callable[[str], None] | None = None,
) -> tuple[list[Answer], dict[str, Any]]:
    """The answers of one system, and what is recorded of how they came about."""
    pipeline = Pipeline(settings, on_trouble=on_trouble)
    started = time.perf_counter()
    answers = list(answers_of(part, corpus, pipeline, progress))
    return answers, {
        "settings": settings.model_dump(mode="json", exclude=set(NOT_RECORDED)),
        "with": _provenance(part, pipeline),
        "seconds": round(time.perf_counter() - started, 2),
        "loading": round(pipeline.loading_seconds, 2),
        "from_store": settings.cache,
        "peak_mb": _peak_mb(),
    }


def _work_alone(
    part: Part, corpus: Corpus, settings: Settings
) -> tuple[list[Answer], dict[str, Any]]:
    """In a process of its own, so that its memory and its time are nobody else's.

    Raises ModelError when that process is killed, as it is where memory runs out.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(_work, part, corpus, settings, _silent).result()
        except BrokenProcessPool as error:
            raise ModelError(
                "the process with the model was killed, perhaps for want of memory"
            ) from error


def _once(tell: Callable[[str], None]) -> Callable[[str], None]:
    told = set[str]()

    def once(message: str) -> None:
        if message not in told:
            told.add(message)
            tell(message)

    return once


def _warn_of_remote(part: Part, settings: Settings, tell: Callable[[str], None]) -> None:
    """What the pipeline would tell, where it is in another process and can't."""
    if not (settings.endpoint and settings.allow_remote) or part.task == "cleaning":
        return
    if warning := Address.parse(settings.endpoint).warning:
        tell(warning)


def _silent(done: int, total: int) -> None:
    pass


def _peak_mb() -> int | None:
    """Of this process since its start, whatever it ran; Windows doesn't say."""
    try:
        import resource
    except ImportError:
        return None
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE / 1e6)


def _settings(part: Part, system: System, flags: Mapping[str, Any]) -> Settings:
    own: dict[str, Any] = {"length": part.length} if part.task == "summaries" else {}
    if part.language == "fr":
        own["target_language"] = "fr"
    if part.each_model or not part.cache:
        own["cache"] = False
    keys = {name: name for name in Settings.model_fields}  # suites have these, not options
    try:
        settings, _ = resolve_settings(
            {**flags, **own, **part.settings, **system.settings}, options=keys
        )
    except UsageError as error:
        raise UsageError(f"{part.name}, {system.name}: {error}") from error
    return settings


def _provenance(part: Part, pipeline: Pipeline) -> dict[str, Any]:
    if part.task == "cleaning":
        return {"steps": list(pipeline.settings.steps)}
    if part.task == "translation":
        return pipeline.translation_provenance()
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
                "failed": {},
            }
            for part in suite.parts
        },
    }


def _open(folder: Path, record: dict[str, Any], *, resume: bool) -> None:
    """Start the folder's record, or take over what another run of the same suite finished."""
    sweep(folder)
    there = _names_in(folder)
    if "run.json" in there and not resume:
        raise UsageError(f"{folder} holds a run already; --resume goes on with it")
    if "run.json" in there:
        _take_over(load_run(folder).record, folder, record)
        write_atomically(folder / "scores.json", _json({}))  # those of all systems come at the end
    elif there:
        raise UsageError(f"{folder} is not empty and holds no run; name another folder")
    write_atomically(folder / "run.json", _json(record))


def _names_in(folder: Path) -> list[str]:
    try:
        return [each.name for each in folder.iterdir()]
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        raise UsageError(f"{folder} is a file, or in one; name a folder") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{folder} can't be used: {error}; name another folder") from error


def _take_over(old: Record, folder: Path, record: dict[str, Any]) -> None:
    suite = Suite.model_validate(record["suite"])
    if not suite.extends(old.suite) or old.limit != record["limit"]:
        raise UsageError(f"{folder} holds a run of another suite; name another folder")
    for name, part in old.parts.items():
        if part.digest != record["parts"][name]["digest"]:
            raise UsageError(f"{folder}: the references of {name} have changed since; run anew")
        record["parts"][name] |= part.model_dump(
            mode="json", by_alias=True, exclude_unset=True, include={"data", "systems", "failed"}
        )


def _item(item: Item) -> dict[str, Any]:
    value = asdict(item) | {"facts": [fact.model_dump() for fact in item.facts]}
    return value if item.facts else {k: v for k, v in value.items() if k != "facts"}


def _answers(answers: Sequence[Answer], scores: Sequence[Score]) -> Iterable[dict[str, Any]]:
    for at, answer in enumerate(answers):
        value = {
            field.name: getattr(answer, field.name)
            for field in fields(Answer)
            if field.name != "item" and getattr(answer, field.name) != field.default
        }
        if answer.failed:
            value["failed"] = [asdict(check) for check in answer.failed]
        if answer.confidence is not None:
            value["confidence"] = round(answer.confidence, 3)
        value["seconds"] = round(answer.seconds, 3)
        value["scores"] = {each.metric: round(each.values[at], 2) for each in scores}
        yield {"id": answer.item.id} | value


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


def _write_lines(path: Path, values: Iterable[Mapping[str, Any]]) -> str:
    """Returns the sha256 of the file."""
    lines = (json.dumps(value, ensure_ascii=False) + "\n" for value in values)
    return write_atomically(path, "".join(lines))


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
                ["git", "-C", str(root), *arguments],
                capture_output=True,
                encoding="utf-8",
                check=True,
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
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gb": round(memory_bytes() / 1e9),
        "system": platform.system(),
    }
