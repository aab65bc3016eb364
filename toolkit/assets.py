"""Where files are: prompts/, eval/ and seeds/, in a checkout and in an installed wheel alike, and
by the name of their folders what users set and keep.
"""

from pathlib import Path
from typing import Literal

APP = "toolkit-fr-en"
PACKAGE = Path(__file__).parent


def asset_folder(name: Literal["prompts", "eval", "seeds"]) -> Path:
    """The wheel carries the folders inside the package; a checkout has them beside it."""
    inside = PACKAGE / "_assets" / name
    return inside if inside.is_dir() else PACKAGE.parent / name
