"""Installing models, by name or the best for this machine."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import typer

from toolkit.cli.console import is_terminal, settings_of, tell
from toolkit.cli.progress import download_progress
from toolkit.errors import ModelError, UsageError
from toolkit.models.catalogue import Form, ModelSpec, Task, find_spec, in_order
from toolkit.models.choice import refuse_large, worth_pulling
from toolkit.models.install import kept_bytes
from toolkit.models.installed import InstalledModel, load_installed, outdated
from toolkit.models.recommend import Machine
from toolkit.settings import AUTO, DEFAULT_SOURCE

ROLES: dict[Task, str] = {"translation": "translator", "summarization": "summarizer"}


def pull(
    model: str,
    *,
    from_folder: Path | None = None,
    force: bool = False,
    form: Form | None = None,
) -> None:
    """Install `model` unless it is installed already, as this version of the toolkit has it."""
    from toolkit.pipeline.pulling import pull_model

    spec, settings = find_spec(model), settings_of({})[0]
    if not force and _is_current(spec):
        tell(f"{model} is installed already; --force pulls it again")
        return
    if not force:
        refuse_large(model, settings.models_folder, max_memory_mb=settings.max_memory_mb)
    _tell_terms(spec, from_folder)
    with download_progress(model) as on_bytes:
        installed = pull_model(
            spec,
            settings,
            from_folder=from_folder,
            form=form,
            on_message=lambda message: tell(f"{model}: {message}"),
            on_bytes=on_bytes,
        )
    if not spec.measured and installed.source_sha256:
        came = f"{installed.revision}, sha256 of the weights {installed.source_sha256}"
        tell(f"{model}: recorded what came: {came}")
    tell(f"{model}: it says «{installed.golden}»")
    tell(f"{model}: installed in {installed.folder} ({installed.bytes / 1e6:,.0f} MB)")


def pull_best(
    *,
    yes: bool = False,
    restricted: bool = False,
    source: str | None = None,
    target: str | None = None,
) -> None:
    """Install the best translator and summarizer that this machine can have, if somebody agrees.

    Where one can't be had after all, the next is tried. Raises UsageError where nobody is there to
    ask, ModelError where a task is left without a model.
    """
    from toolkit.models.hub import hub_answers

    settings = settings_of({"source_language": source, "target_language": target})[0]
    source, target = settings.languages
    source = DEFAULT_SOURCE if source == AUTO else source
    wanted: dict[Task, tuple[str, str]] = {"summarization": (target, target)}
    if source != target:
        wanted = {"translation": (source, target), **wanted}
    for task, pair in wanted.items():
        if not in_order(task, *pair):
            raise ModelError(f"the catalogue has no {ROLES[task]} for {_languages(pair)}")
    hub = hub_answers()
    if not hub:
        tell("the hub is out of reach, so only what the package index has can be pulled")

    def candidates(task: Task, *, bytes_taken: int = 0) -> list[ModelSpec]:
        machine = Machine.here(settings.models_folder, max_memory_mb=settings.max_memory_mb)
        machine = replace(machine, free_disk=machine.free_disk - bytes_taken)
        return list(worth_pulling(task, *wanted[task], machine, hub=hub, restricted=restricted))

    chosen = _plan(candidates, list(wanted))
    if not yes and not all(map(_is_current, chosen.values())):
        _agree()
    taken = {task: _first_that_works(chosen.get(task), candidates(task)) for task in wanted}
    for task, spec in taken.items():
        if spec is None:
            raise ModelError(
                f"no {ROLES[task]} for {_languages(wanted[task])} can be had here; to see what "
                "they need, type: toolkit models recommend"
            )
    ids = dict.fromkeys(spec.id for spec in taken.values() if spec)
    tell(f"installed: {', '.join(ids)}")


def _plan(candidates: Callable[..., list[ModelSpec]], tasks: list[Task]) -> dict[Task, ModelSpec]:
    """The best for each task; says which models they are, and why."""
    chosen: dict[Task, ModelSpec] = {}
    planned: list[ModelSpec] = []
    for task in tasks:
        beside = candidates(task, bytes_taken=sum(map(kept_bytes, planned)))
        specs = [spec for spec in candidates(task) if spec in planned or spec in beside]
        if not specs:
            continue
        spec = chosen[task] = specs[0]
        here = _is_installed(spec)
        size = f"{spec.download_bytes / 1e9:.1f} GB to download"
        if here and not _is_current(spec):
            size = f"installed with another adapter, {size} for the new one"
        elif here or spec in planned:
            size = "installed already" if here else "the same model"
        among = f"the best of {len(specs)}" if len(specs) > 1 else "the only one"
        tell(f"{ROLES[task]}: {spec.id}, {size}, {spec.terms}; {among} that can be had here")
        if not here and spec not in planned:
            planned.append(spec)
    return chosen


def _languages(pair: tuple[str, str]) -> str:
    return " to ".join(dict.fromkeys(pair))


def _agree() -> None:
    """Raises UsageError where nobody is there to ask, Exit for a no."""
    if not (is_terminal() and sys.stdin.isatty()):
        raise UsageError("nobody is there to ask; to pull that, add --yes")
    if not typer.confirm("Pull?", default=True, err=True):
        raise typer.Exit(1)


def _first_that_works(chosen: ModelSpec | None, specs: list[ModelSpec]) -> ModelSpec | None:
    """What was agreed to comes first."""
    for spec in [chosen, *(spec for spec in specs if spec != chosen)] if chosen else specs:
        try:
            if not _is_current(spec):
                pull(spec.id)
        except ModelError as error:
            said = str(error)
            tell(said if said.startswith(spec.id) else f"{spec.id}: {said}")
            if not _is_installed(spec):
                continue
            tell(f"{spec.id}: it stays as it was installed")
        return spec
    return None


def _is_installed(spec: ModelSpec) -> bool:
    return _installed(spec) is not None


def _is_current(spec: ModelSpec) -> bool:
    """Whether it is installed, with the adapter that this version of the toolkit has."""
    installed = _installed(spec)
    return installed is not None and not outdated(installed, spec)


def _installed(spec: ModelSpec) -> InstalledModel | None:
    try:
        return load_installed(models_folder(), spec.id)
    except ModelError:  # missing or damaged
        return None


def _tell_terms(spec: ModelSpec, from_folder: Path | None) -> None:
    size = f"{'' if spec.whole else 'about '}{spec.download_bytes / 1e6:,.0f} MB"
    copied = from_folder or all(source.kind == "folder" for source in spec.sources)
    tell(f"{spec.id} by {spec.publisher}, licence {spec.terms}")
    tell(f"{spec.id}: {size} to {'copy' if copied else 'download'}, memory at work: {memory(spec)}")
    if not spec.measured:
        tell(f"{spec.id}: sha256: {how_sure(spec)}")


def how_sure(spec: ModelSpec) -> str:
    """What its pinned hashes rest on."""
    if spec.measured:
        return "pinned, as it was measured on the file"
    if spec.files:
        return "pinned from what others publish; none of us measured it on a download"
    return "not pinned; what comes is checked against the hub and recorded"


def memory(spec: ModelSpec) -> str:
    return f"{spec.memory_bytes / 1e9:.1f} GB" if spec.memory_bytes else "unknown"


def models_folder() -> Path:
    return settings_of({})[0].models_folder
