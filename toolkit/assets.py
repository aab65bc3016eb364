"""Finds prompts/, eval/ and seeds/, in a checkout and in an installed wheel alike."""

from pathlib import Path
from typing import Literal

PACKAGE = Path(__file__).parent


def asset_folder(name: Literal["prompts", "eval", "seeds"]) -> Path:
    """The wheel carries the folders inside the package; a checkout has them beside it."""
    inside = PACKAGE / "_assets" / name
    return inside if inside.is_dir() else PACKAGE.parent / name
