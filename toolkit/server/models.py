"""The models of this machine and of the catalogue, and how one is pulled."""

from typing import Any

from toolkit.errors import UsageError
from toolkit.models.catalogue import catalogue, find_spec
from toolkit.models.choice import refuse_large
from toolkit.models.installed import list_installed
from toolkit.pipeline.engine_pool import EnginePool
from toolkit.pipeline.pulling import pull_model
from toolkit.server.control import Control
from toolkit.server.errors import ApiError
from toolkit.settings import Settings

DOWNLOADING = "downloading"


def listed(settings: Settings, in_use: set[str]) -> list[dict[str, Any]]:
    """Every model of the catalogue, and whether it is here and in use."""
    installed = set(list_installed(settings.models_folder))
    return [
        {
            "id": spec.id,
            "title": spec.description,
            "tasks": [*spec.tasks],
            "languages": [*spec.languages],
            "direction": spec.direction and [*spec.direction],
            "licence": spec.terms,
            "size_mb": round(spec.download_bytes / 1e6),
            "memory_mb": round(spec.memory_bytes / 1e6),
            "installed": spec.id in installed,
            "in_use": spec.id in in_use,
        }
        for spec in catalogue().values()
    ]


def refuse_unpullable(model_id: str, settings: Settings) -> None:
    """Raises ApiError for a model that there isn't, ModelError for one that can't be used here."""
    try:
        find_spec(model_id)
    except UsageError:
        raise ApiError(404, "not_found", "there is no such model in the catalogue") from None
    refuse_large(model_id, settings.models_folder, max_memory_mb=settings.max_memory_mb)


def pull(model_id: str, settings: Settings, pool: EnginePool, control: Control) -> None:
    """Install a model. Raises ModelError where that fails."""
    control.report(DOWNLOADING, 0, 0)
    pull_model(
        find_spec(model_id),
        settings,
        on_message=lambda message: control.report(message, 0, 0),
        turn=lambda: pool.room(model_id, control.check),
        on_bytes=lambda done, total: control.report(DOWNLOADING, done, total),
    )
