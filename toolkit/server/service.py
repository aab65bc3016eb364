"""What the server can do: models that all requests share, and what it says of itself."""

from collections.abc import Mapping
from typing import Any, get_args

from toolkit import __version__
from toolkit.assets import asset_folder
from toolkit.engines.base import Engine
from toolkit.errors import ModelError
from toolkit.languages import LANGUAGES
from toolkit.languages.identification import language_name
from toolkit.pipeline.components import Components
from toolkit.pipeline.engine_pool import EnginePool
from toolkit.server.options import ServerOptions
from toolkit.settings import AUTO, DEFAULT_SOURCE, Settings
from toolkit.summarization.forms import Length, Style
from toolkit.translation.glossary import NONE
from toolkit.translation.search import Quality


class Service:
    """`settings` are the server's own; requests change some of them. `engines` are models by name
    that are there already, for tests.
    """

    def __init__(
        self,
        settings: Settings,
        options: ServerOptions = ServerOptions(),
        *,
        engines: Mapping[str, Engine] | None = None,
    ) -> None:
        self.settings = settings
        self.options = options
        self.pool = EnginePool(settings, engines=engines, shared=True)

    def info(self) -> dict[str, Any]:
        """What a client has to know before it asks for anything."""
        options = self.options
        models = self.models()
        return {
            "version": __version__,
            "languages": [{"code": code, "name": language_name(code)} for code in LANGUAGES],
            "directions": [[a, b] for a in LANGUAGES for b in LANGUAGES if a != b],
            "models": models,
            "installed": all(models.values()),
            "features": {
                "history": options.history is not None,
                "fetch": options.allow_fetch,
                "docx": False,
                "auth": options.api_keys is not None,
            },
            "limits": {
                "max_chars": self.settings.max_document_chars,
                "max_sync_chars": options.max_sync_chars,
                "max_file_bytes": options.max_file_bytes,
                "max_jobs": options.max_jobs,
            },
            "glossaries": [*bundled_glossaries(), NONE],
            "lengths": [*get_args(Length)],
            "styles": [*get_args(Style)],
            "qualities": [*get_args(Quality)],
        }

    def models(self) -> dict[str, str | None]:
        """The models that translate and summarize where a request names none; None where none is
        installed.
        """
        settings = self.settings
        if settings.source_language == AUTO:
            settings = settings.model_copy(update={"source_language": DEFAULT_SOURCE})
        components = Components(settings, pool=self.pool)
        found: dict[str, str | None] = {}
        for role, choose in (
            ("translator", lambda: components.translator_model),
            ("summarizer", lambda: components.summarizer_model(settings.target_language)),
        ):
            try:
                found[role] = choose()
            except ModelError:
                found[role] = None
        return found


def bundled_glossaries() -> list[str]:
    folder = asset_folder("prompts") / "glossaries"
    return sorted({each.name.split(".")[0] for each in folder.glob("*.tsv")})
