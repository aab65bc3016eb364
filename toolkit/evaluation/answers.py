"""What a system made of the items of a corpus."""

from dataclasses import dataclass

from toolkit.checks import Check
from toolkit.evaluation.data import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The text for one item, and what else metrics need.

    `failed` are the checks that it fails, `confidence` is that of a translation, where it is known.
    `copied_from` is the text that a summary can copy; `terms` counts those of the glossary in the
    source. `precision` and `recall` are of a cleaned page, from 0 to 1.
    """

    item: Item
    text: str
    failed: tuple[Check, ...] = ()
    confidence: float | None = None
    copied_from: str = ""
    max_words: int = 0
    terms: int = 0
    terms_kept: int = 0
    new_tokens: int = 0
    seconds: float = 0.0
    method: str = ""
    revisions: tuple[str, ...] = ()
    precision: float = 0.0
    recall: float = 0.0
