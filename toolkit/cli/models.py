"""`toolkit models`: what can be pulled, what is installed."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from toolkit.cli.console import settings_of, show, tell
from toolkit.cli.idle import refuse_idle
from toolkit.cli.progress import download_progress
from toolkit.cli.pull import ROLES, how_sure, memory, models_folder, pull, pull_best
from toolkit.errors import ModelMissingError, UsageError
from toolkit.models.catalogue import (
    ModelSpec,
    Task,
    catalogue,
    find_spec,
    in_order,
    order_of,
)
from toolkit.settings import AUTO, DEFAULT_SOURCE

if TYPE_CHECKING:
    from toolkit.models.recommend import Machine

app = typer.Typer(no_args_is_help=True, help="List, pull, check and remove models.")

PullEngine = Literal["auto", "openvino", "ctranslate2", "llamacpp"]
ModelId = Annotated[str, typer.Argument(help="Model ID from `toolkit models list`.")]
FromFolder = Annotated[
    Path | None,
    typer.Option("--from-folder", help="Take the files from this folder instead of the network."),
]

SOURCE_NAMES = {"hub": "hub", "wheels": "package index", "folder": "this machine"}
LACKING = {
    "": "fits",
    "memory": "needs more memory",
    "disk": "needs more disk",
    "llamacpp": "needs the extra llamacpp",
    "torch": "needs the extra torch",
    "perhaps torch": "may need the extra torch",
}
HEADINGS = ("id", "size", "memory", "here", "speed", "licence", "installed", "from")


@app.command("list")
def list_command() -> None:
    """List every model in the catalogue, and which ones are installed and in use."""
    from toolkit.models.installed import list_installed
    from toolkit.pipeline.components import models_in_use

    settings = settings_of({})[0]
    marks = dict.fromkeys(list_installed(settings.models_folder), "installed")
    in_use = (model for model in models_in_use(settings) if isinstance(model, str))
    marks |= {model: "in use" for model in in_use if model in marks}
    rows = (
        (spec.id, marks.get(spec.id, ""), spec.licence, spec.description)
        for spec in catalogue().values()
    )
    for row in _columns([("id", "state", "licence", "description"), *rows]):
        show(row)


@app.command("recommend")
def recommend_command(
    source: Annotated[str | None, typer.Option("--from", help="Language of the pages.")] = None,
    target: Annotated[str | None, typer.Option("--to", help="Language of the summaries.")] = None,
) -> None:
    """List translators and summarizers for a language pair, best first, and which fit this machine.

    size is the disk space a model takes once installed; memory is what a process using it takes.
    """
    from toolkit.models.recommend import Machine

    settings = settings_of({"source_language": source, "target_language": target})[0]
    source, target = settings.languages
    machine = Machine.here(settings.models_folder, max_memory_mb=settings.max_memory_mb)
    memory = f"{machine.memory / 1e9:.1f} GB" if machine.memory else "unknown"
    show(f"memory for models: {memory}; free disk: {machine.free_disk / 1e9:.1f} GB")
    wanted: dict[Task, tuple[str, ...]] = {
        "translation": (DEFAULT_SOURCE if source == AUTO else source, target),
        "summarization": (target, target),
    }
    for task, pair in wanted.items():
        found = in_order(task, *pair)
        order = ", the best first" if order_of(task, *pair) else ""
        languages = " to ".join(dict.fromkeys(pair))
        show(f"\n{ROLES[task]}s, {languages}{order if found else ': none'}")
        for row in _columns([HEADINGS, *(_row(spec, machine) for spec in found)]):
            show(f"  {row}")


def _row(spec: ModelSpec, machine: "Machine") -> tuple[str, ...]:
    return (
        spec.id,
        f"{spec.installed_bytes / 1e9:.1f} GB",
        memory(spec),
        LACKING[machine.lacks(spec)],
        spec.speed or "unknown",
        spec.terms,
        "yes" if spec.id in machine.installed else "no",
        ", ".join(SOURCE_NAMES[source.kind] for source in spec.sources),
    )


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    """Nothing where there are but headings."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return lines if len(lines) > 1 else []


@app.command("pull")
def pull_command(
    model: Annotated[
        str | None,
        typer.Argument(help="Model ID from `toolkit models list`; the best models if omitted."),
    ] = None,
    from_folder: FromFolder = None,
    force: Annotated[
        bool, typer.Option("--force", help="Pull the model even if it is installed.")
    ] = False,
    engine: Annotated[
        PullEngine,
        typer.Option(help="Engine to convert the model for; auto is the fastest that works."),
    ] = "auto",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask for confirmation.")] = False,
    restricted: Annotated[
        bool, typer.Option("--restricted", help="Include models whose license restricts their use.")
    ] = False,
    source: Annotated[str | None, typer.Option("--from", help="Language of the pages.")] = None,
    target: Annotated[str | None, typer.Option("--to", help="Language of the summaries.")] = None,
) -> None:
    """Download a model, check it, convert it and try it out. Can be interrupted and resumed.

    Without an ID, it picks the best translator and the best summarizer for this machine, says what
    they are and asks; if one turns out to be unavailable, it moves on to the next.
    """
    if model is None:
        if from_folder or force or engine != "auto":
            raise UsageError("--from-folder, --force and --engine are for a model that is named")
        pull_best(yes=yes, restricted=restricted, source=source, target=target)
        return
    of_choice = {"--restricted": restricted, "--from": source, "--to": target}
    refuse_idle(of_choice, f"where a model is named, as {model}")
    pull(model, from_folder=from_folder, force=force, form=None if engine == "auto" else engine)


