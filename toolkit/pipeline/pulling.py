"""Installs a model and tries it out, as it will be asked."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from toolkit.engines import tryout
from toolkit.models.catalogue import Form, ModelSpec
from toolkit.models.install import install
from toolkit.models.installed import InstalledModel
from toolkit.progress import Progress
from toolkit.prompts import load_prompt
from toolkit.settings import Settings


def pull_model(
    spec: ModelSpec,
    settings: Settings,
    *,
    on_message: Callable[[str], None],
    on_bytes: Progress,
    from_folder: Path | None = None,
    form: Form | None = None,
    turn: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> InstalledModel:
    """Pull `spec` into the folder of the settings; see `install`. It is tried out in its `turn`.

    Raises ModelError where it can't be had or doesn't work.
    """
    chat = tryout.PLAIN
    if prescribed := spec.prompts.get("translation"):
        inputs = {"source": tryout.FRENCH, "before": "", "terms": [], "hints": [], "faults": []}
        chat = load_prompt("translation", prescribed).render(**inputs)

    def tried(model: InstalledModel) -> str:
        with turn():
            return tryout.try_out(model, chat=chat)

    return install(
        spec,
        settings.models_folder,
        from_folder=from_folder,
        form=form,
        on_message=on_message,
        on_bytes=on_bytes,
        try_out=tried,
    )
