"""How much is searched for a translation: docs/decisions/0014."""

from dataclasses import dataclass, replace
from typing import Literal

from toolkit.engines.base import Family

Quality = Literal["fast", "standard", "best"]
QUALITIES: tuple[Quality, ...] = ("fast", "standard", "best")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Beams of the first try, of the wider one for a sound answer that is not sure, and of the
    corrections of one that is not sound; samples beside the wider one's beams; whether the source
    is scored given each answer.
    """

    first_beams: int = 1
    wider_beams: int = 1
    samples: int = 0
    careful_beams: int = 1
    reverse: bool = False

    def with_beams(self, least: int) -> "Search":
        return replace(
            self,
            first_beams=max(self.first_beams, least),
            careful_beams=max(self.careful_beams, least),
        )

    @property
    def is_wider(self) -> bool:
        return self.wider_beams > self.first_beams or self.samples > 0


SEARCHES: dict[Family, dict[Quality, Search]] = {
    "causal": {
        "fast": Search(),
        "standard": Search(wider_beams=4, careful_beams=4),
        "best": Search(first_beams=4, samples=8, careful_beams=4, reverse=True),
    },
    "seq2seq": {
        "fast": Search(),
        "standard": Search(),
        "best": Search(first_beams=4, careful_beams=4),
    },
}