@app.command("add")
def add_command(
    name: Annotated[str, typer.Argument(help="ID to give the model.")],
    file: Annotated[
        Path | None, typer.Option("--file", help="GGUF file; with --hub, one in the repository.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Folder of a Hugging Face checkpoint.")
    ] = None,
    hub: Annotated[str | None, typer.Option("--hub", help="Hub repository: OWNER/NAME.")] = None,
    revision: Annotated[
        str | None,
        typer.Option("--revision", help="Branch, tag or commit of the repository. [default: main]"),
    ] = None,
    task: Annotated[
        Literal["translation", "summarization", "both"] | None,
        typer.Option(help="What the model is for. [default: by its architecture]"),
    ] = None,
    licence: Annotated[
        str, typer.Option("--licence", help="License, if the model doesn't state one.")
    ] = "",
) -> None:
    """Write an entry for a model of yours or from the hub, based on its own metadata; `pull` then
    installs it.

    The entry is printed. It is kept in models.toml beside your settings, where you can edit it.
    """
    from toolkit.models.hub_entry import entry_of_hub
    from toolkit.models.installed import LLAMACPP_EXTRA
    from toolkit.models.own_file import add, as_toml, refuse_id
    from toolkit.models.user_models import BOTH, entry_of_file, entry_of_folder

    if (hub or file or folder) is None or (folder and (hub or file)):
        raise UsageError("give one of --file, --folder and --hub (and which --file of the hub's)")
    if revision and not hub:
        raise UsageError("--revision is for a model of the hub, which --hub names")
    refuse_id(name)
    tasks: tuple[Task, ...] = BOTH if task == "both" else (task,) if task else ()
    if hub is not None:
        entry = entry_of_hub(
            name,
            hub,
            revision=revision or "main",
            file=file.as_posix() if file else "",
            tasks=tasks,
            licence=licence,
        )
    elif file:
        entry = entry_of_file(name, file, tasks=tasks, licence=licence)
    else:
        assert folder
        entry = entry_of_folder(name, folder, tasks=tasks, licence=licence)
    path = add(entry)
    show(as_toml(entry), end="")
    if entry.get("engines") == ["llamacpp"]:
        tell(f"{name}: llama.cpp runs it; that needs the extra llamacpp ({LLAMACPP_EXTRA})")
    tell(f"{name}: written to {path}; to install it, type: toolkit models pull {name}")


@app.command("show")
def show_command(model: ModelId) -> None:
    """Show what a model is, where it comes from, and its state on this machine."""
    from toolkit.models.installed import (
        FORM_NAMES,
        engine_fault,
        load_installed,
        outdated,
        why_not_openvino,
    )

    spec = find_spec(model)
    fields = spec.model_dump(
        exclude={"files", "sources", "measured", "memory_bytes", "engines", "chat_template"},
        exclude_defaults=True,
    )
    facts = {name.replace("_", " "): _listed(value) for name, value in fields.items()}
    facts["memory at work"] = memory(spec)
    facts["runs with"] = ", ".join(FORM_NAMES[form] for form in spec.runs_on)
    facts |= {f"file {file.name}": f"{file.bytes:,} bytes, {file.sha256}" for file in spec.files}
    facts |= {
        f"source {number}": f"{SOURCE_NAMES[source.kind]}: "
        + _listed(source.model_dump(exclude={"kind"}, exclude_defaults=True))
        for number, source in enumerate(spec.sources, 1)
    }
    facts["sha256"] = how_sure(spec)
    try:
        installed = load_installed(models_folder(), model)
    except ModelMissingError:
        facts["installed"] = "no"
    else:
        facts["installed"] = f"{installed.folder} ({installed.bytes / 1e6:,.0f} MB)"
        facts["engine"] = f"{installed.form} {installed.compute_type}"
        if why := why_not_openvino(installed):
            facts["not with openvino"] = why
        if fault := engine_fault(installed):
            facts["can't be used"] = fault
        if why := outdated(installed, spec):
            facts["outdated"] = why
        facts["installed from"] = f"{installed.source}, {installed.revision}"
        facts["golden sentence"] = installed.golden
    for name, value in facts.items():
        show(f"{name}: {value}")


def _listed(value: Any) -> str:
    """A value of the catalogue as a person would write it down."""
    if isinstance(value, Mapping):
        return ", ".join(
            f"{name.replace('_', ' ')} {_listed(each)}" for name, each in value.items()
        )
    if isinstance(value, list | tuple):
        return ", ".join(map(_listed, value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


@app.command("verify")
def verify_command(model: ModelId) -> None:
    """Check every installed file against its recorded SHA-256."""
    from toolkit.models.installed import load_installed, verify_installed

    installed = load_installed(models_folder(), find_spec(model).id)
    with download_progress("checking") as on_bytes:
        verify_installed(installed, on_bytes)
    tell(f"{model}: {len(installed.files)} files are as they were installed")


@app.command("remove")
def remove_command(model: ModelId) -> None:
    """Delete an installed model and anything a pull left behind."""
    from toolkit.models.install import remove_installed

    freed = remove_installed(models_folder(), find_spec(model).id)
    tell(f"{model}: removed, {freed / 1e6:,.0f} MB freed")
