"""`toolkit doctor`: what works on this machine, and what to type where something doesn't."""

import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

import typer

from toolkit import __version__
from toolkit.assets import asset_folder
from toolkit.cli.console import tell
from toolkit.errors import ModelError
from toolkit.settings import resolve_settings

LIBRARIES = ("transformers", "ctranslate2", "tokenizers", "sentencepiece", "sacrebleu", "torch")


def doctor_command() -> None:
    """Check the installation. Ends with 4 when the default model can't be used."""
    from toolkit.models.install import load_installed

    settings, _ = resolve_settings({})
    typer.echo(f"toolkit {__version__}, Python {platform.python_version()}, {platform.system()}")
    typer.echo(f"cores: {os.cpu_count()}")
    for library in LIBRARIES:
        typer.echo(f"{library}: {_version(library)}")
    for name in ("prompts", "eval", "seeds"):
        found = asset_folder(name).is_dir()
        typer.echo(f"{name}/: {'found' if found else 'MISSING: install the toolkit again'}")
    folder = settings.models_folder
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    typer.echo(f"models: {folder} ({shutil.disk_usage(existing).free / 1e9:.1f} GB free)")
    try:
        for model in {settings.translator_model, settings.summarizer_model}:
            load_installed(folder, model)
            typer.echo(f"{model}: installed")
    except ModelError as error:
        tell(str(error))
        raise typer.Exit(error.exit_code) from None


def _version(library: str) -> str:
    if find_spec(library) is None:
        extra = " (pip install 'toolkit-fr-en[torch]')" if library == "torch" else ""
        return f"not installed{extra}"
    try:
        return version(library)
    except PackageNotFoundError:
        return "of unknown version"
