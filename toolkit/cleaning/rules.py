"""By which rules a page was cleaned."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

RULES = Path(__file__).parent
PLACES_FILE = RULES.parent / "reading/places.toml"


@dataclass(frozen=True, slots=True)
class CleanedBy:
    """`rules` is the sha256 of the rules; `steps` are the repairs of characters that were on."""

    rules: str
    steps: tuple[str, ...]


@cache
def rules_digest() -> str:
    """Of phrases, weights and the names of places in markup; the code is told by the version of the
    toolkit.
    """
    files = [*sorted(RULES.glob("*.toml")), *sorted(RULES.glob("*.txt")), PLACES_FILE]
    digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    return f"sha256:{hashlib.sha256(''.join(digests).encode()).hexdigest()}"
