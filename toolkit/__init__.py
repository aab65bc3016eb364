"""French news in English: cleaning, translation and summaries with local models.

`Cleaner`, `Translator`, `Summarizer` and `Pipeline` are the Python API; docs/python.md shows them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolkit.api import Cleaner, Pipeline, Summarizer, Translator

__version__ = "0.2.0"
__all__ = ["Cleaner", "Pipeline", "Summarizer", "Translator"]


def __getattr__(name: str) -> Any:
    """Import the API when it is first asked for."""
    if name in __all__:
        return getattr(import_module("toolkit.api"), name)
    raise AttributeError(f"module 'toolkit' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__", "__doc__", "__file__", "__path__"})
