"""Which models a suite compares, and whether one can do its part here."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolkit.engines.load import FAKE
from toolkit.engines.references import place_of
from toolkit.errors import ModelError, UsageError
from toolkit.evaluation.suites import SEEDS, TRANSLATED, Part, Suite, SuiteTask, System
from toolkit.models.catalogue import Task, catalogue, in_order
from toolkit.models.installed import list_installed, load_installed
from toolkit.models.user_models import BOTH, tasks_of_folder
from toolkit.settings import Settings

TASKS: Mapping[SuiteTask, Task] = {"translation": "translation", "summaries": "summarization"}
# The setting that has a model do the task, and no other model.
ROLES: Mapping[SuiteTask, str] = {"translation": "translator", "summaries": "summarizer"}


def with_models(
    suite: Suite, models: Sequence[str], settings: Settings, *, before: Suite | None = None
) -> Suite:
    """`suite` with a system for each of `models` that does a part's task. Without `models` these
    are all that are installed for the languages of the settings, in the catalogue's order, or all
    that the endpoint has. Those of the suite that was run `before` stay.

    Raises UsageError for an unknown model and for references in other languages, ModelError where
    no model is installed, or the endpoint can't be asked.
    """
    if settings.endpoint and not models and not before:
        models = _served(settings)
    tasks = {
        model: BOTH if settings.endpoint else _tasks_of(model) for model in dict.fromkeys(models)
    }
    kept = {part.name: part.systems for part in before.parts} if before else {}
    parts = []
    for part in suite.parts:
        if part.each_model:
            chosen = [model for model, does in tasks.items() if TASKS[part.task] in does]
            if not models and not before:
                chosen = _installed(part, settings)
            part = _with(part, chosen, kept.get(part.name, ()), settings)
        parts.append(part)
    if not any(part.systems for part in parts if part.each_model):
        pair = " to ".join(settings.languages)
        raise ModelError(f"no model for {pair} is installed; type: toolkit models pull")
    return suite.model_copy(update={"parts": tuple(parts)})


def refuse_unfit(task: SuiteTask, settings: Settings) -> None:
    """Raises UsageError for a model of the catalogue that is for other languages, ModelError for
    one that is damaged or not installed. What an endpoint has is not looked at.
    """
    if settings.endpoint:
        return
    spec = catalogue().get(getattr(settings, ROLES[task]))
    if spec is None:
        return
    if not spec.does(TASKS[task], *_languages(task, settings)):
        wanted = dict.fromkeys(_languages(task, settings))
        made_for = " to ".join(spec.direction) if spec.direction else ", ".join(spec.languages)
        raise UsageError(f"made for {made_for}, not for {' to '.join(wanted)}")
    load_installed(settings.models_folder, spec.id)


def _tasks_of(model: str) -> tuple[Task, ...]:
    """What a model is for; both where it can't be looked at, which measuring it will tell."""
    if model == FAKE:
        return BOTH
    if spec := catalogue().get(model):
        return spec.tasks
    try:
        return tasks_of_folder(place_of(model)[0])
    except ModelError:
        return BOTH


def _served(settings: Settings) -> list[str]:
    from toolkit.engines.endpoint.engine import server_at
    from toolkit.engines.endpoint.models import names_of

    server = server_at(
        settings.endpoint,
        allow_remote=settings.allow_remote,
        timeout_s=settings.endpoint_timeout_s,
    )
    if names := names_of(server):
        return names
    raise ModelError(f"{server.address.base} has no models; load one there")


def _installed(part: Part, settings: Settings) -> list[str]:
    here = set(list_installed(settings.models_folder))
    able = in_order(TASKS[part.task], *_languages(part.task, settings))
    return [spec.id for spec in able if spec.id in here]


def _languages(task: SuiteTask, settings: Settings) -> tuple[str, str]:
    """Of what a model reads and writes: summaries are made of translations."""
    source, target = settings.languages
    return (source, target) if task == "translation" else (target, target)


def _with(part: Part, models: Sequence[str], kept: Sequence[System], settings: Settings) -> Part:
    if {SEEDS, TRANSLATED} & set(part.data) and settings.languages != ("fr", "en"):
        raise UsageError(
            f"{part.name}: the references are of French articles in English, not for "
            f"{' to '.join(settings.languages)}; give your own with --data"
        )
    systems = {system.name: system for system in kept}
    role = ROLES[part.task]
    known = {system.settings.get(role) for system in kept}
    for model in models:
        if model not in known:
            name = _name(model, systems)
            systems[name] = System(name=name, settings={role: model})
    return part.model_copy(update={"systems": tuple(systems.values())})


def _name(model: str, taken: Mapping[str, System]) -> str:
    """The model's, or its folder's, as systems may be called; numbered where another has it."""
    folder = Path(model).expanduser()
    whole = folder.resolve().name if model not in catalogue() and folder.is_dir() else model
    plain = re.sub(r"[^\w.,=+ -]", "_", whole)
    number, name = 1, plain
    while name in taken:
        number += 1
        name = f"{plain} {number}"
    return name
