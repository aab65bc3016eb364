"""From a scraped page to the article alone."""

from toolkit.cleaning.blocks import reasons
from toolkit.cleaning.plan import Cleaning, clean, judge, keep_all, refuse_empty, replay
from toolkit.cleaning.repeats import Repeats

__all__ = ["Cleaning", "Repeats", "clean", "judge", "keep_all", "reasons", "refuse_empty", "replay"]
