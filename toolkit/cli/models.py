"""`toolkit models`: what can be pulled, what is installed."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from toolkit.cli.console import download_progress, settings_of, show, tell
from toolkit.errors import ModelError, ModelMissingError
from toolkit.models.catalogue import DEFAULT_MODEL, ModelSpec, catalogue, find_spec

app = typer.Typer(no_args_is_help=True, help="List, pull, check and remove models.")

PullEngine = Literal["auto", "openvino", "ctranslate2"]
ModelId = Annotated[str, typer.Argument(help="Id from `toolkit models list`.")]
FromFolder = Annotated[
    Path | None,
    typer.Option("--from-folder", help="Take the files from here instead of the network."),
]


@app.command("list")
def list_command() -> None:
    """Every model of the catalogue, and which are installed."""
    from toolkit.models.installed import list_installed

    installed = list_installed(_models_folder())
    width = max(map(len, catalogue()))
    for spec in catalogue().values():
        mark = "installed" if spec.id in installed else ""
        default = " (default)" if spec.id == DEFAULT_MODEL else ""
        show(f"{spec.id:<{width}}  {mark:<9}  {spec.licence:<13}  {spec.description}{default}")


@app.command("pull")
def pull_command(
    model: Annotated[str, typer.Argument(help="Id from `toolkit models list`.")] = DEFAULT_MODEL,
    from_folder: FromFolder = None,
    force: Annotated[bool, typer.Option("--force", help="Pull again what is installed.")] = False,
    engine: Annotated[
        PullEngine, typer.Option(help="What it is converted for; auto is the quickest that works.")
    ] = "auto",
) -> None:
    """Download a model, check it, convert it and try it out. Can be interrupted and resumed."""
    pull(model, from_folder=from_folder, force=force, form=None if engine == "auto" else engine)


@app.command("show")
def show_command(model: ModelId) -> None:
    """What a model is, where it comes from, and its state here."""
    from toolkit.models.installed import engine_fault, load_installed, why_not_openvino

    spec = find_spec(model)
    facts: dict[str, Any] = spec.model_dump(exclude={"files", "sources"}, exclude_defaults=True)
    facts |= {f"file {file.name}": f"{file.bytes:,} bytes, {file.sha256}" for file in spec.files}
    facts |= {
        f"source {number}": source.model_dump_json(exclude_defaults=True)
        for number, source in enumerate(spec.sources, 1)
    }
    try:
        installed = load_installed(_models_folder(), model)
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
        show(f"{name.replace('_', ' ')}: {value}")


@app.command("verify")
def verify_command(model: ModelId) -> None:
    """Compare every installed file with its recorded sha256."""
    from toolkit.models.installed import load_installed, verify_installed

    installed = load_installed(_models_folder(), find_spec(model).id)
    with download_progress("checking") as on_bytes:
        verify_installed(installed, on_bytes)
    tell(f"{model}: {len(installed.files)} files are as they were installed")


@app.command("remove")
def remove_command(model: ModelId) -> None:
    """Delete an installed model and what a pull left behind."""
    from toolkit.models.install import remove_installed

    freed = remove_installed(_models_folder(), find_spec(model).id)
    tell(f"{model}: removed, {freed / 1e6:,.0f} MB freed")


def pull(
    model: str,
    *,
    from_folder: Path | None = None,
    force: bool = False,
    form: Literal["openvino", "ctranslate2"] | None = None,
) -> None:
    """Install `model` unless it is installed already."""
    from toolkit.engines.tryout import try_out
    from toolkit.models.install import install
    from toolkit.models.installed import load_installed

    spec = find_spec(model)
    if not force:
        try:
            load_installed(_models_folder(), model)
        except ModelError:
            pass  # missing or damaged
        else:
            tell(f"{model} is installed already; --force pulls it again")
            return
    _tell_terms(spec)
    with download_progress(model) as on_bytes:
        installed = install(
            spec,
            _models_folder(),
            from_folder=from_folder,
            form=form,
            on_message=lambda message: tell(f"{model}: {message}"),
            on_bytes=on_bytes,
            try_out=try_out,
        )
    if not spec.files:
        came = f"{installed.revision}, sha256 of the weights {installed.source_sha256}"
        tell(f"{model}: recorded what came: {came}")
    tell(f"{model}: it says «{installed.golden}»")
    tell(f"{model}: installed in {installed.folder} ({installed.bytes / 1e6:,.0f} MB)")


def _tell_terms(spec: ModelSpec) -> None:
    size = f"{'' if spec.files else 'about '}{spec.download_bytes / 1e6:,.0f} MB"
    tell(f"{spec.id} by {spec.publisher}, licence {spec.licence}, {size} to download")
    if "NC" in spec.licence:
        tell(f"{spec.id}: this licence allows no commercial use")
    if not spec.files:
        tell(f"{spec.id}: not pinned; what comes is checked against the hub and recorded")


def _models_folder() -> Path:
    return settings_of({})[0].models_folder
