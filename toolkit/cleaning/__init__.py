"""From a scraped page to the article alone."""

from toolkit.cleaning.plan import Cleaning, clean

__all__ = ["Cleaning", "clean"]
