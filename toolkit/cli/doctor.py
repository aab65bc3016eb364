"""`toolkit doctor`: what works on this machine, and what to type where something doesn't."""

import os
import platform
import stat
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import typer

from toolkit import __version__
from toolkit.assets import asset_folder
from toolkit.cli.console import settings_of, show, tell
from toolkit.errors import ModelError, ToolkitError
from toolkit.models.catalogue import AUTO_MODEL
from toolkit.pipeline.components import models_in_use
from toolkit.settings import FILE_NAME, NAMING_FILES, Settings
from toolkit.summarization.extractive import METHODS

LIBRARIES = (
    "transformers",
    "openvino-genai",
    "ctranslate2",
    "tokenizers",
    "sentencepiece",
    "sacrebleu",
    "xllamacpp",
    "torch",
    "mcp",
)
EXTRAS = {"xllamacpp": "llamacpp", "torch": "torch", "mcp": "mcp"}


def doctor_command() -> None:
    """Check the installation. Exits with code 2 if models.toml is invalid, with 4 if a model that
    would be used can't be.
    """
    from toolkit.models.boundary import model_errors
    from toolkit.models.catalogue import catalogue
    from toolkit.models.installed import (
        FORM_NAMES,
        engine_fault,
        load_installed,
        outdated,
        why_not_openvino,
    )
    from toolkit.models.machine import free_bytes

    settings, origins = settings_of({})
    show(f"toolkit {__version__}, Python {platform.python_version()}, {platform.system()}")
    show(f"cores: {os.cpu_count()}")
    for library in LIBRARIES:
        show(f"{library}: {_version(library)}")
    for name in ("prompts", "eval", "seeds"):
        found = asset_folder(name).is_dir()
        show(f"{name}/: {'found' if found else 'MISSING: install the toolkit again'}")
    for weakness in weaknesses(settings, origins):
        show(f"warning: {weakness}")
    if settings.endpoint:
        _show_endpoint(settings)
        return
    folder = settings.models_folder
    show(f"models: {folder} ({free_bytes(folder) / 1e9:.1f} GB free)")
    try:
        catalogue()
        for model in models_in_use(settings):
            if isinstance(model, ModelError):
                raise model
            installed = load_installed(folder, model)
            if fault := engine_fault(installed):
                raise ModelError(fault)
            if installed.form == "openvino":  # its package may be there and broken
                with model_errors(f"'{model}' is installed for OpenVINO, which can't be used"):
                    import_module("toolkit.models.openvino_runtime")
            why = why_not_openvino(installed)
            shown = f" ({why})" if why else ""
            show(f"{model}: installed for {FORM_NAMES[installed.form]}{shown}")
            if (spec := catalogue().get(model)) and (why := outdated(installed, spec)):
                show(f"{model}: {why}")
    except ToolkitError as error:
        tell(str(error))
        raise typer.Exit(error.exit_code) from None


def _show_endpoint(settings: Settings) -> None:
    """Whether the server answers, and what it has of what the settings name."""
    from toolkit.engines.endpoint.engine import server_at
    from toolkit.engines.endpoint.models import in_words, names_of, served_model

    server = server_at(
        settings.endpoint,
        allow_remote=settings.allow_remote,
        timeout_s=settings.endpoint_timeout_s,
    )
    show(f"endpoint: {settings.endpoint} answers; it has: {in_words(names_of(server)) or 'none'}")
    for name in models_in_use(settings):
        if isinstance(name, ModelError) or name in METHODS:
            continue
        model = served_model(server, "" if name == AUTO_MODEL else name)
        context = f"{model.context_tokens} tokens" if model.context_tokens else "not told"
        show(f"{model.name}: served, context: {context}")


def weaknesses(settings: Settings, origins: Mapping[str, str]) -> Iterator[str]:
    """Settings that take away from what docs/security.md promises."""
    for name in NAMING_FILES:
        if origins[name] == FILE_NAME:
            yield f"{name} comes from {FILE_NAME} in this folder; be sure who wrote it"
    if settings.endpoint and settings.allow_remote:
        yield f"allow_remote is on: texts may leave this machine, for {settings.endpoint}"
    if settings.checks.off:
        yield f"these checks of translations are off: {', '.join(settings.checks.off)}"
    if settings.max_tries == 1:
        yield "max_tries is 1: a sentence that fails a check is not tried again"
    for name, path in (
        ("models_folder", settings.models_folder),
        ("cache_file", settings.cache_file),
    ):
        for place in (path, path.parent):
            if os.name == "posix" and _mode(place) & stat.S_IWOTH:
                yield f"{name}: everybody may write to {place}, and so change what comes out"


def _mode(path: Path) -> int:
    """Zero where there is nothing, or nothing that can be looked at."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):
        return 0


def _version(library: str) -> str:
    if find_spec(library.replace("-", "_")) is None:
        extra = EXTRAS.get(library)
        return f"not installed (pip install 'toolkit-fr-en[{extra}]')" if extra else "not installed"
    try:
        return version(library)
    except PackageNotFoundError:
        return "of unknown version"
